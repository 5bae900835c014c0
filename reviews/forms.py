"""What an administrator may enter about reviewers, ways to providers, and prices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_variables

from reviews.engine import keys
from reviews.models import Connection, Price, Reviewer
from reviews.providers.analyser import Analyser
from reviews.providers.reach import PLAIN

ADDRESS = ("provider", "base_url")
"""What says where a key is sent."""


class ProviderField(forms.ChoiceField):
    """One of the providers of this site. One that settings no longer know stays visible, to be corrected."""

    def offer(self, also: str) -> None:
        """Offer the site's providers, and `also` the one that a row has."""
        names = dict.fromkeys([*settings.REVIEW_PROVIDERS, *([also] if also else [])])
        self.choices = [(name, name) for name in names]


def class_of(name: str) -> type | None:
    """The class behind a provider's name. Raises ValidationError where this site does not have it."""
    if not name:
        return None
    path = settings.REVIEW_PROVIDERS.get(name)
    if path is None:
        raise ValidationError(
            {"provider": f"No provider is called {name} on this site any more. Choose another."}
        )
    try:
        found: type = import_string(path)
    except ImportError:
        raise ValidationError(
            {"provider": f"{name} cannot be loaded. Install the product's requirements again."}
        ) from None
    return found


class ReviewerForm(forms.ModelForm[Reviewer]):
    """A reviewer whose provider is one that this site has."""

    provider = ProviderField(help_text="The providers of this site, from its settings.")

    class Meta:
        model = Reviewer
        fields = ("name", "provider", "model", "role", "connection", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        if isinstance(provider, ProviderField):
            provider.offer(self.instance.provider)

    def clean(self) -> dict[str, Any]:
        """An analyser has no model, every other provider needs one; only models need a connection."""
        super().clean()
        name = self.cleaned_data.get("provider", "")
        model, connection = self.cleaned_data.get("model"), self.cleaned_data.get("connection")
        if (kind := class_of(name)) is None:
            return self.cleaned_data
        is_analyser = issubclass(kind, Analyser)
        if is_analyser and model:
            self.add_error("model", f"{name} is an analyser and has no model. Leave this empty.")
        elif not is_analyser and not model:
            self.add_error("model", f"{name} speaks for a model. Choose which.")
        if connection and not asks_models(kind):
            self.add_error("connection", f"{name} calls nobody and needs no connection. Leave this empty.")
        return self.cleaned_data


def asks_models(kind: type) -> bool:
    """Whether a provider asks models: analysers and recordings work by themselves."""
    return hasattr(kind, "ask")


class ConnectionForm(forms.ModelForm[Connection]):
    """A way to a provider. Its key goes in and never comes out."""

    provider = ProviderField(help_text="The providers of this site that ask models.")
    new_key = forms.CharField(
        label="Key",
        required=False,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "size": 60}),
    )
    forget_key = forms.BooleanField(label="Forget the key", required=False)

    class Meta:
        model = Connection
        fields = (
            "name",
            "provider",
            "base_url",
            "supports_schemas",
            "active",
            "requests_per_minute",
            "tokens_per_minute",
            "calls_at_once",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        if isinstance(provider, ProviderField):
            provider.offer(self.instance.provider)
        self.fields["new_key"].help_text = state_of_key(self.instance)
        if not self.instance.has_key:
            del self.fields["forget_key"]

    def clean_name(self) -> str:
        """The site has a name once; courses' own keys are none of its names."""
        name: str = self.cleaned_data["name"]
        if Connection.objects.filter(name=name, scope="").exclude(pk=self.instance.pk).exists():
            raise ValidationError("A connection of this name is there already.")
        return name

    def clean_base_url(self) -> str:
        """An address without a name or password in it: those would be shown."""
        address: str = self.cleaned_data["base_url"].strip()
        if address and PLAIN.fullmatch(address) is None:
            raise ValidationError("An address has the form https://host/path, without a name or password.")
        return address

    @sensitive_variables("key")
    def clean_new_key(self) -> str:
        """A key that a header can carry, or nothing."""
        key: str = self.cleaned_data["new_key"]
        try:
            return keys.clean_key(key) if key else ""
        except keys.NotAKey as problem:
            raise ValidationError(str(problem)) from None

    def clean(self) -> dict[str, Any]:
        """A stored key goes to no other address than the one it was entered for."""
        super().clean()
        if (kind := class_of(self.cleaned_data.get("provider", ""))) and not asks_models(kind):
            self.add_error("provider", "This provider calls nobody and needs no connection.")
        if "provider" in self.changed_data and self._has_reviewers():
            self.add_error("provider", "Reviewers use this connection. Make another for another provider.")
        entered, forgotten = self.cleaned_data.get("new_key"), self.cleaned_data.get("forget_key")
        if entered and forgotten:
            self.add_error("forget_key", "Either forget the key or enter a new one.")
        if self.moves() and self.instance.has_key and not entered and not forgotten:
            self.add_error("new_key", "The stored key was entered for another address. Enter it again.")
        return self.cleaned_data

    def _has_reviewers(self) -> bool:
        return self.instance.pk is not None and Reviewer.objects.filter(connection=self.instance).exists()

    def moves(self) -> bool:
        """Whether it leads elsewhere than before."""
        return any(name in self.changed_data for name in ADDRESS)


def state_of_key(connection: Connection) -> str:
    """What can be said of a connection's key."""
    if not connection.has_key:
        return "No key is stored. Without one the provider's own environment variable is used, if it is set."
    since = (
        date_format(timezone.localtime(connection.key_set_at)) if connection.key_set_at else "an unknown day"
    )
    return f"A key is stored since {since}; enter a new one to replace it. It is never shown."


class PriceForm(forms.ModelForm[Price]):
    """A price that nobody is paid for."""

    class Meta:
        model = Price
        fields = ("model", "since", "input", "cached", "written", "output", "source")

    def clean(self) -> dict[str, Any]:
        """With a price below 0 no budget would ever be used up."""
        super().clean()
        for name in ("input", "cached", "written", "output"):
            if (figure := self.cleaned_data.get(name)) is not None and figure < 0:
                self.add_error(name, "A price is not below 0.")
        return self.cleaned_data
