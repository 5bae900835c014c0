"""What can go wrong with a call, over real HTTP, by each SDK: what is said, and whether to try again."""

from __future__ import annotations

import email.utils
import logging
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.briefs import Task
from reviews.prompts.forms import read
from reviews.providers.anthropic import Anthropic
from reviews.providers.base import Access, Ending, Listener, ModelProvider, ProviderError, Reply, Trouble
from reviews.providers.compatible import Compatible
from reviews.providers.faults import LONGEST_WAIT, Complaint, Service, judge, retry_after
from reviews.providers.openai import OpenAI
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn, nobody_there
from tests.servers.questions import question

CAMPUS = Service("campus", "llama", "https://llm.campus.example/v1", 120, RuntimeError, TEST_KEY)


@dataclass(frozen=True)
class Way:
    """A provider, a model of it, and where it finds the stand-in."""

    provider: ModelProvider
    model: str
    path: str

    def ask(self, url: str, **changes: Any) -> Reply:
        """Ask over real HTTP."""
        access = Access(base_url=url + self.path, key=TEST_KEY)
        return self.provider.ask(question(self.model, access=access, **changes), Listener())

    def fails(self, url: str, **changes: Any) -> ProviderError:
        """Ask over real HTTP, and be let down."""
        with pytest.raises(ProviderError) as caught:
            self.ask(url, **changes)
        return caught.value


WAYS = {
    "openai": Way(OpenAI({}), "gpt-5.4", "/v1"),
    "anthropic": Way(Anthropic({}), "claude-opus-4-6", ""),
    "compatible": Way(Compatible({}), "campus-llama-3", "/v1"),
}


def let_down(way: Way, url: str) -> ProviderError | None:
    """What a call that may fail in any way failed with."""
    try:
        way.ask(url, seconds=0.2)
    except ProviderError as error:
        return error
    return None


@pytest.fixture
def server() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 529, 409])
def test_a_provider_that_is_busy_or_unwell_may_be_asked_again(server: StandIn, way: Way, status: int) -> None:
    server.answers = Answer(status=status, message="Try later.")
    error = way.fails(server.url)
    assert error.trouble is Trouble.BUSY
    assert error.again
    assert error.retry_after is None
    assert error.request_id == "req_000001"
    assert f"HTTP {status}" in str(error)
    assert "Try later." in str(error)
    assert "run the review again" in str(error)
    assert len(server.asked) == 1, "one layer retries, and it is not this one"


@pytest.mark.parametrize("status", [429, 503, 529])
def test_it_waits_as_long_as_it_was_asked_to(server: StandIn, way: Way, status: int) -> None:
    server.answers = Answer(status=status, headers={"Retry-After": "17"})
    error = way.fails(server.url)
    assert (error.trouble, error.again, error.retry_after) == (Trouble.BUSY, True, 17.0)
    assert len(server.asked) == 1


def test_milliseconds_are_more_exact_than_seconds(server: StandIn, way: Way) -> None:
    server.answers = Answer(status=429, headers={"Retry-After-Ms": "1500", "Retry-After": "2"})
    assert way.fails(server.url).retry_after == 1.5


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (429, "insufficient_quota", "You exceeded your current quota, please check your plan."),
        (400, "", "Your credit balance is too low to access the Anthropic API."),
        (400, "", "You have reached your specified API usage limits. You will regain access on Monday."),
        (402, "billing_error", "Pay first."),
    ],
)
def test_no_money_is_final_whatever_the_status(
    server: StandIn, way: Way, status: int, code: str, message: str
) -> None:
    server.answers = Answer(status=status, code=code, message=message, headers={"Retry-After": "1"})
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.NO_MONEY, False)
    assert "The owner of the key must raise it" in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_fails_at_once_and_tells_the_administrator(
    server: StandIn, way: Way, status: int
) -> None:
    server.answers = Answer(status=status, message=f"Incorrect API key provided: {TEST_KEY}.")
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.NOT_LET_IN, False)
    assert "administrator must enter a valid key" in str(error)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "model_not_found", "The model `gpt-5` does not exist or you do not have access to it."),
        (403, "model_not_found", "Project does not have access to model."),
        (410, "", "Gone."),
        (404, "not_found_error", "model: claude-sonnet-4-5"),
        (400, "", "The model `o3` has been deprecated, learn more here."),
    ],
)
def test_a_retired_model_is_named_and_final(
    server: StandIn, way: Way, status: int, code: str, message: str
) -> None:
    server.answers = Answer(status=status, code=code, message=message)
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.RETIRED, False)
    assert way.model in str(error)
    assert "choose another model" in str(error)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (400, "context_length_exceeded", "Your input exceeds the limit."),
        (400, "", "prompt is too long: 210000 tokens > 200000 maximum"),
        (400, "", "This model's maximum context length is 8192 tokens. However, you requested 9000."),
        (400, "exceed_context_size_error", "the request exceeds the available context size"),
        (413, "request_too_large", "Request exceeds the maximum size"),
        (429, "rate_limit_exceeded", "Request too large for gpt-5.4 on tokens per min (TPM)."),
        (500, "", "input length exceeds the context length"),
    ],
)
def test_what_is_too_long_is_not_sent_again(
    server: StandIn, way: Way, status: int, code: str, message: str
) -> None:
    server.answers = Answer(status=status, code=code, message=message)
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.TOO_LONG, False)
    assert "fewer or smaller files" in str(error)


