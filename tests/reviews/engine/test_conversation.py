"""A real model's part, over real HTTP: what the engine makes of replies and of every kind of fault."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.engine import passes, reviews, sweep
from reviews.models import Call, Connection, Finding, Pass, Review
from reviews.snapshots.ground import Ground
from tests.replies import finding, review_reply
from tests.servers.models import Answer, Fault, StandIn, nobody_there
from tests.stories import INJECTION, RACE, assignment, model_reviewer, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """Amara's shop, to be read by one stranger over HTTP."""
    model_reviewer("gpt-5.4")
    return sealed(assignment(course, plan=[PlanLine("cross_model")]), amara)


def ask(server: StandIn | None = None, *answers: Answer) -> Pass:
    """Let the stranger read now, until it has ended or waits for its next try."""
    if server is not None and answers:
        server.answers = list(answers)
    stranger = Pass.objects.get(siglum="X1")
    passes.run(stranger.pk)
    return Pass.objects.get(siglum="X1")


def ask_again() -> Pass:
    """Let its waiting time be over, and ask once more."""
    Pass.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    return ask()


def calls() -> list[Call]:
    return list(Call.objects.order_by("pk"))


@pytest.mark.usefixtures("submission")
def test_what_a_model_says_becomes_findings_at_their_lines(stand_in: StandIn) -> None:
    read = ask(stand_in, Answer(text=review_reply(INJECTION, RACE)))
    assert (read.state, read.reviewer_version, read.paths) == (
        "answered",
        "gpt-5.4",
        ["prices.py", "shop.py"],
    )
    assert "Checked: Every function" in read.detail
    injection, race = Finding.objects.order_by("position")
    assert (injection.where, injection.grounding, injection.cwe) == ("shop.py:7", Ground.EXACT, 89)
    assert race.confidence == 70
    assert Review.objects.get().state == "complete"
    (call,) = calls()
    assert (call.state, call.answered_by, call.request_id[:4]) == ("replied", "gpt-5.4", "req_")
    assert call.input_tokens + call.written_tokens > 100
    assert call.reply == review_reply(INJECTION, RACE)
    assert call.material.text in stand_in.asked[0].text, "the ledger holds what left"


@pytest.mark.usefixtures("submission")
def test_findings_that_are_somewhere_else_are_moved_and_those_that_are_nowhere_are_marked(
    stand_in: StandIn,
) -> None:
    nowhere = finding(RACE, file="nowhere.py", quote="x = 1")
    beyond = finding(RACE, line_start=900, line_end=901, quote="")
    off_by_some = finding(INJECTION, line_start=3, line_end=3)
    ask(stand_in, Answer(text=review_reply(findings=[off_by_some, nowhere, beyond])))
    rows = Finding.objects.order_by("position").values_list("first_line", "grounding")
    assert list(rows) == [(7, Ground.MOVED), (11, Ground.NONE), (900, Ground.NONE)]


@pytest.mark.usefixtures("submission")
def test_prose_around_the_form_is_read_past(stand_in: StandIn) -> None:
    said = f"Here is my review.\n\n```json\n{review_reply(INJECTION)}\n```\nLet me know."
    assert ask(stand_in, Answer(text=said)).state == "answered"
    assert Finding.objects.get().title == INJECTION.title
    assert len(calls()) == 1


@pytest.mark.usefixtures("submission")
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("I found a problem in line 7.", "no JSON object"),
        ("", "empty"),
        (json.dumps({"findings": []}), "verdict"),
        (review_reply(findings=[finding(RACE, severity="low")]), "severity"),
        (review_reply(checked=[]), "checked is empty"),
    ],
)
def test_what_does_not_fit_is_asked_for_once_more_with_the_reply_so_far(
    stand_in: StandIn, said: str, problem: str
) -> None:
    read = ask(stand_in, Answer(text=said), Answer(text=review_reply(INJECTION)))
    assert read.state == "answered"
    assert [(call.number, call.state) for call in calls()] == [(1, "replied"), (2, "replied")]
    first, second = (seen.text for seen in stand_in.asked)
    assert second.startswith(first), "what was sent before is sent again, and read from the cache"
    assert problem in second[len(first) :]
    assert said in second[len(first) :]


@pytest.mark.usefixtures("submission")
def test_a_model_that_never_fits_is_unreadable_and_what_it_cost_is_known(stand_in: StandIn) -> None:
    stand_in.answers = Answer(text="It all looks good to me.")
    read = ask()
    assert (read.state, read.trouble) == ("unable", "unreadable")
    assert "asked twice" in read.detail
    assert read.raw == "It all looks good to me."
    assert [bool(call.output_tokens) and call.request_id != "" for call in calls()] == [True, True]
    assert Review.objects.get().state == "incomplete"


@pytest.mark.usefixtures("submission")
def test_a_reply_that_is_cut_off_gets_more_room_once(stand_in: StandIn) -> None:
    read = ask(stand_in, Answer(fault=Fault.CUT_OFF), Answer(text=review_reply(RACE)))
    assert read.state == "answered"
    first, second = (seen.body["max_output_tokens"] for seen in stand_in.asked)
    assert second == 2 * first


@pytest.mark.usefixtures("submission")
def test_a_reply_that_is_cut_off_twice_is_no_review(stand_in: StandIn) -> None:
    stand_in.answers = Answer(text=review_reply(RACE)[:-200], fault=Fault.CUT_OFF)
    read = ask()
    assert (read.state, read.trouble) == ("unable", "cut off")
    assert not Finding.objects.exists(), "half a list would look like a whole one"


