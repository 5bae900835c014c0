"""Keys are sealed at rest, opened for a call only, and survive a change of the ring."""

from __future__ import annotations

import pytest
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from reviews.engine import keys
from reviews.engine.keys import NotAKey
from reviews.models import Connection
from reviews.providers.base import ProviderError, Trouble
from tests.calls import a_connection

KEY = "sk-proj-4f9c2b7e-not-a-real-one"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200))
def test_what_was_sealed_is_opened_again_and_no_two_seals_are_equal(key: str) -> None:
    first, second = keys.seal(key), keys.seal(key)
    assert keys.unseal(first) == keys.unseal(second) == key
    assert first != second


def test_the_database_never_holds_the_key_itself(db: None) -> None:
    campus = a_connection()
    keys.set_key(campus, f"  {KEY}\n")
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM reviews_connection")
        assert KEY not in str(cursor.fetchall())
    campus.refresh_from_db()
    assert KEY not in repr(vars(campus))
    assert keys.unseal(campus.sealed_key) == KEY, "without the spaces around it"
    assert campus.has_key
    assert campus.key_set_at is not None


def test_a_forgotten_key_is_gone(db: None) -> None:
    campus = a_connection()
    keys.set_key(campus, KEY)
    keys.forget_key(campus)
    campus.refresh_from_db()
    assert (campus.sealed_key, campus.key_set_at) == ("", None)


@pytest.mark.parametrize("entered", ["", "   ", "sk-1\nsk-2", "schlüssel-für-alle", "sk 1234", "x" * 1_001])
def test_what_no_header_can_carry_is_refused_without_repeating_it(db: None, entered: str) -> None:
    campus = a_connection()
    with pytest.raises(NotAKey) as refused:
        keys.set_key(campus, entered)
    assert not entered.strip() or entered not in str(refused.value)
    campus.refresh_from_db()
    assert not campus.has_key


def test_a_site_that_gets_a_ring_still_opens_what_it_sealed_before(settings: Settings) -> None:
    settings.KEYRING = []
    sealed = keys.seal(KEY)
    settings.KEYRING = ["a first ring, long and random"]
    assert keys.unseal(sealed) == KEY
    under_the_ring = keys.seal(KEY)
    settings.SECRET_KEY = "another secret key, as long as the first"
    assert keys.unseal(under_the_ring) == KEY
    with pytest.raises(ProviderError):
        keys.unseal(sealed)


def test_a_key_ring_that_is_gone_is_said_plainly(settings: Settings) -> None:
    settings.KEYRING = ["old"]
    sealed = keys.seal(KEY)
    settings.KEYRING = ["new"]
    with pytest.raises(
        ProviderError, match="a key ring that this site no longer has; enter it again"
    ) as lost:
        keys.unseal(sealed)
    assert lost.value.trouble is Trouble.NOT_LET_IN
    assert not lost.value.again
    assert lost.value.__suppress_context__, "a traceback shows no token"


def test_after_a_rotation_the_old_key_of_the_ring_is_not_needed(db: None, settings: Settings) -> None:
    settings.KEYRING = ["old"]
    campus, cloud = a_connection("campus"), a_connection("cloud")
    keys.set_key(campus, KEY)
    settings.KEYRING = ["foreign"]
    keys.set_key(cloud, KEY)
    a_connection("open to all")
    settings.KEYRING = ["new", "old"]
    assert keys.rotate() == (1, ["cloud"])
    settings.KEYRING = ["new"]
    campus.refresh_from_db()
    assert keys.unseal(campus.sealed_key) == KEY


def test_a_key_entered_during_a_rotation_stays(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KEYRING = ["old"]
    campus = a_connection()
    keys.set_key(campus, KEY)
    settings.KEYRING = ["new", "old"]
    ring = keys._ring

    def meanwhile() -> object:
        monkeypatch.setattr(keys, "_ring", ring)
        keys.set_key(Connection.objects.get(pk=campus.pk), "sk-entered-meanwhile")
        return ring()

    monkeypatch.setattr(keys, "_ring", meanwhile)
    assert keys.rotate() == (0, [])
    campus.refresh_from_db()
    assert keys.unseal(campus.sealed_key) == "sk-entered-meanwhile"


def test_a_server_that_repeats_the_key_is_not_quoted() -> None:
    said = f"Incorrect key provided: {KEY}. {KEY}?"
    assert keys.without_key(said, KEY) == "Incorrect key provided: [the key]. [the key]?"
    assert keys.without_key("x marks the spot", "x") == "x marks the spot", "no secret is so short"
    assert keys.without_key("all of it", "") == "all of it"
