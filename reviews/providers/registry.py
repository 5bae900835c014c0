"""Finds a provider by the name that a Reviewer row carries. Imports it only when it is needed."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.utils.module_loading import import_string

from reviews.providers.base import Provider, ProviderError, Trouble


def provider(name: str) -> Provider:
    """The provider of that name, as settings describe it now; making one costs nothing.

    Raises ProviderError(MISSING) for a name that settings do not know.
    """
    path = settings.REVIEW_PROVIDERS.get(name)
    if path is None:
        raise ProviderError(
            Trouble.MISSING,
            f"No provider is called {name!r} on this site. An administrator can correct the reviewer.",
        )
    made: Provider = import_string(path)(settings.REVIEW_PROVIDER_OPTIONS.get(name, {}))
    return made


def suits(name: str, paths: Iterable[str]) -> bool:
    """Whether that provider should be asked about such files.

    One that is missing is asked all the same: its failure is shown, not passed over.
    """
    try:
        return provider(name).suits(paths)
    except ProviderError:
        return True
