"""Forms about people."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest

from courses.models import Membership


class NameForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    first_name = forms.CharField(max_length=150, label="First name")
    last_name = forms.CharField(max_length=150, label="Last name")

    def signup(self, request: HttpRequest, user: AbstractUser) -> None:  # noqa: ARG002
        """Store the name; allauth calls this with the new account."""
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.save(update_fields=["first_name", "last_name"])


class JoinForm(forms.Form):
    """The code that opens a course."""

    # Longer than a code is: people type it in groups, with spaces or hyphens.
    code = forms.CharField(
        max_length=40,
        label="Course code",
        help_text="Eight letters and figures, from your instructor.",
        widget=forms.TextInput(
            attrs={
                "class": "short-code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(choices=Membership.Role.choices, label="Role")