def test_a_provider_that_will_not_read_this_is_not_asked_again(server: StandIn, way: Way) -> None:
    server.answers = Answer(status=400, code="content_policy_violation", message="Flagged.")
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.REFUSED, False)


def test_a_call_that_is_not_understood_is_final_and_quoted(server: StandIn, way: Way) -> None:
    server.answers = Answer(status=400, message="Unsupported parameter: 'store'. " + "x" * 5000)
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.UNREADABLE, False)
    assert "Unsupported parameter: 'store'" in str(error)
    assert len(str(error)) < 700
    assert len(error.raw) < 5000


def test_nobody_there(way: Way) -> None:
    with nobody_there() as url:
        error = way.fails(url)
    assert (error.trouble, error.again) == (Trouble.UNREACHABLE, True)
    assert "cannot be reached at 127.0.0.1" in str(error)


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.RESET_MID_BODY, Fault.ENDS_EARLY])
@pytest.mark.parametrize("streams", [True, False])
def test_a_connection_that_breaks_is_no_answer(
    server: StandIn, way: Way, fault: Fault, streams: bool
) -> None:
    server.answers = Answer(fault=fault, streams=streams)
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.UNREACHABLE, True)
    assert "broke before the reply was complete" in str(error)
    assert len(server.asked) == 1


def test_what_was_heard_before_it_broke_is_kept(server: StandIn, way: Way) -> None:
    server.answers = Answer(fault=Fault.RESET_MID_BODY)
    error = way.fails(server.url)
    assert error.raw == NOTHING_FOUND
    assert error.request_id == "req_000001"


@pytest.mark.parametrize("fault", [Fault.NEVER, Fault.SILENT])
@pytest.mark.parametrize("streams", [True, False])
def test_a_server_that_falls_silent_is_not_waited_for(
    server: StandIn, way: Way, fault: Fault, streams: bool
) -> None:
    server.answers = Answer(fault=fault, streams=streams)
    error = way.fails(server.url, seconds=0.2)
    assert (error.trouble, error.again) == (Trouble.TIMED_OUT, True)
    assert "said nothing for 0.2 seconds" in str(error)


def test_a_server_that_only_shows_signs_of_life_is_not_listened_to_for_ever(
    server: StandIn, way: Way
) -> None:
    server.answers = Answer(fault=Fault.DRIPS)
    error = way.fails(server.url, seconds=0.15)
    assert (error.trouble, error.again) == (Trouble.TIMED_OUT, True)
    assert "had not finished" in str(error)


@pytest.mark.parametrize("streams", [True, False])
def test_what_is_not_json_is_no_answer(server: StandIn, way: Way, streams: bool) -> None:
    server.answers = Answer(fault=Fault.NOT_JSON, streams=streams)
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.UNREADABLE, True)
    assert "no reply of its interface" in str(error)


def test_an_error_in_mid_stream_is_no_answer(server: StandIn, way: Way) -> None:
    """HTTP 200, the first of the reply, and then an overload: no SDK tries that again by itself."""
    server.answers = Answer(fault=Fault.ERROR_EVENT, message="Overloaded, sorry.")
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.BUSY, True)
    assert "Overloaded, sorry." in str(error)


def test_an_error_with_status_200_in_plain_json_is_no_answer(server: StandIn, way: Way) -> None:
    server.answers = Answer(fault=Fault.ERROR_EVENT, streams=False, message="Broken.")
    error = way.fails(server.url)
    assert (error.trouble, error.again) == (Trouble.BUSY, True)


def test_a_reply_that_reached_its_limit_says_so(server: StandIn, way: Way) -> None:
    server.answers = Answer(fault=Fault.CUT_OFF)
    reply = way.ask(server.url)
    assert reply.ending is Ending.CUT_OFF
    assert NOTHING_FOUND.startswith(reply.text)
    assert reply.usage.output > 0


@pytest.mark.parametrize("fault", [Fault.REFUSAL, Fault.FILTERED])
def test_a_refusal_is_not_nothing_found(server: StandIn, way: Way, fault: Fault) -> None:
    server.answers = Answer(fault=fault)
    reply = way.ask(server.url)
    assert reply.ending is Ending.REFUSED
    assert reply.usage.input + reply.usage.written + reply.usage.cached > 0
    assert reply.request_id == "req_000001"


def test_an_empty_reply_is_empty_and_nothing_else(server: StandIn, way: Way) -> None:
    server.answers = Answer(fault=Fault.EMPTY)
    reply = way.ask(server.url)
    assert (reply.text, reply.ending) == ("", Ending.WHOLE)


