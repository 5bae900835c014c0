"""The latch: while `settings.PAID_MODELS` is off, no model is asked but one on this machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings

from reviews.providers.base import ProviderError, Trouble

# Only what no reader of addresses understands in two ways: no user names, no backslashes.
PLAIN = re.compile(r"https?://(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d+)?(/.*)?", re.ASCII)


def check_reach(base_url: str) -> None:
    """Pass an address at which a model may be asked now.

    Raises ProviderError(UNREACHABLE), final, for what is no http address, and, while
    `settings.PAID_MODELS` is off, for every host but this one.
    """
    if PLAIN.fullmatch(base_url.strip()) is None:
        raise ProviderError(
            Trouble.UNREACHABLE,
            "The address of the provider is not of the form https://host/path. Nothing was sent. "
            "An administrator can correct the base URL of its connection.",
        )
    if getattr(settings, "PAID_MODELS", True) or is_loopback(urlsplit(base_url.strip()).hostname or ""):
        return
    raise ProviderError(
        Trouble.UNREACHABLE,
        "This site is set to ask no models but those on its own machine (PAID_MODELS is off). "
        "Nothing was sent. An administrator can switch them on, or choose a model on this machine.",
    )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, by its name alone: nothing is looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
