"""No test can reach a paid model: two latches, each of which holds alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from reviews.prompts.forms import REVIEW_FORM
from reviews.providers.anthropic import Anthropic
from reviews.providers.base import Access, Listener, ModelProvider, ProviderError, Question, Trouble
from reviews.providers.compatible import Compatible
from reviews.providers.openai import OpenAI
from tests.latch import OutOfReach
from tests.servers.models import TEST_KEY, StandIn

PAID = [
    (OpenAI({}), "https://api.openai.com/v1"),
    (Anthropic({}), "https://api.anthropic.com"),
    (Compatible({}), "https://llm.campus.example/v1"),
]


def question(base_url: str) -> Question:
    access = Access(base_url=base_url, key=TEST_KEY)
    return Question("gpt-5.4", "system", "material", "task", REVIEW_FORM, access=access, seconds=5)


@pytest.mark.parametrize(("provider", "address"), PAID)
def test_the_switch_is_off_and_stops_the_call_before_anything_leaves(
    provider: ModelProvider, address: str, latch: list[str]
) -> None:
    assert django_settings.PAID_MODELS is False
    with pytest.raises(ProviderError, match="PAID_MODELS is off") as caught:
        provider.ask(question(address), Listener())
    assert caught.value.trouble is Trouble.UNREACHABLE
    assert not caught.value.again
    assert latch == []


@pytest.mark.parametrize(("provider", "address"), PAID)
def test_with_the_switch_on_the_socket_itself_refuses(
    provider: ModelProvider, address: str, latch: list[str], settings: Settings
) -> None:
    settings.PAID_MODELS = True
    with pytest.raises((ProviderError, OutOfReach)):
        provider.ask(question(address), Listener())
    assert latch == [address.split("/")[2]]
    latch.clear()


def test_an_address_without_a_name_is_out_of_reach_as_well(latch: list[str]) -> None:
    with socket.socket() as plain, pytest.raises(OutOfReach):
        plain.connect(("192.0.2.1", 443))
    with socket.socket() as plain, pytest.raises(OutOfReach):
        plain.connect_ex(("192.0.2.2", 443))
    with socket.socket(type=socket.SOCK_DGRAM) as plain, pytest.raises(OutOfReach):
        plain.sendto(b"?", ("192.0.2.3", 53))
    assert latch == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    latch.clear()


def test_child_processes_inherit_the_switch() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(settings.PAID_MODELS)"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"


def test_a_stand_in_on_this_machine_is_within_reach(latch: list[str]) -> None:
    with StandIn() as server:
        reply = OpenAI({}).ask(question(server.openai_url), Listener())
    assert reply.text
    assert latch == []