def test_prose_around_the_json_comes_through_as_it_was_said(server: StandIn, way: Way) -> None:
    said = f"Sure! Here is my review:\n```json\n{NOTHING_FOUND}\n```\nAnything else?"
    server.answers = Answer(text=said)
    reply = way.ask(server.url)
    assert reply.text == said
    assert read(reply.text, Task.REVIEW).checked


def test_a_redirect_is_not_followed(server: StandIn, way: Way) -> None:
    """It would take a student's code, and the key, where nobody meant them to go."""
    with StandIn() as elsewhere:
        server.answers = Answer(status=307, headers={"Location": f"{elsewhere.url}/v1/responses"})
        error = way.fails(server.url)
        assert (error.trouble, error.again) == (Trouble.UNREACHABLE, False)
        assert "has moved away" in str(error)
        assert elsewhere.seen == []


def test_the_key_is_in_no_message_no_exception_and_no_log(
    server: StandIn, way: Way, caplog: pytest.LogCaptureFixture
) -> None:
    """Even where the server itself repeats it, and where everything is logged."""
    caplog.set_level(logging.DEBUG)
    blabs = f"You sent Bearer {TEST_KEY} and sk-other-key-12345; neither is any good."
    faults = [Answer(fault=fault, text=blabs, message=blabs) for fault in Fault if fault != Fault.DRIPS]
    server.answers = [
        *(Answer(status=status, message=blabs) for status in (400, 401, 404, 429, 500)),
        *(fault for fault in faults if fault.fault not in (Fault.CUT_OFF, Fault.REFUSAL, Fault.EMPTY)),
    ]
    errors = [error for _ in server.answers if (error := let_down(way, server.url))]
    assert len(errors) >= 10
    for error in errors:
        shown = [repr(error), error.raw, *traceback.format_exception(error, chain=True)]
        assert not [text for text in shown if TEST_KEY in text or "sk-other" in text]
        assert error.__cause__ is None
        assert error.__context__ is None, "it would hold the SDK's request, and that the key"
    assert server.asked[0].key == TEST_KEY
    assert TEST_KEY not in caplog.text
    assert TEST_KEY not in repr([vars(record) for record in caplog.records])


def test_the_key_is_not_in_the_representation_of_what_carries_it() -> None:
    assert TEST_KEY not in repr(CAMPUS)
    assert TEST_KEY not in repr(question(access=Access("https://x.example", TEST_KEY)))


@given(st.text(), st.text())
def test_whatever_stands_around_a_key_it_is_taken_out(before: str, after: str) -> None:
    assert TEST_KEY not in CAMPUS.clean(before + TEST_KEY + after)


@given(st.floats() | st.integers() | st.text(alphabet="0123456789.einfa- +"))
def test_no_wait_is_negative_or_longer_than_an_hour(value: object) -> None:
    for name in ("retry-after", "retry-after-ms"):
        seconds = retry_after({name: str(value)})
        assert seconds is None or 0 <= seconds <= LONGEST_WAIT


def test_a_date_to_wait_for() -> None:
    in_a_minute = email.utils.formatdate(time.time() + 60, usegmt=True)
    assert retry_after({"retry-after": in_a_minute}) == pytest.approx(60, abs=10)
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"retry-after": "soon"}) is None


statuses = st.integers(min_value=200, max_value=599)
bodies = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "code", "type", "details", "x"]), inner)
    ),
    max_leaves=8,
)


@given(statuses, bodies)
def test_every_body_of_every_status_is_explained(status: int, body: object) -> None:
    error = judge(Complaint.read(status, body), CAMPUS)
    assert "campus" in str(error)
    if 400 <= status < 500 and status not in (408, 409, 425, 429):
        assert not error.again


@pytest.mark.parametrize(
    ("body", "trouble", "again"),
    [
        ({"error": {"type": "overloaded_error", "message": "Overloaded"}}, Trouble.BUSY, True),
        ({"error": {"type": "authentication_error", "message": "no"}}, Trouble.NOT_LET_IN, False),
        ({"error": {"code": "rate_limit_exceeded", "message": "slow"}}, Trouble.BUSY, True),
        ({"error": {"code": "invalid_prompt", "message": "flagged"}}, Trouble.REFUSED, False),
        (
            {
                "error": {
                    "type": "rate_limit_error",
                    "message": "limit",
                    "details": {"error_code": "enforced_spend_limit_reached"},
                }
            },
            Trouble.NO_MONEY,
            False,
        ),
        ({"error": "model 'llama3' not found, try pulling it first"}, Trouble.RETIRED, False),
        ("<html>", Trouble.BUSY, True),
    ],
)
def test_what_is_said_after_status_200(body: object, trouble: Trouble, again: bool) -> None:
    error = judge(Complaint.read(200, body), CAMPUS)
    assert (error.trouble, error.again) == (trouble, again)
