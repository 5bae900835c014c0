"""What Ruth is told of a plan's cost before anybody is asked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import USUAL_PLAN, PlanLine, set_starter
from courses.domain.queries.preview import TYPICAL_CHARACTERS, preview
from courses.models import Course
from reviews.models import LanguageModel, Price, Reviewer
from reviews.protocols import PROTOCOLS
from reviews.snapshots.files import SourceFile
from tests.stories import SHOP, assignment, recorded_reviewer

pytestmark = pytest.mark.django_db


def test_before_there_is_code_the_size_and_the_author_are_assumed_and_said(course: Course) -> None:
    recorded_reviewer("gpt-5.4")
    found = preview(USUAL_PLAN, course, None)
    assert (found.characters, found.is_typical) == (TYPICAL_CHARACTERS, True)
    assert (found.author, found.author_is_known) == ("GPT 5.4", False), "it could review itself"
    Reviewer.objects.filter(model__isnull=False).update(active=False)
    assert preview(USUAL_PLAN, course, None).author, "somebody is assumed all the same"
    LanguageModel.objects.update(offered=False)
    assert preview(USUAL_PLAN, course, None).author == ""


def test_the_starter_files_say_size_and_author(course: Course) -> None:
    recorded_reviewer("gpt-5.4")
    task = assignment(course)
    set_starter(task, SHOP, LanguageModel.objects.get(name="claude-opus-4-6"))
    found = preview(USUAL_PLAN, course, task)
    assert (found.characters, found.is_typical) == (sum(len(file.text) for file in SHOP), False)
    assert (found.author, found.author_is_known) == ("Claude Opus 4.6", True)
    problems = {row.protocol.name: row.estimate.problem for row in found.rows}
    assert "needs a reviewer of the author's own family" in problems["self_review"]
    assert problems["cross_model"] == ""


def test_the_sum_is_for_one_and_for_the_class(
    course: Course, amara: User, ben: User, chiara: User, tomas: User
) -> None:
    for model in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(model)
    found = preview(USUAL_PLAN, course, None)
    assert found.students == 3, "Ruth and Tomas hand nothing in"
    assert found.one.most.calls == 4 + 1 + 1
    assert found.everybody.most.calls == 18
    assert found.one.most.times == pytest.approx(6, abs=0.3)
    assert (found.replays, found.unpriced) == (True, ())


def test_a_model_without_a_price_is_named_once(course: Course) -> None:
    Price.objects.all().delete()
    Reviewer.objects.filter(name="GPT 5.4").update(active=True)
    found = preview([PlanLine("cross_model"), PlanLine("adversarial")], course, None)
    assert found.author == "GPT 5.4"
    assert found.unpriced == ("gpt-5.4",)
    assert not found.replays


def test_what_is_about_a_plan_asks_for_one_until_it_is_there(course: Course) -> None:
    wanting = next(item.name for item in PROTOCOLS.values() if item.planned and item.needs_document)
    task = assignment(course)
    set_starter(task, SHOP)
    assert preview([PlanLine(wanting)], course, task).wants_plan
    set_starter(task, [*SHOP, SourceFile("PLAN.md", "# Plan\nSell things.\n")])
    assert not preview([PlanLine(wanting)], course, task).wants_plan
    assert not preview(USUAL_PLAN, course, None).wants_plan


def test_an_empty_plan_costs_nothing(course: Course) -> None:
    found = preview([], course, None)
    assert (found.rows, found.one.most.calls, found.everybody.most.cost) == ((), 0, 0)
