"""Any server that speaks chat completions: the plainest of requests, with a schema and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reviews.briefs import Task
from reviews.prompts.forms import REVIEW_FORM, read
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
from reviews.providers.compatible import Compatible
from reviews.providers.schemas import in_words
from tests.servers import questions
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, StandIn
from tests.servers.questions import MATERIAL, SYSTEM, TASK


@pytest.fixture
def campus(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The campus server; the site's own OpenAI key is set, and none of its business."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-site")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-site")
    with StandIn() as running:
        yield running


def question(server: StandIn, *, key: str = "", schemas: bool = True, **changes: Any) -> Question:
    access = Access(base_url=server.openai_url, key=key, supports_schemas=schemas)
    return questions.question("campus-llama-3", access=access, **changes)


def ask(asked: Question, listener: Listener | None = None) -> Reply:
    return Compatible({}).ask(asked, listener or Listener())


def test_it_is_a_provider_of_models_that_reads_any_file() -> None:
    provider = Compatible({})
    assert isinstance(provider, ModelProvider)
    assert not provider.caches
    assert provider.suits(["notes.txt"])
    assert not provider.suits([])


@pytest.mark.parametrize("streams", [True, False])
def test_what_was_said_comes_back_with_what_it_took(campus: StandIn, streams: bool) -> None:
    campus.answers = Answer(usage=(700, 0, 24, 90), reasoning=60, streams=streams)
    assert ask(question(campus)) == Reply(
        text=NOTHING_FOUND,
        ending=Ending.WHOLE,
        usage=Usage(input=24, cached=700, output=90, reasoning=60),
        request_id="req_000001",
        model="campus-llama-3",
    )


@pytest.mark.parametrize("streams", [True, False])
def test_a_server_that_tells_no_usage_is_understood(campus: StandIn, streams: bool) -> None:
    campus.answers = Answer(tells_usage=False, streams=streams)
    reply = ask(question(campus))
    assert reply.text == NOTHING_FOUND
    assert reply.usage == Usage()


def test_the_request_as_it_is_sent_with_a_schema(campus: StandIn) -> None:
    ask(question(campus, key=TEST_KEY, output_tokens=3_000))
    (seen,) = campus.asked
    body = dict(seen.body)
    form = body.pop("response_format")
    assert body == {
        "model": "campus-llama-3",
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": f"{MATERIAL}\n\n{TASK}"},
        ],
        "max_tokens": 3_000,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert form["type"] == "json_schema"
    assert (form["json_schema"]["name"], form["json_schema"]["strict"]) == ("review", True)
    assert seen.path == "/v1/chat/completions"
    assert seen.key == TEST_KEY


def test_a_server_that_knows_nothing_of_schemas_is_told_in_words(campus: StandIn) -> None:
    reply = ask(question(campus, schemas=False))
    body = campus.asked[0].body
    assert "response_format" not in body
    assert body["messages"][-1]["content"] == f"{MATERIAL}\n\n{TASK}\n\n{in_words(REVIEW_FORM)}"
    assert read(reply.text, Task.REVIEW).checked


def test_a_server_that_asks_for_no_key_gets_none_of_the_sites(campus: StandIn) -> None:
    ask(question(campus))
    (seen,) = campus.asked
    assert seen.key == "none"
    assert "of-the-site" not in str(seen.headers)


def test_turns_alternate_even_where_the_reply_was_empty(campus: StandIn) -> None:
    """The templates of many models break where two turns of one side follow each other."""
    ask(question(campus, reply_so_far="", correction="the reply is empty"))
    ask(question(campus, reply_so_far='{"verdict":', correction="cut off"))
    roles = [[turn["role"] for turn in seen.body["messages"]] for seen in campus.asked]
    assert roles == [["system", "user"], ["system", "user", "assistant", "user"]]
    assert campus.asked[0].body["messages"][1]["content"].endswith(f"{TASK}\n\nthe reply is empty")
    assert campus.asked[1].body["messages"][2]["content"] == '{"verdict":'


def test_all_passes_of_a_review_begin_with_the_same_text(campus: StandIn) -> None:
    """A campus server that keeps prefixes (vLLM does) has the material only once to read."""
    ask(question(campus))
    second = ask(question(campus, task="Something else.\n"))
    assert second.usage.cached > 0.9 * len(SYSTEM + MATERIAL) / 4


def test_without_an_address_nothing_is_sent() -> None:
    with pytest.raises(ProviderError, match="No address") as caught:
        ask(questions.question("campus-llama-3"))
    assert (caught.value.trouble, caught.value.again) == (Trouble.MISSING, False)


def test_an_address_without_its_scheme_is_said_plainly() -> None:
    access = Access(base_url="llm.campus.example:8000/v1")
    with pytest.raises(ProviderError, match="not of the form") as caught:
        ask(questions.question("campus-llama-3", access=access))
    assert (caught.value.trouble, caught.value.again) == (Trouble.UNREACHABLE, False)


def test_the_server_is_called_by_its_own_name(campus: StandIn) -> None:
    campus.answers = Answer(status=503)
    with pytest.raises(ProviderError, match=r"^127\.0\.0\.1 is overloaded"):
        ask(question(campus))


def test_the_beginning_is_told_once_while_the_reply_still_comes(campus: StandIn) -> None:
    began: list[bool] = []
    campus.answers = Answer(lasts=0.2)
    ask(question(campus), Listener(begun=lambda: began.append(campus.asked[0].ended is None)))
    assert began == [True]
