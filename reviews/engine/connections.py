"""Which way leads to a provider: the course's own key where it has one, else the site's.

A course may bring a key, never an address: where its code and key are sent, and how fast, is the
site's to say. So its connection holds a key and what is counted for it; the rest is read from the
site's connection that it stands in for.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.core.mail import mail_admins
from django.db.models import QuerySet
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from reviews.engine.keys import clean_key, forget_key, set_key, unseal
from reviews.models import Connection
from reviews.models.prepared import Prepared
from reviews.providers.base import Access, ProviderError, Trouble

log = logging.getLogger("blindspot.reviews")


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A connection of the site, and what a scope has put in its place: None where it brought no key."""

    site: Connection
    own: Connection | None


def connection_for(provider: str, connection_id: int | None, scope: str) -> Connection | None:
    """The connection over which a seat's provider is reached in a scope.

    That is the scope's own with a key, else the seat's, else the site's that is named like the
    provider; None where there is none: then the provider's own environment leads to it.

    Raises ProviderError(MISSING) where the site's connection is gone or switched off: code is not
    sent by another way than the one that was chosen, and what the site switched off no course's
    key switches on.
    """
    ways = _ways(provider, scope)
    site = next((way for way in ways if _is_chosen(way, connection_id)), None)
    if site is None and connection_id:
        raise ProviderError(
            Trouble.MISSING,
            f"The connection to {provider} that this reviewer had is gone, so nothing was sent. "
            "An administrator can give the reviewer another; then run the review again.",
        )
    if site is None:
        return None
    if not site.active:
        raise ProviderError(
            Trouble.MISSING,
            f"The connection {site} is switched off on this site, so nothing was sent. "
            "An administrator can switch it on again.",
        )
    own = next((way for way in ways if way.instead_of_id == site.pk and way.active and way.sealed_key), None)
    if own is None:
        return site
    own.instead_of = site
    return own


_ways = Prepared(
    lambda provider, scope: Connection.objects.filter(provider=provider, scope__in=["", scope]), str, str
)
"""The connections of a provider that are the site's or a scope's."""


def _is_chosen(way: Connection, connection_id: int | None) -> bool:
    """Whether it is the site's connection of that number; without one, that named like its provider."""
    return not way.scope and (way.pk == connection_id if connection_id else way.name == way.provider)


def site_connection(connection: Connection) -> Connection:
    """The site's connection that says where it leads and how fast: itself, or what it stands in for."""
    if not connection.scope:
        return connection
    if connection.instead_of is None:
        raise ProviderError(
            Trouble.MISSING,
            "This key stands in for a connection that the site no longer has, so nothing was sent. "
            "Enter it for another.",
        )
    return connection.instead_of


def access_to(connection: Connection) -> Access:
    """Address and key for a call. Only the site's rows say where a key is sent.

    Raises ProviderError(NOT_LET_IN) where the key cannot be opened any more.
    """
    site = site_connection(connection)
    return Access(
        base_url=site.base_url,
        key=unseal(connection.sealed_key) if connection.sealed_key else "",
        supports_schemas=site.supports_schemas,
    )


@sensitive_variables("key")
def own_key(scope: str, site: Connection, key: str) -> Connection:
    """Store a scope's own key in place of the site's connection. Raises keys.NotAKey.

    Raises ValueError for an empty scope and for a connection that is not the site's.
    """
    if not scope or site.scope:
        raise ValueError("A course's own key stands in for a connection of the site.")
    clean_key(key)
    own, _ = Connection.objects.get_or_create(
        instead_of=site,
        scope=scope,
        # The site may rename its connections; with its number this name stays the only one.
        defaults={"name": f"{site.name[:40]} (own key, {site.pk})", "provider": site.provider},
    )
    set_key(own, key)
    return own


def forget_own_key(scope: str, site: Connection) -> None:
    """From now on the scope uses the site's connection again. What was paid over its own stays known."""
    for own in Connection.objects.filter(instead_of=site, scope=scope).exclude(scope=""):
        forget_key(own)


def own_keys(scope: str) -> list[OwnKey]:
    """For every connection that the site has switched on, the scope's own with a key, if it brought one."""
    by_site = {own.instead_of_id: own for own in _with_key(scope)}
    sites = Connection.objects.filter(scope="", active=True)
    return [OwnKey(site, by_site.get(site.pk)) for site in sites]


def forget_keys_for_old_address(site: Connection) -> int:
    """Forget the keys that courses brought for a connection whose address has changed; how many.

    They were entrusted to the old address.
    """
    owns = Connection.objects.filter(instead_of=site).exclude(sealed_key="")
    return owns.update(sealed_key="", key_set_at=None)


def tell_administrators(connection: Connection, message: str) -> None:
    """Write on a connection why it does not work, and mail it to the site's administrators, once."""
    told = Connection.objects.filter(pk=connection.pk, check_worked=False, check_says=message)
    if told.exists():
        return
    Connection.objects.filter(pk=connection.pk).update(
        check_worked=False, check_says=message, checked_at=timezone.now()
    )
    log.error("The connection %s does not work: %s", connection, message)
    mail_admins(f"The connection {connection} does not work", message, fail_silently=True)


def _with_key(scope: str) -> QuerySet[Connection]:
    return Connection.objects.filter(scope=scope, active=True).exclude(scope="").exclude(sealed_key="")
