"""Forms about people."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest


class NameForm(forms.Form):
    """What sign-up asks beside e-mail and password."""

    first_name = forms.CharField(max_length=150, label="First name")
    last_name = forms.CharField(max_length=150, label="Last name")

    def signup(self, request: HttpRequest, user: AbstractUser) -> None:
        """Store the name; allauth calls this with the new account."""
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.save(update_fields=["first_name", "last_name"])
