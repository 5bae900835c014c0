"""The lists that an administrator edits: models and reviewers. What was recorded can be read only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.module_loading import import_string

from reviews.models import LanguageModel, Recording, Reviewer
from reviews.providers.analyser import Analyser


@admin.register(LanguageModel)
class LanguageModelAdmin(admin.ModelAdmin[LanguageModel]):
    """Models that write or review code. The family decides what counts as self and what as cross."""

    list_display = ("label", "name", "family", "offered")
    list_filter = ("family", "offered")
    search_fields = ("label", "name", "family")


class ReviewerForm(forms.ModelForm[Reviewer]):
    """A reviewer whose provider is one that this site has."""

    provider = forms.ChoiceField(help_text="The providers of this site, from its settings.")

    class Meta:
        model = Reviewer
        fields = ("name", "provider", "model", "role", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict.fromkeys(settings.REVIEW_PROVIDERS)
        if self.instance.provider:
            # A provider that settings no longer know stays visible, so that it can be corrected.
            names[self.instance.provider] = None
        provider = self.fields["provider"]
        if isinstance(provider, forms.ChoiceField):
            provider.choices = [(name, name) for name in names]

    def clean(self) -> dict[str, Any]:
        """An analyser has no model, and every other provider needs one."""
        super().clean()
        name, model = self.cleaned_data.get("provider"), self.cleaned_data.get("model")
        path = settings.REVIEW_PROVIDERS.get(name or "")
        if name and path is None:
            self.add_error("provider", f"No provider is called {name} on this site any more. Choose another.")
        elif path:
            is_analyser = issubclass(import_string(path), Analyser)
            if is_analyser and model:
                self.add_error("model", f"{name} is an analyser and has no model. Leave this empty.")
            elif not is_analyser and not model:
                self.add_error("model", f"{name} speaks for a model. Choose which.")
        return self.cleaned_data


@admin.register(Reviewer)
class ReviewerAdmin(admin.ModelAdmin[Reviewer]):
    """Who can be asked to review."""

    form = ReviewerForm
    list_display = ("name", "provider", "model", "role", "active")
    list_filter = ("active", "provider")
    search_fields = ("name",)
    list_select_related = ("model",)


@admin.register(Recording)
class RecordingAdmin(admin.ModelAdmin[Recording]):
    """Stored reports, to be read. They are replayed as they were written."""

    list_display = ("model", "protocol", "role", "round", "sha256")
    list_filter = ("protocol", "model")
    search_fields = ("sha256",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Recordings come from the project, not from here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Recording | None = None) -> bool:
        """Recordings are not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Recording | None = None) -> bool:
        """Reviews that replay it need it."""
        return False
