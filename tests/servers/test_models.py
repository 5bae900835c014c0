"""The stand-in itself, asked by the vendors' real SDKs: what it says, counts, breaks and writes down."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, Seen, StandIn, nobody_there
from tests.servers.workers import wait_until

LONG = "You review code, and say for whom it breaks.\n" * 200
STRICT = {"type": "json_schema", "name": "review", "strict": True}


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


class Asker:
    """The same question by each interface, whole or streamed; the reply is its text."""

    def __init__(self, server: StandIn, model: str = "gpt-5.4") -> None:
        self.model = model
        self.openai = openai.OpenAI(base_url=server.openai_url, api_key=TEST_KEY, max_retries=0, timeout=10)
        self.anthropic = anthropic.Anthropic(base_url=server.url, api_key=TEST_KEY, max_retries=0, timeout=10)

    def responses(self, task: str) -> str:
        return self.openai.responses.create(model=self.model, instructions=LONG, input=task).output_text

    def responses_streamed(self, task: str) -> str:
        events = self.openai.responses.create(model=self.model, instructions=LONG, input=task, stream=True)
        return "".join(event.delta for event in events if event.type == "response.output_text.delta")

    def chat(self, task: str) -> str:
        reply = self.openai.chat.completions.create(
            model=self.model,
            messages=[{"role": "system", "content": LONG}, {"role": "user", "content": task}],
        )
        return reply.choices[0].message.content or ""

    def chat_streamed(self, task: str) -> str:
        chunks = self.openai.chat.completions.create(
            model=self.model,
            messages=[{"role": "system", "content": LONG}, {"role": "user", "content": task}],
            stream=True,
        )
        return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)

    def messages(self, task: str) -> str:
        reply = self.anthropic.messages.create(**self._message(task))
        return "".join(block.text for block in reply.content if block.type == "text")

    def messages_streamed(self, task: str) -> str:
        with self.anthropic.messages.stream(**self._message(task)) as stream:
            return stream.get_final_text()

    def _message(self, task: str) -> dict[str, Any]:
        marked = {"type": "text", "text": LONG, "cache_control": {"type": "ephemeral"}}
        asked = [{"role": "user", "content": task}]
        return {"model": self.model, "max_tokens": 500, "system": [marked], "messages": asked}


WAYS = [name for name in vars(Asker) if not name.startswith("_")]


@pytest.mark.parametrize("way", WAYS)
def test_every_interface_says_the_same(server: StandIn, way: str) -> None:
    assert getattr(Asker(server), way)("Review this.") == NOTHING_FOUND
    (seen,) = server.asked
    assert seen.key == TEST_KEY
    assert seen.text == LONG + "Review this."
    # The caller has all of the reply a moment before the server has noted that it has ended.
    wait_until(lambda: seen.ended is not None)
    assert seen.began is not None
    assert seen.ended is not None
    assert seen.arrived <= seen.began <= seen.ended


@pytest.mark.parametrize("way", WAYS)
def test_a_second_call_reads_what_the_first_one_wrote(server: StandIn, way: str) -> None:
    ask: Callable[[str], str] = getattr(Asker(server), way)
    ask("First task.")
    ask("Second task.")
    first, second = (seen.counted for seen in server.asked)
    assert first is not None
    assert second is not None
    assert first.read == 0
    assert first.written == pytest.approx(len(LONG) / 4, abs=128)
    assert second.read == first.written


def test_two_calls_at_once_both_write(server: StandIn) -> None:
    """Whoever arrives before the first reply has begun finds nothing yet."""
    both_are_here = threading.Barrier(2)

    def script(seen: Seen) -> Answer:
        if seen.number <= 2:
            both_are_here.wait(10)
        return Answer()

    server.answers = script
    ask = Asker(server, "claude-opus-4-6").messages
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, ["First task.", "Second task."]))
    ask("Third task.")
    read = [seen.counted.read for seen in server.asked if seen.counted]
    assert read[:2] == [0, 0]
    assert read[2] == len(LONG) // 4


def test_the_usage_is_told_in_each_vendors_own_shape(server: StandIn) -> None:
    server.answers = Answer(text="Yes.", usage=(700, 300, 24, 9), reasoning=5)
    asker = Asker(server)
    ours = asker.openai.responses.create(model="gpt-5.4", input="?").usage
    assert ours is not None
    assert (ours.input_tokens, ours.output_tokens, ours.total_tokens) == (1024, 9, 1033)
    assert ours.input_tokens_details.cached_tokens == 700
    assert ours.input_tokens_details.cache_write_tokens == 300
    assert ours.output_tokens_details.reasoning_tokens == 5
    theirs = asker.anthropic.messages.create(**asker._message("?")).usage
    assert (theirs.input_tokens, theirs.cache_read_input_tokens) == (24, 700)
    assert (theirs.cache_creation_input_tokens, theirs.output_tokens) == (300, 9)
    chat = asker.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}]).usage
    assert chat is not None
    assert (chat.prompt_tokens, chat.completion_tokens) == (1024, 9)


def test_answers_are_used_up_in_order_and_then_comes_the_default(server: StandIn) -> None:
    server.answers = [Answer(text="one"), Answer(status=503, message="Not now."), Answer(text="three")]
    ask = Asker(server).responses
    assert ask("?") == "one"
    with pytest.raises(openai.InternalServerError, match="Not now"):
        ask("?")
    assert [ask("?"), ask("?")] == ["three", NOTHING_FOUND]


def test_a_script_sees_the_request_it_answers(server: StandIn) -> None:
    server.answers = lambda seen: Answer(text=seen.text[-5:])
    assert Asker(server).messages("What time? now!!") == "now!!"


def test_a_tool_can_be_called_instead(server: StandIn) -> None:
    server.answers = Answer(tool=("StructuredOutput", {"verdict": "approve"}))
    asker = Asker(server)
    (called,) = asker.openai.responses.create(model="gpt-5.4", input="?").output
    assert called.type == "function_call"
    assert (called.name, called.arguments) == ("StructuredOutput", '{"verdict":"approve"}')
    with asker.anthropic.messages.stream(**asker._message("?")) as stream:
        message = stream.get_final_message()
    assert message.stop_reason == "tool_use"
    assert message.content[0].type == "tool_use"
    assert message.content[0].input == {"verdict": "approve"}


def test_a_text_is_written_where_a_text_is_wanted(server: StandIn) -> None:
    from reviews.briefs import Task
    from reviews.prompts.forms import TEXT_FORM, read

    reply = Asker(server).openai.responses.create(
        model="gpt-5.4",
        input="Revise the plan.",
        text={"format": {"type": "json_schema", "name": "text", "schema": dict(TEXT_FORM.schema)}},
    )
    assert read(reply.output_text, Task.REVISE).text.startswith("# Plan")


def test_forty_callers_wait_side_by_side(server: StandIn) -> None:
    """Nobody is answered before all forty are there: one after the other they would wait for ever."""
    all_are_here = threading.Barrier(40)

    def script(seen: Seen) -> Answer:
        all_are_here.wait(30)
        return Answer(delay=0.1)

    server.answers = script
    ask = Asker(server).responses
    with ThreadPoolExecutor(40) as pool:
        assert set(pool.map(ask, ["?"] * 40)) == {NOTHING_FOUND}
    assert all(seen.began and seen.began - seen.arrived >= 0.1 for seen in server.asked)


def test_a_connection_is_kept_for_the_next_request(server: StandIn) -> None:
    ask = Asker(server).responses
    ask("?")
    ask("?")
    assert server.asked[0].peer == server.asked[1].peer


def test_a_caller_who_hangs_up_is_noticed(server: StandIn) -> None:
    server.answers = Answer(fault=Fault.NEVER)
    with pytest.raises(openai.APITimeoutError):
        Asker(server).openai.with_options(timeout=0.2).responses.create(model="gpt-5.4", input="?")

    def noticed() -> bool:
        """The stand-in noticed that the caller had gone."""
        return server.asked[0].hung_up is not None

    wait_until(noticed, within=10)


def test_stopping_lets_go_of_everybody_who_waits() -> None:
    server = StandIn(Answer(fault=Fault.NEVER)).start()
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(Asker(server).responses, "?") for _ in range(3)]

        def arrived() -> bool:
            """All three calls arrived."""
            return len(server.asked) == 3

        wait_until(arrived, within=10)
        server.stop()
        assert all(isinstance(call.exception(5), openai.APIConnectionError) for call in calls)
    assert not [thread for thread in threading.enumerate() if thread.name == "stand-in"]


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.RESET_MID_BODY])
def test_a_reset_is_a_reset_and_not_an_end(server: StandIn, fault: Fault) -> None:
    server.answers = Answer(fault=fault)
    with pytest.raises(httpx2.ReadError, match="reset"):
        httpx2.post(f"{server.openai_url}/responses", json={"model": "gpt-5.4", "input": "?"})


def test_where_nobody_is_there_connections_are_refused() -> None:
    with nobody_there() as address, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5)


def test_models_are_listed_and_tokens_counted_beforehand(server: StandIn) -> None:
    asker = Asker(server)
    assert "gpt-5.4" in [model.id for model in asker.openai.models.list()]
    assert asker.openai.models.retrieve("gpt-5.4").id == "gpt-5.4"
    with pytest.raises(openai.NotFoundError):
        asker.openai.models.retrieve("gpt-3")
    counted = asker.anthropic.messages.count_tokens(
        model="claude-opus-4-6", messages=[{"role": "user", "content": "a" * 400}]
    )
    assert counted.input_tokens == 100
    assert asker.openai.responses.input_tokens.count(model="gpt-5.4", input="a" * 400).input_tokens == 100
    assert server.asked == []
    assert len(server.seen) == 5


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"type": "object", "properties": {}, "required": []}, "additionalProperties"),
        (
            {"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties": False},
            "must name every key",
        ),
    ],
)
def test_a_schema_that_openai_would_refuse_is_refused(
    server: StandIn, schema: dict[str, Any], why: str
) -> None:
    form: Any = {"format": {**STRICT, "schema": schema}}
    with pytest.raises(openai.BadRequestError, match=why):
        Asker(server).openai.responses.create(model="gpt-5.4", input="?", text=form)


def test_marks_are_refused_for_models_that_know_none(server: StandIn) -> None:
    marked = [{"type": "input_text", "text": LONG, "prompt_cache_breakpoint": {"mode": "explicit"}}]
    given: Any = [{"role": "user", "content": marked}]
    create = Asker(server).openai.responses.create
    with pytest.raises(openai.BadRequestError, match="prompt_cache_breakpoint"):
        create(model="gpt-5.4", input=given)
    assert create(model="gpt-6.2-sol", input=given).output_text == NOTHING_FOUND


def test_an_empty_block_is_refused_by_anthropic(server: StandIn) -> None:
    with pytest.raises(anthropic.BadRequestError, match="non-whitespace"):
        Asker(server).messages(" ")


def test_time_passes_between_the_beginning_and_the_end_of_a_reply(server: StandIn) -> None:
    # On a busy machine the beginning is read late: half of the time has to be left all the same.
    server.answers = Answer(lasts=1.0)
    events = Asker(server).openai.responses.create(model="gpt-5.4", input="?", stream=True)
    began = next(time.monotonic() for event in events if event.type == "response.output_text.delta")
    kinds = [event.type for event in events]
    assert time.monotonic() - began >= 0.5
    assert kinds[-1] == "response.completed"


def test_a_script_that_fails_is_told_of_and_not_only_a_connection_that_broke(
    server: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    def mistaken(_: Seen) -> Answer:
        raise ValueError("The script has no fifth answer.")

    server.answers = mistaken
    with pytest.raises(openai.APIConnectionError):
        Asker(server).responses("Review it.")
    wait_until(lambda: "The script has no fifth answer." in capsys.readouterr().err)
