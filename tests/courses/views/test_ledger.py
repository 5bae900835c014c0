"""The ledger: what each call took, the exact words on both sides, and a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.http import StreamingHttpResponse
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from courses.views.ledger import CALLS_A_PAGE
from reviews.engine.ledger import LET_GO
from reviews.models import Call, Pass, Reviewer
from tests.doors import meets_closed_door, meets_nothing
from tests.panels import answer, called, next_round, review_of
from tests.people import client_of
from tests.stories import RACE, assignment, model_reviewer, sealed

QUERIES = 9
"""Of the page, however many calls there are."""


@pytest.fixture
def gpt(db: None) -> Reviewer:
    return model_reviewer("gpt-5.4", name="GPT")


@pytest.fixture
def task(course: Course, gpt: Reviewer) -> Assignment:
    plan = [PlanLine("cross_model", reviewers=(gpt,)), PlanLine("adversarial", reviewers=(gpt,))]
    return assignment(course, plan=plan, visibility=Assignment.Visibility.SEALED)


@pytest.fixture
def submission(task: Assignment, amara: User) -> Submission:
    return sealed(task, amara)


def the_pass(submission: Submission, protocol: str = "cross_model") -> Pass:
    return next_round(review_of(submission, protocol))[0]


def url(name: str, submission: Submission, *args: object) -> str:
    return reverse(f"courses:{name}", args=[submission.pk, *args])


def text_of(page: str) -> str:
    """The words of a page, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_every_call_has_a_row_with_what_it_took_and_the_page_adds_up(
    ruth: User, submission: Submission
) -> None:
    item = the_pass(submission)
    at = datetime(2026, 11, 3, 13, 5, 7, tzinfo=UTC)
    called(item, asked_at=at, input_tokens=1_200, cached_tokens=8_000, output_tokens=980, cost=12_300)
    called(item, number=2, asked_at=at + timedelta(seconds=9), cost=987_700, written_tokens=2_500)
    words = text_of(client_of(ruth).get(url("ledger", submission)).text)

    assert "3 Nov 14:05:07 X1" in words, "in the course's time, with the witness"
    assert "GPT, round 1 gpt-5.4 review 1 · form 1" in words
    assert "1,200 8,000 0 980 8.4 $0.0123 $1.25 in, $10.00 out" in words
    assert "asked once more" in words
    assert "2 calls 2,400 16,000 2,500 1,960 $1.00" in words


def test_what_is_not_known_of_the_cost_is_said_and_not_counted(ruth: User, submission: Submission) -> None:
    item = the_pass(submission)
    called(item, cost=500_000)
    called(item, number=2, cost=None, price=None)
    called(item, attempt=2, state=Call.State.LOST, cost=None, reserved=45_000)
    called(item, attempt=3, state=Call.State.ASKED, cost=None, ended_at=None, reserved=45_000)
    words = text_of(client_of(ruth).get(url("ledger", submission)).text)

    assert "unknown no price entered" in words
    assert "$0.0450 at most" in words
    assert "not over" in words
    assert (
        "$0.50 Not in this sum: 1 call at an unknown price; 1 call unanswered, perhaps billed: "
        "$0.0450 at most; 1 call under way."
    ) in words


def test_one_review_alone(ruth: User, submission: Submission, ben: User, task: Assignment) -> None:
    called(the_pass(submission), request_id="req_cross")
    called(the_pass(submission, "adversarial"), model="gpt-5.5")
    review = review_of(submission, "adversarial")
    page = client_of(ruth).get(f"{url('ledger', submission)}?review={review.pk}").text
    assert "gpt-5.5" in page
    assert "1 call</th>" in page
    others = review_of(sealed(task, ben), "adversarial")
    meets_nothing(client_of(ruth).get(f"{url('ledger', submission)}?review={others.pk}"), "gpt-5.5")


def test_an_empty_ledger_says_what_it_would_hold(ruth: User, submission: Submission) -> None:
    page = client_of(ruth).get(url("ledger", submission)).text
    assert "No model was called" in page
    assert "ledger.csv" not in page


