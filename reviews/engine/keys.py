"""Keys of providers: sealed at rest, opened only for a call, never shown and never logged.

They are sealed with Fernet under the first key of a ring and opened with any. The ring is made from
`settings.KEYRING`, newest first, and after it always the site's SECRET_KEY: so a site works before
it has a ring, and giving it one later locks nothing away. Each text of the ring is stretched by
HKDF, so it may be any long random text.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from reviews.models import Connection
from reviews.providers.base import ProviderError, Trouble

MOST_CHARACTERS = 1_000
LEAST_CHARACTERS = 8
"""What is shorter is no secret, and would be found in any text."""

_PURPOSE = b"blindspot: keys of providers, 1"
_IN_ITS_PLACE = "[the key]"


class NotAKey(ValueError):
    """What was entered cannot be a key. The message says why, without what was entered."""


@sensitive_variables("key", "cleaned")
def clean_key(key: str) -> str:
    """The key as a header can carry it. Raises NotAKey.

    A key that a header cannot carry would stand in the HTTP client's own error message.
    """
    cleaned = key.strip()
    if not cleaned:
        raise NotAKey("The key is empty.")
    if len(cleaned) > MOST_CHARACTERS:
        raise NotAKey(f"A key has at most {MOST_CHARACTERS} characters.")
    if not all("!" <= character <= "~" for character in cleaned):
        raise NotAKey("A key has no spaces, line breaks or special characters. Copy it once more.")
    return cleaned


@sensitive_variables("key")
def seal(key: str) -> str:
    """The key, sealed with the newest key of the ring."""
    return _ring().encrypt(key.encode()).decode()


def unseal(token: str) -> str:
    """The key that was sealed. Raises ProviderError(NOT_LET_IN) where no key of the ring opens it."""
    try:
        return _ring().decrypt(token.encode()).decode()
    except InvalidToken:
        raise ProviderError(
            Trouble.NOT_LET_IN,
            "The key was sealed with a key ring that this site no longer has; enter it again.",
        ) from None


@sensitive_variables("key")
def set_key(connection: Connection, key: str) -> None:
    """Store a key with a connection in place of the one that was there. Raises NotAKey."""
    connection.sealed_key = seal(clean_key(key))
    connection.key_set_at = timezone.now()
    connection.save(update_fields=["sealed_key", "key_set_at"])


def forget_key(connection: Connection) -> None:
    """Store no key with this connection any more."""
    connection.sealed_key, connection.key_set_at = "", None
    connection.save(update_fields=["sealed_key", "key_set_at"])


def rotate() -> tuple[int, list[str]]:
    """Seal every stored key anew with the newest key of the ring.

    Returns how many were, and the names of connections whose key could not be opened: they are
    left as they are. A key that somebody enters meanwhile stays.
    """
    done, shut = 0, []
    for connection in Connection.objects.exclude(sealed_key="").order_by("pk"):
        try:
            token = _ring().rotate(connection.sealed_key.encode()).decode()
        except InvalidToken:
            shut.append(str(connection))
            continue
        as_it_was = Connection.objects.filter(pk=connection.pk, sealed_key=connection.sealed_key)
        done += as_it_was.update(sealed_key=token)
    return done, shut


@sensitive_variables("key")
def without_key(text: str, key: str) -> str:
    """A text from outside in which the key does not stand: some servers repeat what they were sent."""
    return text.replace(key, _IN_ITS_PLACE) if len(key) >= LEAST_CHARACTERS else text


@sensitive_variables("ring", "text")
def _ring() -> MultiFernet:
    ring = [*settings.KEYRING, settings.SECRET_KEY]
    return MultiFernet([_fernet(text) for text in ring])


@sensitive_variables("text", "stretched")
def _fernet(text: str) -> Fernet:
    stretched = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(text.encode())
    return Fernet(base64.urlsafe_b64encode(stretched))