@pytest.mark.usefixtures("submission")
@pytest.mark.parametrize("fault", [Fault.REFUSAL, Fault.FILTERED])
def test_a_refusal_is_no_verdict_on_the_code(stand_in: StandIn, fault: Fault) -> None:
    read = ask(stand_in, Answer(fault=fault))
    assert (read.state, read.trouble) == ("unable", "refused")
    assert len(calls()) == 1
    review = Review.objects.get()
    assert (review.state, "declined to review" in review.reason) == ("incomplete", True)


@pytest.mark.usefixtures("submission")
@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=503),
        Answer(status=529),
        Answer(status=429),
        Answer(fault=Fault.RESET),
        Answer(fault=Fault.RESET_MID_BODY),
        Answer(fault=Fault.ENDS_EARLY),
        Answer(fault=Fault.ERROR_EVENT, code="server_error"),
        Answer(fault=Fault.NOT_JSON),
    ],
    ids=lambda answer: str(answer.fault or answer.status),
)
def test_trouble_that_may_pass_is_waited_out(stand_in: StandIn, answer: Answer) -> None:
    waiting = ask(stand_in, answer, Answer(text=review_reply(RACE)))
    assert (waiting.state, waiting.failures) == ("queued", 1)
    assert waiting.not_before is not None
    assert timezone.now() < waiting.not_before < timezone.now() + timedelta(seconds=5)
    assert ask_again().state == "answered"
    assert [call.state for call in calls()] == ["failed", "replied"]


@pytest.mark.usefixtures("submission")
def test_a_provider_that_asks_for_time_gets_it(stand_in: StandIn) -> None:
    waiting = ask(stand_in, Answer(status=429, headers={"Retry-After": "47"}))
    assert waiting.not_before is not None
    left = (waiting.not_before - timezone.now()).total_seconds()
    assert 40 < left <= 47
    assert passes.take(waiting.pk) is None, "not before its time"


@pytest.mark.usefixtures("submission")
def test_a_provider_that_keeps_failing_is_given_up_after_five_tries(stand_in: StandIn) -> None:
    stand_in.answers = Answer(status=503)
    ask()
    for _ in range(4):
        # The breaker would let the later ones wait; that is its own test.
        Connection.objects.update(open_until=None, failures=0, failing_since=None)
        ask_again()
    given_up = Pass.objects.get(siglum="X1")
    assert (given_up.state, given_up.failures) == ("unable", 5)
    assert Review.objects.get().state == "incomplete"
    assert len(stand_in.asked) == 5


@pytest.mark.usefixtures("submission")
@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Answer(status=401, code="invalid_api_key"), "not let in"),
        (Answer(status=404, code="model_not_found"), "no such model"),
        (Answer(status=400, code="context_length_exceeded"), "too long"),
        (Answer(status=429, code="insufficient_quota"), "no money"),
    ],
    ids=["wrong key", "retired model", "too long", "no money"],
)
def test_trouble_that_stays_ends_the_pass_at_once_and_says_what_to_do(
    stand_in: StandIn, answer: Answer, trouble: str
) -> None:
    stand_in.answers = answer
    read = ask()
    assert (read.state, read.trouble) == ("unable", trouble)
    assert len(stand_in.asked) == 1
    assert any(advice in read.detail for advice in ("administrator", "submit fewer", "owner of the key"))


@pytest.mark.usefixtures("submission")
def test_a_wrong_key_is_told_to_the_administrators_once(
    stand_in: StandIn, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.ADMINS = [("Ada", "ada@example.org")]
    stand_in.answers = Answer(status=401, code="invalid_api_key")
    review = ask().review
    reviews.run_again(review)
    passes.run(Pass.objects.get(review__attempt=2).pk)
    (mail,) = mailoutbox
    assert "openai does not work" in mail.subject
    connection = Connection.objects.get(name="openai")
    assert (connection.check_worked, connection.check_says) == (False, mail.body)


@pytest.mark.usefixtures("submission")
def test_nobody_at_the_address_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    with nobody_there() as address:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
        waiting = ask()
    assert (waiting.state, waiting.trouble, waiting.failures) == ("queued", "unreachable", 1)


@pytest.mark.usefixtures("submission")
def test_a_reply_that_was_paid_for_is_not_paid_for_again(stand_in: StandIn) -> None:
    """The worker dies after the reply came in and before its findings were stored."""
    ask(stand_in, Answer(text=review_reply(INJECTION)))
    Finding.objects.all().delete()
    yesterday = timezone.now() - timedelta(days=1)
    Pass.objects.update(state=Pass.State.RUNNING, ended_at=None, leased_until=yesterday)
    Review.objects.update(state=Review.State.RUNNING, ended_at=None)
    sweep.sweep()
    read = ask()
    assert (read.state, read.attempt) == ("answered", 2)
    assert Finding.objects.get().title == INJECTION.title
    assert len(stand_in.asked) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("submission")
def test_what_a_cancelled_pass_cost_is_still_in_the_ledger(stand_in: StandIn, ruth: User) -> None:
    stranger = Pass.objects.get(siglum="X1")

    def cancelled_meanwhile(seen: object) -> Answer:
        reviews.cancel(stranger.review, ruth)
        connection.close()
        return Answer(text=review_reply(INJECTION))

    stand_in.answers = cancelled_meanwhile
    assert ask().state == "cancelled"
    assert not Finding.objects.exists()
    (call,) = calls()
    assert call.output_tokens > 0


@pytest.mark.usefixtures("submission")
def test_reviewers_are_shown_neither_notes_nor_author_nor_tests(stand_in: StandIn) -> None:
    ask(stand_in, Answer(text=review_reply()))
    shown = json.dumps(stand_in.asked[0].body)
    for secret in ("so a quote in it changes the query", "claude", "Claude", "Amara", "Diallo"):
        assert secret not in shown
    assert "SELECT stock FROM items" in shown