def test_a_long_ledger_has_pages_and_one_sum(ruth: User, submission: Submission) -> None:
    item = the_pass(submission)
    for attempt in range(2 * CALLS_A_PAGE + 1):
        called(item, attempt=attempt, cost=1_000_000)
    page = client_of(ruth).get(f"{url('ledger', submission)}?review={item.review_id}&page=2").text
    assert "51 to 100 of 101" in page
    assert f'href="?review={item.review_id}&amp;page=3"' in page
    assert "101 calls, on all pages" in page
    assert "$101.00</td></tr>" in page


def test_the_page_costs_the_same_however_many_calls_there_were(
    ruth: User, submission: Submission, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    item, client = the_pass(submission), client_of(ruth)
    called(item)
    client.get(url("ledger", submission))
    with django_assert_num_queries(QUERIES):
        client.get(url("ledger", submission))
    called(item, number=2)
    called(the_pass(submission, "adversarial"), model="gpt-5.5")
    with django_assert_num_queries(QUERIES):
        client.get(url("ledger", submission))


def test_a_call_is_shown_to_the_letter_and_nothing_in_it_is_markup(
    ruth: User, submission: Submission
) -> None:
    evil = '<script>alert(1)</script><a hx-get="/logout/" autofocus>x</a>'
    call = called(
        the_pass(submission),
        system="You review <code>.\n\tData is data.",
        material=f"<<k7>>\nshop.py\n{evil}\n<<k7>>",
        task="Review it.\n\n[What it had replied:]\n\nSure!",
        reply=f'{{"summary": "{evil}"}}',
        schema={"type": "object", "title": "Review"},
        instructions="review 3 · form 1",
        request_id="req_8f",
        reasoning_tokens=64,
    )
    page = client_of(ruth).get(url("call", submission, call.pk)).text
    shown = re.findall(r'<pre class="record" tabindex="0" [^>]*hx-disable>(.*?)</pre>', page, re.DOTALL)
    system, material, task, reply, schema = shown
    assert system == "You review &lt;code&gt;.\n\tData is data."
    assert evil not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;a hx-get=&quot;/logout/&quot;" in material
    assert task.startswith("Review it.\n\n[What it had replied:]")
    assert "&lt;script&gt;" in reply
    assert "&quot;title&quot;: &quot;Review&quot;" in schema
    words = text_of(page)
    for said in (
        "review 3 · form 1",
        "req_8f",
        "980 output, 64 of these thought",
        "$0.0123, at $1.25 input, $0.125 cached, $1.25 written, $10.00 output for a million tokens, "
        "since 2026-09-01 (the provider&#x27;s list)",
        "gpt-5.4 by openai, answered by gpt-5.4",
    ):
        assert said in words, said


def test_a_call_that_failed_says_how_and_that_no_reply_came(ruth: User, submission: Submission) -> None:
    call = called(
        the_pass(submission),
        state=Call.State.FAILED,
        trouble="busy",
        detail="It answered 429.",
        reply="",
        ending="",
        answered_by="",
        request_id="",
        price=None,
        cost=None,
    )
    words = text_of(client_of(ruth).get(url("call", submission, call.pk)).text)
    assert "failed busy: It answered 429." in words
    assert "No reply came." in words
    assert "Request id none was given" in words
    assert "Cost unknown, no price was entered for this model" in words


@pytest.mark.parametrize(
    ("since", "why"),
    [
        ("cancelled", "the review was cancelled"),
        ("taken over", "another worker took its pass over"),
        ("given up", "its pass had ended"),
    ],
)
def test_a_call_that_was_let_go_of_is_no_failure_and_says_why(
    ruth: User, submission: Submission, since: str, why: str
) -> None:
    """Ruth cancels the review, or a worker that was silent for too long comes back."""
    item, client = the_pass(submission), client_of(ruth)
    call = called(
        item, state=Call.State.FAILED, detail=LET_GO, reply="", ending="", cost=None, reserved=45_000
    )
    passes = Pass.objects.filter(pk=item.pk)
    if since == "cancelled":
        passes.update(attempt=1, state=Pass.State.RUNNING)
        client.post(url("cancel", submission, item.review_id))
    elif since == "taken over":
        passes.update(attempt=2, state=Pass.State.ANSWERED)
    else:
        passes.update(attempt=1, state=Pass.State.UNABLE)

    book = client.get(url("ledger", submission)).text
    assert f"let go of {why}" in text_of(book)
    assert "$0.0450 at most" in text_of(book)
    alone = client.get(url("call", submission, call.pk)).text
    assert f"let go of {why}: {LET_GO}" in text_of(alone)
    assert "over after 8.4 s" in text_of(alone), "nothing was answered"
    for page in (book, alone):
        assert 'data-state="cancelled">let go of<' in page
        assert 'data-state="failed"' not in page
    head, row = downloaded(submission, ruth)
    values = dict(zip(head, row, strict=True))
    assert (values["state"], values["trouble"]) == ("let go of", why)


def test_a_call_belongs_to_its_submission(
    ruth: User, amara: User, ben: User, submission: Submission, task: Assignment
) -> None:
    other = sealed(task, ben)
    call = called(the_pass(other), reply="Nothing breaks.")
    assert "Nothing breaks." in client_of(ruth).get(url("call", other, call.pk)).text
    for client in (client_of(ruth), client_of(amara)):
        meets_nothing(client.get(url("call", submission, call.pk)), "Nothing breaks.")
    meets_closed_door(client_of(amara).get(url("call", other, call.pk)), "Nothing breaks.")


def test_the_student_reads_the_prompts_once_the_findings_are_shown(
    amara: User, submission: Submission, task: Assignment
) -> None:
    item = the_pass(submission)
    call = called(item, reply=f"I found: {RACE.title}")
    answer(item, [RACE])
    client = client_of(amara)
    assert RACE.title in client.get(url("call", submission, call.pk)).text
    assert ">Ledger</a>" in client.get(url("reviews", submission)).text

    Assignment.objects.filter(pk=task.pk).update(visibility=Assignment.Visibility.GRADE)
    for address in (
        url("ledger", submission),
        url("ledger_csv", submission),
        url("call", submission, call.pk),
        url("review", submission, item.review_id),
    ):
        meets_closed_door(client.get(address), RACE.title, "gpt-5.4")
    assert ">Ledger</a>" not in client.get(url("reviews", submission)).text


def downloaded(submission: Submission, user: User) -> list[list[str]]:
    response = client_of(user).get(url("ledger_csv", submission))
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Disposition"] == f'attachment; filename="ledger-{submission.pk}.csv"'
    text = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_file_holds_what_the_page_holds(ruth: User, submission: Submission) -> None:
    at = datetime(2026, 11, 3, 13, 5, 7, tzinfo=UTC)
    called(the_pass(submission), asked_at=at, cost=12_300, request_id="req_1")
    head, row = downloaded(submission, ruth)
    values = dict(zip(head, row, strict=True))
    assert values["asked (UTC)"] == "2026-11-03 13:05:07"
    assert (values["protocol"], values["witness"], values["reviewer"]) == ("cross_model", "X1", "GPT")
    assert (values["input tokens"], values["cached tokens"], values["output tokens"]) == (
        "1200",
        "8000",
        "980",
    )
    assert (values["seconds"], values["cost (USD)"], values["price in"]) == ("8.400", "0.0123", "1.2500")
    assert values["request id"] == "req_1"


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']
)
def test_no_cell_is_a_formula(ruth: User, submission: Submission, formula: str) -> None:
    """A server that answers may call itself what it likes."""
    called(the_pass(submission), answered_by=formula, request_id=formula)
    head, row = downloaded(submission, ruth)
    values = dict(zip(head, row, strict=True))
    assert values["answered by"] == f"'{formula}"
    assert values["request id"] == f"'{formula}"
