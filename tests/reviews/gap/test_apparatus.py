"""Columns and cells: a panel is one witness, a plan's critics are none, and what is dismissed is not seen."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.gap.apparatus import Sight, judged, who_saw_what
from reviews.gap.measures import Judged, split
from reviews.models import Finding, Reviewer, Snapshot
from reviews.providers.base import Trouble
from tests.panels import (
    AT_ONCE,
    PLAN,
    answer,
    fail,
    next_round,
    panelists,
    plan_is_criticised,
    review_of,
    revise,
    talk,
)
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SHOP,
    SUCCESS_LIE,
    assignment,
    model_reviewer,
    sealed,
)

pytestmark = pytest.mark.django_db


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def columns(submission: Submission) -> list[tuple[str, str]]:
    return [(one.siglum, one.name) for one in who_saw_what(snapshot_of(submission)).witnesses]


def sights(submission: Submission, siglum: str) -> dict[str, Sight]:
    """What one witness did with each defect, by the defect's title."""
    table = who_saw_what(snapshot_of(submission))
    at = [one.siglum for one in table.witnesses].index(siglum)
    return {row.defect.title: row.cells[at].sight for row in table.rows}


def test_a_panel_is_one_column_and_has_not_seen_what_it_dismissed(amara: User, course: Course) -> None:
    task = assignment(course, plan=[PlanLine("consensus", reviewers=panelists())])
    submission = sealed(task, amara)
    talk(review_of(submission, "consensus"))

    assert [siglum for siglum, _ in columns(submission)] == ["S", "C"]
    assert sights(submission, "C") == {
        INJECTION.title: Sight.SEEN,
        ROUNDING.title: Sight.MISSED,
        RACE.title: Sight.SEEN,
        SUCCESS_LIE.title: Sight.SEEN,
    }
    # It is still there to be decided: a person may find the panel wrong.
    assert Finding.objects.get(title=ROUNDING.title).defect is not None
    seen_by_models = {item.title: item.by_models for item in judged_of(submission)}
    assert seen_by_models == {
        INJECTION.title: True,
        ROUNDING.title: False,
        RACE.title: True,
        SUCCESS_LIE.title: True,
    }


def judged_of(submission: Submission) -> list[Judged]:
    pk = snapshot_of(submission).pk
    gap = split(judged([pk])[pk])
    return [*gap.undecided, *gap.valid]


def test_the_columns_stand_in_the_order_of_the_edition(amara: User, course: Course) -> None:
    gpt, claude, *_ = panelists()
    plan = [
        PlanLine("consensus", reviewers=(gpt, claude)),
        PlanLine("plan_loop", reviewers=(gpt,), revised_by="student"),
        PlanLine("roles", reviewers=(gpt, claude)),
        PlanLine("adversarial", reviewers=(gpt,)),
        PlanLine("cross_model", reviewers=(gpt,)),
        PlanLine("self_review", reviewers=(claude,)),
        PlanLine("linters"),
    ]
    submission = sealed(
        assignment(course, plan=plan, accepted_types=""),
        amara,
        files=(*SHOP, PLAN),
        test_evidence="4 passed in 0.1s",
    )
    sigla = [siglum for siglum, _ in columns(submission)]
    # The plan loop has only read the plan so far, so it has no column yet.
    assert sigla == ["S", "L", "T", "A1", "X1", "D", "R1", "R2", "R3", "R4", "C"]


def test_reviewers_by_role_are_called_by_their_role(amara: User, course: Course) -> None:
    submission = sealed(
        assignment(course, plan=[PlanLine("roles", reviewers=(model_reviewer("gpt-5.4", name="GPT"),))]),
        amara,
    )
    assert dict(columns(submission)) == {
        "S": "The student",
        "R1": "Architecture: GPT",
        "R2": "Implementation: GPT",
        "R3": "Full review: GPT",
        "R4": "Security: GPT",
    }


