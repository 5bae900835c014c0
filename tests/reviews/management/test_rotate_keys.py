"""`manage.py rotate_keys` seals the stored keys anew, and names those that it cannot."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from reviews.engine import keys
from tests.calls import a_connection

KEY = "sk-to-be-sealed-twice"


def test_keys_are_sealed_anew_and_never_printed(db: None, settings: Settings) -> None:
    settings.KEYRING = ["old"]
    campus, cloud = a_connection("campus"), a_connection("cloud")
    keys.set_key(campus, KEY)
    settings.KEYRING = ["new", "old"]
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    assert out.getvalue() == "Sealed anew: 1.\n"

    settings.KEYRING = ["new"]
    campus.refresh_from_db()
    assert keys.unseal(campus.sealed_key) == KEY
    settings.KEYRING = ["a third"]
    keys.set_key(cloud, KEY)
    with pytest.raises(
        CommandError, match="No key of the ring opens those of campus: enter them again"
    ) as shut:
        call_command("rotate_keys", stdout=out)
    assert shut.value.returncode == 1
    assert KEY not in out.getvalue()
