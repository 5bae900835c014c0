"""Finds a provider by the name that a Reviewer row carries. Imports it only when it is needed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string

from reviews.providers.base import ModelProvider, Provider, ProviderError, Trouble

log = logging.getLogger("blindspot.reviews")


def provider(name: str) -> Provider | ModelProvider:
    """The provider of that name, as settings describe it now; making one costs nothing.

    Raises ProviderError(MISSING) for a name that settings do not know.
    """
    path = settings.REVIEW_PROVIDERS.get(name)
    if path is None:
        raise ProviderError(
            Trouble.MISSING,
            f"No provider is called {name!r} on this site. An administrator can correct the reviewer.",
        )
    made: Provider | ModelProvider = import_string(path)(settings.REVIEW_PROVIDER_OPTIONS.get(name, {}))
    return made


def suits(name: str, paths: Iterable[str]) -> bool:
    """Whether that provider should be asked about such files.

    One that is missing is asked all the same: its failure is shown, not passed over.
    """
    try:
        return provider(name).suits(paths)
    except ProviderError:
        return True


def asks(name: str) -> bool:
    """Whether that provider puts a question to a model; one that is missing is taken to."""
    try:
        return isinstance(provider(name), ModelProvider)
    except ProviderError:
        return True


def caches(name: str) -> bool:
    """Whether that provider reads repeated material from a cache at a lower price."""
    try:
        return bool(getattr(provider(name), "caches", False))
    except ProviderError:
        return False


def load_all() -> None:
    """Import every provider of this site with its SDK: they take seconds that no review should wait."""
    for name, path in settings.REVIEW_PROVIDERS.items():
        try:
            for module in getattr(import_string(path), "sdk", ()):
                import_module(module)
        except ImportError:
            log.exception("The provider %s cannot be imported.", name)