def test_who_reads_only_a_text_is_no_witness_and_makes_no_defect(amara: User, course: Course) -> None:
    gpt, claude = model_reviewer("gpt-5.4"), model_reviewer("claude-opus-4-6")
    plan = [PlanLine("back_and_forth", reviewers=(gpt, claude))]
    submission = sealed(assignment(course, plan=plan, accepted_types=""), amara, files=(*SHOP, PLAN))
    revise(review_of(submission, "back_and_forth"))

    assert Finding.objects.filter(title=AT_ONCE.title).count() == 2
    assert [siglum for siglum, _ in columns(submission)] == ["S"]
    assert [row.defect.title for row in who_saw_what(snapshot_of(submission)).rows] == [INJECTION.title]


def test_a_plan_loop_speaks_of_the_code_only_at_its_end(amara: User, course: Course) -> None:
    plan = [PlanLine("plan_loop", reviewers=(model_reviewer("gpt-5.4"),), rounds=1, revised_by="student")]
    submission = sealed(assignment(course, plan=plan, accepted_types=""), amara, files=(*SHOP, PLAN))
    review = review_of(submission, "plan_loop")
    answer(next_round(review)[0], [AT_ONCE])
    assert [siglum for siglum, _ in columns(submission)] == ["S", "M"]

    answer(next_round(review)[0], [RACE])
    assert sights(submission, "M") == {INJECTION.title: Sight.MISSED, RACE.title: Sight.SEEN}


def test_a_plan_loop_that_never_came_to_the_code_could_not_review_it(amara: User, course: Course) -> None:
    plan = [PlanLine("plan_loop", reviewers=(model_reviewer("gpt-5.4"),), revised_by="student")]
    task = assignment(course, plan=plan, accepted_types="")
    submission = sealed(task, amara, files=(*SHOP, PLAN))
    fail(next_round(review_of(submission, "plan_loop"))[0], Trouble.REFUSED, "It declined.")
    assert sights(submission, "M") == {INJECTION.title: Sight.UNABLE}


def test_waiting_for_the_student_is_not_could_not_review(amara: User, course: Course) -> None:
    plan = [PlanLine("plan_loop", reviewers=(model_reviewer("gpt-5.4"),), revised_by="student")]
    submission = sealed(assignment(course, plan=plan, accepted_types=""), amara, files=(*SHOP, PLAN))
    plan_is_criticised(review_of(submission, "plan_loop"))
    assert [siglum for siglum, _ in columns(submission)] == ["S"]


def test_a_panel_of_which_one_could_not_read_was_not_silent(amara: User, course: Course) -> None:
    """As for every witness of several: what the others missed, the one might have seen."""
    task = assignment(course, plan=[PlanLine("consensus", reviewers=panelists(), rounds=1)])
    submission = sealed(task, amara)
    first, *others = next_round(review_of(submission, "consensus"))
    fail(first, Trouble.REFUSED, "It declined.")
    for item in others:
        answer(item, [RACE] if item == others[0] else [])
    assert sights(submission, "C") == {INJECTION.title: Sight.UNABLE, RACE.title: Sight.SEEN}


def test_an_imported_witness_stands_last_and_goes_by_its_tools_name(amara: User, course: Course) -> None:
    from reviews.engine.imports import attach
    from reviews.exchange import read_any

    submission = sealed(assignment(course, plan=[PlanLine("roles")]), amara)
    text = (
        '{"verdict": "needs-attention", "summary": "One thing.", "next_steps": [], "findings": [{'
        '"severity": "high", "title": "Two buyers can take the same stock", "body": "No transaction.", '
        '"file": "shop.py", "line_start": 12, "line_end": 12, "confidence": 0.7, "recommendation": ""}]}'
    )
    attach(snapshot_of(submission), read_any(text, "Prowler"), None)
    assert columns(submission)[-1] == ("I1", "Imported findings: Prowler, imported")
    assert not Reviewer.objects.get(name="Prowler, imported").active
    seen = sights(submission, "I1")
    assert seen["Two buyers can take the same stock"] is Sight.SEEN
