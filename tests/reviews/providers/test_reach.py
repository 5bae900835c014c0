"""Which addresses are asked at all, with paid models switched off and on."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from reviews.providers.base import ProviderError, Trouble
from reviews.providers.reach import check_reach

HERE = [
    "http://127.0.0.1:8000/v1",
    "http://127.8.9.1/v1",
    "http://localhost:11434",
    "http://LOCALHOST/v1",
    "https://[::1]:8443/v1",
]
ELSEWHERE = [
    "https://api.openai.com/v1",
    "https://localhost.attacker.example/v1",
    "https://127.0.0.1.attacker.example",
    "http://10.0.0.5:8000/v1",
    "http://169.254.169.254/",
    "http://[fe80::1]/v1",
    "http://0.0.0.0:8000",
    "http://127.1:8000",
]
NOWHERE = [
    "",
    "llm.campus.example",
    "ftp://127.0.0.1/",
    "http://",
    "http://127.0.0.1@api.openai.com/v1",
    "http://127.0.0.1\\@api.openai.com/v1",
    "http://127.0.0.1#@api.openai.com/v1",
    "http://user:word@127.0.0.1/",
    "https://api.openai.com\n.127.0.0.1/",
    "http://ｌocalhost/",
]


@pytest.mark.parametrize("address", HERE)
@pytest.mark.parametrize("paid", [True, False])
def test_this_machine_is_always_within_reach(address: str, paid: bool, settings: Settings) -> None:
    settings.PAID_MODELS = paid
    check_reach(address)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_elsewhere_is_within_reach_only_with_the_switch_on(address: str, settings: Settings) -> None:
    settings.PAID_MODELS = True
    check_reach(address)
    settings.PAID_MODELS = False
    with pytest.raises(ProviderError, match="PAID_MODELS is off") as caught:
        check_reach(address)
    assert (caught.value.trouble, caught.value.again) == (Trouble.UNREACHABLE, False)


@pytest.mark.parametrize("address", NOWHERE)
@pytest.mark.parametrize("paid", [True, False])
def test_what_can_be_read_in_two_ways_is_not_asked(address: str, paid: bool, settings: Settings) -> None:
    settings.PAID_MODELS = paid
    with pytest.raises(ProviderError, match="not of the form") as caught:
        check_reach(address)
    assert (caught.value.trouble, caught.value.again) == (Trouble.UNREACHABLE, False)
