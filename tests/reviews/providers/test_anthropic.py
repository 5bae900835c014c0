"""Anthropic by the Messages API: what is sent, byte for byte where it matters, and what is heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from reviews.prompts.forms import REVIEW_FORM
from reviews.providers.anthropic import Anthropic
from reviews.providers.base import (
    Access,
    Ending,
    Listener,
    ModelProvider,
    ProviderError,
    Question,
    Reply,
    Trouble,
    Usage,
)
from tests.servers import questions
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn
from tests.servers.questions import MATERIAL, SYSTEM, TASK

SHARED_TOKENS = 0.9 * len(SYSTEM + MATERIAL) / 4


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def question(**changes: Any) -> Question:
    return questions.question("claude-opus-4-6", **changes)


def ask(asked: Question, listener: Listener | None = None) -> Reply:
    return Anthropic({}).ask(asked, listener or Listener())


def test_it_is_a_provider_of_models_that_reads_any_file() -> None:
    provider = Anthropic({})
    assert isinstance(provider, ModelProvider)
    assert provider.caches
    assert provider.suits(["notes.txt"])
    assert not provider.suits([])


@pytest.mark.parametrize("streams", [True, False])
def test_what_was_said_comes_back_with_what_it_took(server: StandIn, streams: bool) -> None:
    server.answers = Answer(usage=(700, 300, 24, 90), reasoning=60, streams=streams)
    assert ask(question()) == Reply(
        text=NOTHING_FOUND,
        ending=Ending.WHOLE,
        usage=Usage(input=24, cached=700, written=300, output=90, reasoning=60),
        request_id="req_000001",
        model="claude-opus-4-6",
    )


def test_the_request_as_it_is_sent(server: StandIn) -> None:
    asked = question(output_tokens=40_000)
    ask(asked)
    (seen,) = server.asked
    assert seen.body == {
        "model": "claude-opus-4-6",
        "system": [{"type": "text", "text": SYSTEM}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": MATERIAL, "cache_control": {"type": "ephemeral"}},
                    {"type": "text", "text": TASK},
                ],
            }
        ],
        "max_tokens": 40_000,
        "metadata": {"user_id": asked.user},
        "output_config": {
            "format": {
                "type": "json_schema",
                "schema": anthropic.transform_schema(dict(REVIEW_FORM.schema)),
            }
        },
        "stream": True,
    }
    assert seen.path == "/v1/messages"
    assert seen.key == TEST_KEY


def test_bounds_that_anthropic_does_not_know_are_put_into_words(server: StandIn) -> None:
    ask(question())
    schema = json.dumps(server.asked[0].body["output_config"]["format"]["schema"])
    assert '"minimum"' not in schema
    assert "minimum: 0" in schema


def test_all_passes_of_a_review_begin_with_the_same_bytes(server: StandIn) -> None:
    usages = [
        ask(question()).usage,
        ask(question(task="Now as the devil's advocate.\n")).usage,
        ask(question(task="Confirm.\n", reply_so_far='{"verdict":', correction="Whole, please.")).usage,
    ]
    parts = [seen.body["messages"][0]["content"][0] for seen in server.asked]
    assert parts[0] == parts[1] == parts[2]
    for name in ("system", "output_config", "model"):
        first, second, third = (json.dumps(seen.body[name]) for seen in server.asked)
        assert first == second == third
    assert usages[0].written > SHARED_TOKENS
    assert [usage.cached for usage in usages] == [0, usages[0].written, usages[0].written]
    assert usages[1].written == 0


def test_what_nobody_will_read_again_is_not_written_to_the_cache(server: StandIn) -> None:
    usage = ask(question(shared=False)).usage
    assert (usage.cached, usage.written) == (0, 0)
    assert usage.input > SHARED_TOKENS
    assert "cache_control" not in str(server.asked[0].body)


def test_without_material_there_is_no_empty_block_and_no_mark(server: StandIn) -> None:
    ask(question(material="", system=""))
    body = server.asked[0].body
    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": TASK}]}]
    assert "system" not in body


def test_a_correction_follows_the_reply_it_corrects(server: StandIn) -> None:
    ask(question(reply_so_far='{"verdict": "approve"}', correction="checked is missing"))
    turns = server.asked[0].body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == [{"type": "text", "text": '{"verdict": "approve"}'}]
    assert turns[2]["content"] == [{"type": "text", "text": "checked is missing"}]


def test_an_empty_reply_is_not_repeated_to_it(server: StandIn) -> None:
    """Anthropic refuses a turn of nothing but white space, and so does the stand-in."""
    ask(question(reply_so_far=" \n", correction="the reply is empty"))
    assert [turn["role"] for turn in server.asked[0].body["messages"]] == ["user", "user"]


def test_without_schemas_the_form_is_told_in_words(server: StandIn) -> None:
    ask(question(access=Access(supports_schemas=False)))
    body = server.asked[0].body
    assert "output_config" not in body
    assert body["messages"][0]["content"][1]["text"].startswith(TASK)
    assert '"not_reviewed"' in body["messages"][0]["content"][1]["text"]


def test_a_connections_own_address_and_key_go_before_the_environments(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "token-of-the-site")
    with StandIn() as other:
        ask(question(access=Access(base_url=other.url, key="sk-ant-of-the-course")))
        (seen,) = other.asked
    assert server.asked == []
    assert seen.key == "sk-ant-of-the-course"
    assert "of-the-site" not in str(seen.headers)


def test_without_a_key_nothing_is_sent(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ProviderError, match="set ANTHROPIC_API_KEY") as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.MISSING, False)
    assert server.seen == []


def test_the_beginning_is_told_once_while_the_reply_still_comes(server: StandIn) -> None:
    began: list[bool] = []
    server.answers = Answer(lasts=0.2)
    ask(question(), Listener(begun=lambda: began.append(server.asked[0].ended is None)))
    assert began == [True]


def test_a_window_that_ran_full_is_too_long_and_was_paid_for(server: StandIn) -> None:
    server.answers = Answer(fault=Fault.WINDOW)
    with pytest.raises(ProviderError, match="ran out of room") as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.TOO_LONG, False)
    assert caught.value.usage is not None
    assert caught.value.usage.output > 0
    assert caught.value.raw == NOTHING_FOUND
    assert caught.value.request_id == "req_000001"


def test_an_overload_in_mid_stream_keeps_what_was_read(server: StandIn) -> None:
    """The prompt was read, and written to the cache, before the overload: it is in the bill."""
    server.answers = Answer(fault=Fault.ERROR_EVENT)
    with pytest.raises(ProviderError) as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.BUSY, True)
    assert caught.value.usage is not None
    assert caught.value.usage.written > SHARED_TOKENS


def test_a_spending_limit_that_looks_like_a_rate_limit_is_final(server: StandIn) -> None:
    server.answers = Answer(status=429, code="enforced_spend_limit_reached", message="Limit reached.")
    with pytest.raises(ProviderError) as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.NO_MONEY, False)
