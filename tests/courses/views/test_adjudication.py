"""Ruth adjudicates Amara's defects: with grounds, by number, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Place
from reviews.models import Defect, Finding, Note
from tests.doors import meets_closed_door, meets_nothing
from tests.panels import AT_ONCE, PLAN, review_of, revise
from tests.people import client_of
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SHOP,
    assignment,
    model_reviewer,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

LINE = "db = sqlite3.connect('shop.db')"


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """Amara's notes on injection, race and rounding are sealed; no linter of this plan says more."""
    return sealed(assignment(course), amara, claims=(INJECTION, RACE, ROUNDING))


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot__revision__submission=submission, title__icontains=title)


def decide(by: User, of: Defect, submission: Submission, **values: object) -> Any:
    url = reverse("courses:decide", args=[submission.pk, of.number])
    return client_of(by).post(url, values)


def test_the_workbench_opens_at_the_first_undecided_defect_with_its_code(
    ruth: User, submission: Submission
) -> None:
    first = Defect.objects.order_by("number").first()
    assert first is not None
    decide(ruth, first, submission, standing="valid")
    second = Defect.objects.order_by("number")[1]
    page = client_of(ruth).get(reverse("courses:adjudicate", args=[submission.pk])).text

    assert f'id="chosen-title">{second.number}. {second.title}' in page
    assert 'class="line lit"' in page
    for key in ("v", "i", "d", "u", "n", "j", "g"):
        assert f'data-key="{key}"' in page


def test_a_dismissal_without_a_quoted_line_is_refused_and_keeps_what_was_typed(
    ruth: User, submission: Submission
) -> None:
    rounding = defect(submission, "floats")
    for evidence, said in (("", "a dismissal needs evidence"), ("x = 1", "That line is not in the code")):
        refused = decide(
            ruth, rounding, submission, standing="invalid", reason="Prices are in cents", evidence=evidence
        )
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert "Prices are in cents</textarea>" in refused.content.decode()
    rounding.refresh_from_db()
    assert rounding.standing == Defect.Standing.UNDECIDED


def test_a_dismissal_with_a_line_of_the_code_stands(ruth: User, submission: Submission) -> None:
    rounding = defect(submission, "floats")
    accepted = decide(
        ruth, rounding, submission, standing="invalid", reason="Prices are in cents", evidence=LINE
    )
    assert accepted.status_code == 302
    rounding.refresh_from_db()
    assert (rounding.standing, rounding.evidence, rounding.decided_by) == ("invalid", LINE, ruth)


