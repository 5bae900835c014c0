"""The class as a whole: what is missed most, and how the witnesses compare."""

from __future__ import annotations

from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.domain.queries.class_view import Bar, ClassView, class_view
from courses.domain.queries.standing import standings
from courses.models import Assignment, Course
from reviews.gap.measures import proportion
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from reviews.snapshots.files import SourceFile
from tests.panels import PLAN, answer, next_round, panelists, review_of, revise, talk
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


def seen_by_the_class(task: Assignment, by: User) -> ClassView:
    """The class view once every defect is valid."""
    for defect in Defect.objects.filter(standing=Defect.Standing.UNDECIDED):
        decide(defect, Decision(Defect.Standing.VALID), by)
    return class_view(standings(task))


def test_nothing_is_counted_before_something_is_decided(amara: User, course: Course) -> None:
    task = assignment(course)
    reviewed(task, amara)
    view = class_view(standings(task))
    assert (view.submissions, view.valid) == (1, 0)
    assert view.categories == ()


def test_categories_are_counted_over_students_and_the_most_missed_comes_first(
    ruth: User, amara: User, ben: User, course: Course
) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("cross_model")])
    reviewed(task, amara, claims=(INJECTION,))
    reviewed(task, ben, claims=(INJECTION, ROUNDING))
    view = seen_by_the_class(task, ruth)

    missed = {row.odc_type: (row.missed.part, row.missed.whole) for row in view.categories}
    assert missed == {"timing": (2, 2), "checking": (0, 2), "algorithm": (0, 1)}
    assert view.categories[0].odc_type == "timing"
    saw = {row.siglum: (row.saw.part, row.saw.whole) for row in view.witnesses if row.saw}
    assert saw == {"S": (3, 5), "X1": (4, 5)}
    assert view.witnesses[1].name == "Cross-model review: GPT 5.4, recorded"


def test_a_witness_that_could_not_review_is_named_and_not_counted_as_silent(
    ruth: User, amara: User, ben: User, course: Course
) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION])
    task = assignment(course, plan=[PlanLine("cross_model")])
    reviewed(task, amara, claims=(INJECTION,))
    changed = (*SHOP, SourceFile("extra.py", "pass\n"))
    reviewed(task, ben, files=changed, claims=(INJECTION, RACE))
    stranger = seen_by_the_class(task, ruth).witnesses[1]

    assert stranger.saw is not None
    assert (stranger.saw.part, stranger.saw.whole) == (1, 1)
    assert stranger.unable == 1


def test_a_witness_that_never_could_has_a_row_without_a_share(
    ruth: User, amara: User, course: Course
) -> None:
    recorded_reviewer("gpt-5.4")
    task = assignment(course, plan=[PlanLine("cross_model")])
    reviewed(task, amara, claims=(INJECTION,))
    stranger = seen_by_the_class(task, ruth).witnesses[1]
    assert (stranger.siglum, stranger.saw, stranger.unable, stranger.bar) == ("X1", None, 1, None)


def test_a_panel_is_one_witness_and_who_reads_texts_is_none(
    ruth: User, amara: User, ben: User, course: Course
) -> None:
    gpt, claude = model_reviewer("gpt-5.4", name="GPT"), model_reviewer("claude-opus-4-6", name="Claude")
    both = (gpt, claude)
    plan = [
        PlanLine("consensus", reviewers=panelists()),
        PlanLine("back_and_forth", reviewers=both),
        PlanLine("roles", reviewers=(gpt,)),
    ]
    submission = sealed(assignment(course, plan=plan, accepted_types=""), amara, files=(*SHOP, PLAN))
    talk(review_of(submission, "consensus"))
    revise(review_of(submission, "back_and_forth"))
    for item in next_round(review_of(submission, "roles")):
        answer(item, [ROUNDING] if item.siglum == "R4" else [])
    view = seen_by_the_class(submission.assignment, ruth)

    rows = {row.siglum: row for row in view.witnesses}
    assert list(rows) == ["S", "R1", "R2", "R3", "R4", "C"]
    assert rows["R4"].name == "Security: GPT"
    saw = {siglum: (row.saw.part, row.saw.whole) for siglum, row in rows.items() if row.saw}
    # Injection, rounding, race and the lie are all found valid here: the panel had dismissed the rounding.
    assert (view.valid, saw["C"], saw["R4"], saw["R1"]) == (4, (3, 4), (1, 4), (0, 4))


def test_a_plan_loop_that_never_came_to_the_code_has_a_row_and_back_and_forth_has_none(
    ruth: User, amara: User, course: Course
) -> None:
    plan = [PlanLine("plan_loop"), PlanLine("back_and_forth")]
    reviewed(assignment(course, plan=plan), amara, claims=(INJECTION,))
    view = seen_by_the_class(Assignment.objects.get(), ruth)
    assert [(row.siglum, row.unable) for row in view.witnesses] == [("S", 0), ("M", 1)]


def test_small_shares_are_not_drawn_and_others_carry_their_interval() -> None:
    two, four = proportion(1, 2), proportion(2, 4)
    assert two is not None
    assert four is not None
    assert not Bar(two).drawable
    bar = Bar(four)
    assert bar.drawable
    assert (round(bar.low), bar.value, round(bar.high)) == (15, 50.0, 85)
