"""Who saw what, and the result: to whom, when, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain import grading, submissions
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import standing_of
from courses.models import Assignment, Course, Submission
from reviews.claims import Severity
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Finding, Note
from tests.doors import meets_closed_door, meets_nothing
from tests.people import client_of
from tests.reviews.gap.keys import key_applied
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
    sealed,
)

MODELS = ("gpt", "GPT", "X1", "A1", "Claude", SUCCESS_LIE.title, SUCCESS_LIE.explanation)
FINDING_PAGES = ("apparatus", "result", "adjudicate")


@pytest.fixture
def task(course: Course) -> Assignment:
    """Self-review in two passes sees the rounding; GPT sees injection and the lie about success."""
    for name in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(name)
    recording("claude-opus-4-6", "self_review", [ROUNDING], round=1)
    recording("claude-opus-4-6", "self_review", [ROUNDING], round=2)
    recording("gpt-5.4", "cross_model", [INJECTION, SUCCESS_LIE])
    return assignment(course, plan=[PlanLine("self_review", 2), PlanLine("cross_model")])


@pytest.fixture
def submission(task: Assignment, ben: User) -> Submission:
    """Ben noted the injection and the race, which nobody else saw."""
    return reviewed(task, ben, claims=(INJECTION, RACE))


def without_tokens(page: str) -> str:
    """A page without its random tokens, in which any two letters may stand."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def decide_all(submission: Submission, by: User) -> None:
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        if defect.title == ROUNDING.title:
            line = "    return sum(prices) * (1 + tax)"
            decide(defect, Decision(Defect.Standing.INVALID, "Prices are whole cents.", line), by)
        else:
            decide(defect, Decision(Defect.Standing.VALID), by)


def release(submission: Submission, by: User) -> None:
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    grading.give(submission, suggestion, adjustment=Decimal(0), reason="", feedback="", by=by)
    grading.release([submission])


def url(name: str, submission: Submission) -> str:
    return reverse(f"courses:{name}", args=[submission.pk])


def test_the_table_says_in_words_what_each_cell_says_and_opens_the_claim(
    ruth: User, submission: Submission
) -> None:
    page = client_of(ruth).get(url("apparatus", submission)).text
    lie = Finding.objects.get(title=SUCCESS_LIE.title)
    assert lie.defect is not None
    address = reverse("courses:defect", args=[submission.pk, lie.defect.number])
    row_text = page.partition(f'<a class="defect" href="{address}')[2].partition("</tr>")[0]
    assert "S, The student: missed" in row_text
    assert "A2, Self-review: Claude Opus 4.6, recorded: missed" in row_text
    assert "X1, Cross-model review: GPT 5.4, recorded: seen" in row_text
    assert f'href="{reverse("courses:file", args=[submission.pk, "shop.py"])}#finding-{lie.pk}"' in row_text
    assert "recorded</span>" in page


def test_who_still_reads_is_not_said_to_have_been_left_out(ruth: User, ben: User, task: Assignment) -> None:
    submission = sealed(task, ben)
    reading = client_of(ruth).get(url("apparatus", submission)).text
    assert "Reviewers are still reading" in reading
    table, _, witnesses = reading.partition("The witnesses")
    for siglum in ("A1", "X1"):
        assert re.search(rf"{siglum}, [^<]+: no answer yet<", table), "what the cell says aloud"
    assert witnesses.count("no answer yet") == 2, "self-review and the stranger"
    assert "not asked</span>" not in witnesses
    run_passes(submission)
    assert "no answer yet" not in client_of(ruth).get(url("apparatus", submission)).text


def test_the_table_says_what_it_shows(ruth: User, submission: Submission) -> None:
    page = client_of(ruth).get(url("apparatus", submission)).text
    assert "Self-review A2 added no defect to those of A1." in page
    assert "X1 (GPT 5.4, recorded) saw 2 defects that self-review missed." in page


