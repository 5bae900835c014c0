"""OpenAI by the Responses API: what is sent, byte for byte where it matters, and what is heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviews.prompts.forms import TEXT_FORM
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
from reviews.providers.openai import OpenAI
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn
from tests.servers.questions import MATERIAL, SYSTEM, TASK, question


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
            monkeypatch.delenv(name, raising=False)
        yield running


def ask(asked: Question, listener: Listener | None = None) -> Reply:
    return OpenAI({}).ask(asked, listener or Listener())


def test_it_is_a_provider_of_models_that_reads_any_file() -> None:
    provider = OpenAI({})
    assert isinstance(provider, ModelProvider)
    assert provider.caches
    assert provider.suits(["notes.txt"])
    assert not provider.suits([])


@pytest.mark.parametrize("streams", [True, False])
def test_what_was_said_comes_back_with_what_it_took(server: StandIn, streams: bool) -> None:
    server.answers = Answer(
        usage=(700, 300, 24, 90), reasoning=60, streams=streams, model="gpt-5.4-2026-03-05"
    )
    assert ask(question()) == Reply(
        text=NOTHING_FOUND,
        ending=Ending.WHOLE,
        usage=Usage(input=24, cached=700, written=300, output=90, reasoning=60),
        request_id="req_000001",
        model="gpt-5.4-2026-03-05",
    )


def test_the_request_as_it_is_sent(server: StandIn) -> None:
    asked = question(output_tokens=9_000)
    ask(asked)
    (seen,) = server.asked
    body = dict(seen.body)
    form = body.pop("text")["format"]
    assert body == {
        "model": "gpt-5.4",
        "instructions": SYSTEM,
        "input": [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": MATERIAL},
                    {"type": "input_text", "text": TASK},
                ],
            }
        ],
        "max_output_tokens": 9_000,
        "store": False,
        "stream": True,
        "safety_identifier": asked.user,
        "prompt_cache_key": asked.cache_key,
    }
    assert (form["type"], form["name"], form["strict"]) == ("json_schema", "review", True)
    assert form["schema"]["additionalProperties"] is False
    assert seen.path == "/v1/responses"
    assert seen.key == TEST_KEY


def test_all_passes_of_a_review_begin_with_the_same_bytes(server: StandIn) -> None:
    ask(question())
    ask(question(task="Now as the devil's advocate.\n"))
    ask(question(task="Confirm or refute.\n", reply_so_far='{"verdict":', correction="Whole, please."))
    first, second, third = (seen.raw for seen in server.asked)
    shared = first.index(b"Review the code in the role")
    assert first.startswith(second[:shared])
    assert third.startswith(first[:shared])
    read = [seen.counted.read for seen in server.asked if seen.counted]
    assert read[0] == 0
    assert min(read[1:]) > 0.9 * len(SYSTEM + MATERIAL) / 4


def test_newer_models_get_a_mark_where_the_shared_material_ends(server: StandIn) -> None:
    """From GPT-5.6 on a prefix is found only at a mark, and a mark at the end would be paid for nothing."""
    usages = [ask(question("gpt-6.2-sol", task=f"Task {number}.")).usage for number in range(2)]
    body = server.asked[0].body
    material, task = body["input"][0]["content"]
    assert material["prompt_cache_breakpoint"] == {"mode": "explicit"}
    assert "prompt_cache_breakpoint" not in task
    assert body["prompt_cache_options"] == {"mode": "explicit"}
    assert (usages[0].cached, usages[1].written) == (0, 0)
    assert usages[1].cached == usages[0].written > 0.9 * len(SYSTEM + MATERIAL) / 4


@pytest.mark.parametrize("model", ["gpt-6-luna", "gpt-5.6-sol", "gpt-5.10", "gpt-7", "ft:gpt-6.1-terra:uni"])
def test_models_that_take_marks(server: StandIn, model: str) -> None:
    ask(question(model))
    assert "prompt_cache_options" in server.asked[0].body


@pytest.mark.parametrize("model", ["gpt-5.4", "gpt-5", "gpt-4.1", "gpt-35-turbo", "gpt-oss-20b", "o4-mini"])
def test_models_that_refuse_marks(server: StandIn, model: str) -> None:
    ask(question(model))
    assert "prompt_cache_options" not in server.asked[0].body
    assert "prompt_cache_breakpoint" not in str(server.asked[0].body)


def test_which_models_take_marks_is_an_option(server: StandIn) -> None:
    """For the day on which the pattern is out of date."""
    OpenAI({"marked_models": "^gpt-7"}).ask(question("gpt-6.2-sol"), Listener())
    assert "prompt_cache_options" not in server.asked[0].body


def test_what_nobody_will_read_again_is_not_written_to_the_cache(server: StandIn) -> None:
    usage = ask(question("gpt-6.2-sol", shared=False)).usage
    assert (usage.cached, usage.written) == (0, 0)
    assert usage.input > 0.9 * len(SYSTEM + MATERIAL) / 4


def test_without_material_there_is_no_empty_part_and_no_mark(server: StandIn) -> None:
    ask(question("gpt-6.2-sol", material="", system=""))
    body = server.asked[0].body
    assert body["input"] == [{"role": "user", "content": [{"type": "input_text", "text": TASK}]}]
    assert "instructions" not in body


def test_a_correction_follows_the_reply_it_corrects(server: StandIn) -> None:
    asked = question(reply_so_far='{"verdict": "approve"}', correction="checked is missing")
    ask(asked)
    first, reply, correction = server.asked[0].body["input"]
    assert [part["text"] for part in first["content"]] == [MATERIAL, TASK]
    assert reply == {"role": "assistant", "content": '{"verdict": "approve"}'}
    assert correction["role"] == "user"
    assert correction["content"] == [{"type": "input_text", "text": "checked is missing"}]


def test_an_empty_reply_is_not_repeated_to_it(server: StandIn) -> None:
    ask(question(reply_so_far=" \n", correction="the reply is empty"))
    assert [turn["role"] for turn in server.asked[0].body["input"]] == ["user", "user"]


def test_a_server_without_schemas_is_told_in_words(server: StandIn) -> None:
    access = Access(base_url=server.openai_url, key="k-1", supports_schemas=False)
    ask(question(form=TEXT_FORM, access=access))
    body = server.asked[0].body
    assert "text" not in body
    assert body["input"][0]["content"][1]["text"].startswith(TASK)
    assert '"additionalProperties":false' in body["input"][0]["content"][1]["text"]


def test_a_connections_own_address_and_key_go_before_the_environments(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-site")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-the-site")
    with StandIn() as other:
        ask(question(access=Access(base_url=other.openai_url, key="sk-of-the-course")))
        (seen,) = other.asked
    assert server.asked == []
    assert seen.key == "sk-of-the-course"
    assert "openai-organization" not in seen.headers
    assert "openai-project" not in seen.headers


def test_the_sites_own_organisation_goes_with_the_sites_own_key(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-site")
    ask(question())
    assert server.asked[0].headers["openai-organization"] == "org-of-the-site"


def test_without_a_key_nothing_is_sent(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ProviderError, match="set OPENAI_API_KEY") as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.MISSING, False)
    assert server.seen == []


def test_a_key_that_was_pasted_with_a_line_end_works(server: StandIn) -> None:
    ask(question(access=Access(key=f" {TEST_KEY}\n")))
    assert server.asked[0].key == TEST_KEY


def test_a_key_that_no_header_can_carry_is_said_so_and_not_shown(server: StandIn) -> None:
    with pytest.raises(ProviderError, match="characters that no key has") as caught:
        ask(question(access=Access(key="sk-“quoted”")))
    assert caught.value.trouble is Trouble.NOT_LET_IN
    assert "quoted" not in str(caught.value)
    assert server.seen == []


def test_the_beginning_is_told_once_and_only_when_the_model_speaks(server: StandIn) -> None:
    """`response.created` comes at once, before the prompt was read: nothing is in the cache then."""
    began: list[bool] = []
    server.answers = Answer(delay=0.2)
    ask(question(), Listener(begun=lambda: began.append(server.asked[0].began is not None)))
    assert began == [True]


def test_a_reply_that_never_began_is_not_said_to_have(server: StandIn) -> None:
    began: list[str] = []
    server.answers = Answer(fault=Fault.FAILED)
    with pytest.raises(ProviderError):
        ask(question(), Listener(begun=lambda: began.append("it did")))
    assert began == []


def test_the_beginning_is_told_while_the_reply_still_comes(server: StandIn) -> None:
    began: list[bool] = []
    server.answers = Answer(lasts=0.2)
    ask(question(), Listener(begun=lambda: began.append(server.asked[0].ended is None)))
    assert began == [True]


def test_a_response_that_failed_is_no_answer(server: StandIn) -> None:
    server.answers = Answer(fault=Fault.FAILED, code="server_error", message="Sorry.")
    with pytest.raises(ProviderError, match="Sorry") as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.BUSY, True)
    assert caught.value.usage is not None
    assert caught.value.usage.written > 0
    assert caught.value.request_id == "req_000001"


def test_a_prompt_that_was_flagged_is_not_sent_again(server: StandIn) -> None:
    server.answers = Answer(fault=Fault.FAILED, code="invalid_prompt", message="Flagged.")
    with pytest.raises(ProviderError) as caught:
        ask(question())
    assert (caught.value.trouble, caught.value.again) == (Trouble.REFUSED, False)