def test_htmx_gets_the_bench_with_the_new_score_and_a_notice(ruth: User, submission: Submission) -> None:
    injection = defect(submission, "injection")
    url = reverse("courses:decide", args=[submission.pk, injection.number])
    answer = client_of(ruth).post(url, {"standing": "valid"}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f"Defect {injection.number} is valid." in answer.text
    assert 'id="score" class="stack" hx-swap-oob="true"' in answer.text
    assert "2 defects are undecided" in answer.text


def test_a_duplicate_names_its_original_and_counts_there(ruth: User, submission: Submission) -> None:
    race, injection = defect(submission, "stock"), defect(submission, "injection")
    nothing = decide(ruth, race, submission, standing="duplicate")
    assert nothing.status_code == 422
    assert "Choose the other defect" in nothing.content.decode()

    decide(ruth, race, submission, standing="duplicate", duplicate_of=injection.number)
    race.refresh_from_db()
    assert race.duplicate_of == injection
    page = client_of(ruth).get(reverse("courses:defect", args=[submission.pk, race.number])).text
    assert f"repeats {injection.number}" in page
    assert RACE.title in page

    decide(ruth, race, submission, standing="undecided")
    race.refresh_from_db()
    assert (race.standing, race.duplicate_of) == ("undecided", None)


def test_two_defects_are_merged_and_one_claim_is_split_off_again(ruth: User, submission: Submission) -> None:
    race, injection = defect(submission, "stock"), defect(submission, "injection")
    client = client_of(ruth)
    merged = client.post(
        reverse("courses:merge", args=[submission.pk, race.number]), {"into": injection.number}
    )
    assert merged.headers["Location"] == reverse("courses:defect", args=[submission.pk, injection.number])
    assert not Defect.objects.filter(pk=race.pk).exists()
    assert {note.title for note in injection.notes.all()} == {INJECTION.title, RACE.title}

    note = Note.objects.get(title=RACE.title)
    url = reverse("courses:move_claim", args=[submission.pk, "note", note.pk])
    client.post(url, {"to": "new"})
    note.refresh_from_db()
    assert note.defect not in (None, injection)
    assert note.moved_by_person

    client.post(url, {"to": injection.number})
    note.refresh_from_db()
    assert note.defect == injection


def test_a_move_to_a_defect_that_is_gone_moves_nothing(ruth: User, submission: Submission) -> None:
    note = Note.objects.get(title=RACE.title)
    url = reverse("courses:move_claim", args=[submission.pk, "note", note.pk])
    answer = client_of(ruth).post(url, {"to": "77"}, follow=True)
    assert "nothing was moved" in answer.text
    before = note.defect_id
    note.refresh_from_db()
    assert note.defect_id == before


def test_a_defect_cannot_be_merged_into_itself_or_into_its_own_duplicate(
    ruth: User, submission: Submission
) -> None:
    race, injection = defect(submission, "stock"), defect(submission, "injection")
    decide(ruth, race, submission, standing="duplicate", duplicate_of=injection.number)
    for target in (injection.number, race.number):
        answer = client_of(ruth).post(
            reverse("courses:merge", args=[submission.pk, injection.number]), {"into": target}
        )
        assert answer.status_code == 422
        assert "Not merged" in answer.text
    assert Defect.objects.filter(pk__in=(race.pk, injection.pk)).count() == 2


def test_a_defect_gets_better_words_and_another_weight(ruth: User, submission: Submission) -> None:
    injection = defect(submission, "injection")
    url = reverse("courses:rename", args=[submission.pk, injection.number])
    client = client_of(ruth)
    empty = client.post(url, {"title": " ", "severity": "minor"})
    assert empty.status_code == 422
    assert "This field is required." in empty.text
    injection.refresh_from_db()
    assert (injection.title, injection.severity) == (INJECTION.title, "critical")

    client.post(url, {"title": "The name becomes part of the query", "severity": "major"})
    injection.refresh_from_db()
    assert (injection.title, injection.severity) == ("The name becomes part of the query", "major")
    assert injection.titled_by_person


def test_claims_and_defects_of_others_are_out_of_reach(
    ruth: User, ben: User, course: Course, submission: Submission
) -> None:
    bens = sealed(assignment(course, title="Another"), ben)
    foreign = Note.objects.get(snapshot__revision__submission=bens)
    crossed = client_of(ruth).post(
        reverse("courses:move_claim", args=[submission.pk, "note", foreign.pk]), {"to": "new"}
    )
    meets_nothing(crossed)
    home = foreign.defect
    foreign.refresh_from_db()
    assert (foreign.defect, foreign.moved_by_person) == (home, False)
    mine = Note.objects.get(snapshot__revision__submission=submission, title=RACE.title)
    for kind in ("finding", "thing"):
        url = reverse("courses:move_claim", args=[submission.pk, kind, mine.pk])
        meets_nothing(client_of(ruth).post(url, {"to": "new"}))
    assert not Note.objects.filter(moved_by_person=True).exists()
    meets_nothing(client_of(ruth).get(reverse("courses:defect", args=[submission.pk, 99])), RACE.title)


@pytest.mark.parametrize("name", ["adjudicate", "apparatus", "result"])
def test_the_student_reaches_neither_the_workbench_nor_its_table(
    amara: User, submission: Submission, name: str
) -> None:
    meets_closed_door(client_of(amara).get(reverse(f"courses:{name}", args=[submission.pk])), RACE.title)


def test_the_student_decides_nothing(amara: User, submission: Submission) -> None:
    injection = defect(submission, "injection")
    assert decide(amara, injection, submission, standing="valid").status_code == 403
    injection.refresh_from_db()
    assert injection.standing == Defect.Standing.UNDECIDED


def test_text_from_outside_stays_text(ruth: User, amara: User, course: Course) -> None:
    nasty = replace(INJECTION, title="<script>alert(1)</script>", explanation="{{ secret }}<b>bold</b>")
    submission = sealed(assignment(course), amara, claims=(nasty,))
    page = client_of(ruth).get(reverse("courses:adjudicate", args=[submission.pk])).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>bold</b>" not in page


def test_a_finding_on_a_line_that_is_not_there_is_marked_and_breaks_nothing(
    ruth: User, amara: User, course: Course
) -> None:
    recorded_reviewer("gpt-5.4")
    ghost = replace(RACE, place=Place("shop.py", 900, 950), quote="lock.acquire()", title="Deadlock")
    recording("gpt-5.4", "cross_model", [ghost], files=SHOP)
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, claims=())
    found = Finding.objects.get()
    assert found.defect is not None
    page = client_of(ruth).get(reverse("courses:defect", args=[submission.pk, found.defect.number])).text
    assert "data-ungrounded" in page
    assert "not found in the code" in page


def test_what_is_said_of_a_plan_is_no_claim_on_the_code(ruth: User, amara: User, course: Course) -> None:
    pair = model_reviewer("gpt-5.4"), model_reviewer("claude-opus-4-6")
    task = assignment(course, plan=[PlanLine("back_and_forth", reviewers=pair)], accepted_types="")
    submission = sealed(task, amara, files=(*SHOP, PLAN), claims=(INJECTION,))
    revise(review_of(submission, "back_and_forth"))
    finding = Finding.objects.filter(title=AT_ONCE.title).first()
    assert finding is not None
    client = client_of(ruth)
    moved = client.post(
        reverse("courses:move_claim", args=[submission.pk, "finding", finding.pk]), {"to": "1"}
    )
    meets_nothing(moved)
    finding.refresh_from_db()
    assert finding.defect is None
    for name, extra in (("adjudicate", []), ("apparatus", []), ("file", ["PLAN.md"])):
        page = client.get(reverse(f"courses:{name}", args=[submission.pk, *extra])).text
        assert AT_ONCE.title not in page, name