def test_a_cell_opens_in_the_page_with_its_claim_beside_the_code(ruth: User, submission: Submission) -> None:
    number = Defect.objects.get(title=SUCCESS_LIE.title).number
    client = client_of(ruth)
    address = f"{url('apparatus', submission)}?defect={number}&witness=X1"
    part = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert SUCCESS_LIE.explanation in part.text
    assert 'class="line lit"' in part.text
    assert SUCCESS_LIE.explanation in client.get(address).text
    for wrong in ("?defect=99&witness=X1", f"?defect={number}&witness=S", "?defect=²&witness=X1"):
        answer = client.get(f"{url('apparatus', submission)}{wrong}", headers={"HX-Request": "true"})
        meets_nothing(answer, SUCCESS_LIE.title)


def test_what_the_key_says_opens_as_k_beside_the_code(ruth: User, submission: Submission) -> None:
    planted = replace(ROUNDING, title="Cents get lost", explanation="Planted: floats for money.")
    (known,) = key_applied(submission.revisions.get().snapshot, [planted])
    assert known.defect is not None
    client = client_of(ruth)
    page = client.get(url("apparatus", submission)).text
    assert "K, The answer key: seen" in page
    assert 'data-witness="K"' in page
    address = f"{url('apparatus', submission)}?defect={known.defect.number}&witness=K"
    part = client.get(address, headers={"HX-Request": "true"}).text
    claim = part.partition(f'id="keyclaim-{known.pk}"')[2].partition("</article>")[0]
    assert "Planted: floats for money." in claim
    assert "The answer key" in claim
    assert '<span class="claim-lines">prices.py:2</span>' in claim, "the reader does not show it"
    assert 'class="line lit"' in part


def test_before_the_grade_the_student_finds_nothing_of_the_key(
    ben: User, ruth: User, submission: Submission
) -> None:
    Assignment.objects.update(visibility=Assignment.Visibility.SEALED)
    before = client_of(ben).get(url("apparatus", submission)).text
    planted = replace(ROUNDING, title="Cents get lost", explanation="Planted.", severity=Severity.CRITICAL)
    secret = replace(
        ROUNDING, title="Negative tax", explanation="Nobody saw it.", place=None, path="", quote=""
    )
    key_applied(submission.revisions.get().snapshot, [planted, secret])
    after = client_of(ben).get(url("apparatus", submission)).text
    assert without_tokens(after) == without_tokens(before)
    assert "Negative tax" in client_of(ruth).get(url("apparatus", submission)).text


def test_the_workbench_moves_what_the_key_says(ruth: User, submission: Submission) -> None:
    (known,) = key_applied(submission.revisions.get().snapshot, [ROUNDING])
    injection = Defect.objects.get(title=INJECTION.title)
    address = reverse("courses:move_claim", args=[submission.pk, "keyclaim", known.pk])
    client_of(ruth).post(address, {"to": injection.number})
    known.refresh_from_db()
    assert known.defect == injection
    injection.refresh_from_db()
    assert (injection.standing, injection.decided_from) == (Defect.Standing.VALID, "key")


@pytest.mark.parametrize("visibility", [Assignment.Visibility.GRADE, Assignment.Visibility.DUE])
def test_before_its_time_the_student_finds_no_word_of_a_model_anywhere(
    ruth: User, ben: User, submission: Submission, visibility: str
) -> None:
    Assignment.objects.update(visibility=visibility)
    decide_all(submission, ruth)
    client = client_of(ben)
    number = Defect.objects.order_by("-number")[0].number
    addresses = [url(name, submission) for name in (*FINDING_PAGES, "submission", "reviews")]
    addresses += [reverse("courses:defect", args=[submission.pk, number])]
    addresses += [f"{url('apparatus', submission)}?defect={number}&witness=X1"]
    for address in addresses:
        for extra in ({}, {"HX-Request": "true"}):
            page = without_tokens(client.get(address, follow=True, headers=extra).text)
            for word in MODELS:
                assert word not in page, (address, word)


def test_findings_that_are_due_show_the_table_but_no_standing(
    ruth: User, ben: User, submission: Submission
) -> None:
    Assignment.objects.update(visibility=Assignment.Visibility.SEALED)
    client = client_of(ben)
    before = client.get(url("apparatus", submission)).text
    decide_all(submission, ruth)
    after = client.get(url("apparatus", submission)).text
    assert SUCCESS_LIE.title in after
    assert after.partition("<main")[2] == before.partition("<main")[2]
    assert "standing" not in after.partition("<main")[2]
    meets_closed_door(client.get(url("result", submission)), SUCCESS_LIE.title)

    release(submission, ruth)
    graded = client.get(url("apparatus", submission)).text
    assert 'data-standing="invalid"' in graded


def test_the_result_sets_notes_beside_what_was_missed(ruth: User, ben: User, submission: Submission) -> None:
    decide_all(submission, ruth)
    release(submission, ruth)
    page = client_of(ben).get(url("result", submission)).text
    assert "You saw 2 of the 3 defects that are there, 1 of them seen by nobody else." in page
    assert "Nobody else saw" in page
    notes, _, missed = page.partition('id="missed"')
    assert RACE.explanation in notes
    assert SUCCESS_LIE.explanation in missed
    assert SUCCESS_LIE.explanation not in notes
    assert "X1" in missed


def test_a_false_alarm_is_shown_with_its_reason_and_the_quoted_line(
    ruth: User, ben: User, task: Assignment
) -> None:
    submission = reviewed(task, ben, claims=(INJECTION, ROUNDING))
    decide_all(submission, ruth)
    release(submission, ruth)
    page = client_of(ben).get(url("result", submission)).text
    assert "<strong>False alarm</strong>" in page
    assert "Prices are whole cents." in page
    assert "return sum(prices) * (1 + tax)</code>" in page
    assert "a note that was a false alarm" in page


def test_each_state_leads_on_to_the_next_step(ruth: User, ben: User, course: Course) -> None:
    task = assignment(course, title="Steps")
    draft = handed_in(task, ben, claims=(INJECTION,))
    client = client_of(ben)
    assert client.get(url("submission", draft)).headers["Location"] == url("code", draft)
    meets_closed_door(client_of(ruth).get(url("submission", draft)), INJECTION.title)

    client.post(reverse("courses:seal", args=[draft.pk]))
    submissions.seal(draft, found_nothing=False)
    sealed = client.get(url("submission", draft))
    assert "Your 1 note is sealed" in sealed.text
    assert url("receipt", draft) in sealed.text
    assert client_of(ruth).get(url("submission", draft)).headers["Location"] == url("adjudicate", draft)

    decide_all(draft, ruth)
    release(draft, ruth)
    assert client.get(url("submission", draft)).headers["Location"] == url("result", draft)


def test_findings_become_visible_with_the_due_date_and_not_a_minute_before(
    ben: User, submission: Submission
) -> None:
    now = timezone.now()
    client = client_of(ben)
    Assignment.objects.update(
        visibility=Assignment.Visibility.DUE,
        opens_at=now - timedelta(days=9),
        due_at=now + timedelta(minutes=1),
    )
    meets_closed_door(client.get(url("apparatus", submission)), SUCCESS_LIE.title)
    Assignment.objects.update(due_at=now - timedelta(minutes=1))
    assert SUCCESS_LIE.title in client.get(url("apparatus", submission)).text


def test_nobody_sees_the_result_of_somebody_else(
    ruth: User, amara: User, stranger: User, submission: Submission
) -> None:
    decide_all(submission, ruth)
    release(submission, ruth)
    assert RACE.title in client_of(ruth).get(url("result", submission)).text
    for name in ("result", "apparatus", "submission", "reviews"):
        meets_closed_door(client_of(amara).get(url(name, submission)), RACE.title, "Ben")
        meets_nothing(client_of(stranger).get(url(name, submission)), RACE.title, "Ben")


def test_pages_cost_the_same_however_much_was_said(
    ruth: User,
    amara: User,
    task: Assignment,
    submission: Submission,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    little = reviewed(task, amara, claims=(INJECTION,))
    assert Note.objects.count() == 3
    client = client_of(ruth)
    for name, queries in (("apparatus", 16), ("result", 20), ("adjudicate", 26), ("reviews", 16)):
        for found in (little, submission):
            client.get(url(name, found))
            with django_assert_num_queries(queries):
                client.get(url(name, found))
