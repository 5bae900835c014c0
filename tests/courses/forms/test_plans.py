"""The plan's form follows the protocols that there are, and knows none of them by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.http import QueryDict

from courses.domain.assignments import USUAL_PLAN, PlanLine
from courses.forms.plans import SETTINGS, PlanLineForm, plan_forms
from courses.models import PlanStep
from reviews.models import Reviewer
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol
from tests.stories import recorded_reviewer

pytestmark = pytest.mark.django_db


def forms_of_a_new_plan() -> dict[str, PlanLineForm]:
    return {form.protocol.name: form for form in plan_forms({}, is_new=True)}


def test_each_protocol_that_can_be_planned_has_its_form_with_what_it_takes() -> None:
    plan = forms_of_a_new_plan()
    assert set(plan) == {name for name, protocol in PROTOCOLS.items() if protocol.planned}
    assert len(plan) < len(PROTOCOLS), "a rescue is asked for, not planned"
    for name, form in plan.items():
        assert {field.name for field in form.settings()} == PROTOCOLS[name].takes & set(SETTINGS), name
    assert set(SETTINGS) == set().union(*(protocol.takes for protocol in PROTOCOLS.values()))


def test_a_new_plan_is_the_usual_one_as_far_as_there_are_reviewers() -> None:
    assert {name for name, form in forms_of_a_new_plan().items() if form.initial["on"]} == {"linters"}
    recorded_reviewer("gpt-5.4")
    plan = forms_of_a_new_plan()
    on = {name for name, form in plan.items() if form.initial["on"]}
    assert on == {line.protocol for line in USUAL_PLAN}
    assert plan["self_review"].initial["passes"] == 4
    assert all(form.can_review for form in plan.values()), "the others wait to be switched on"
    assert len(on) < len(plan), "what costs most is not on by itself"


def test_a_line_holds_what_was_typed_for_it() -> None:
    stranger = recorded_reviewer("gpt-5.4")
    for protocol in (item for item in PROTOCOLS.values() if item.planned and item.asks_models):
        typed: dict[str, str | list[str]] = {
            "on": "on",
            "passes": "2",
            "rounds": "5",
            "focus": " Money in floats. ",
            "revised_by": "student",
            "reviewers": [str(stranger.pk)],
        }
        data = {f"plan-{protocol.name}-{name}": value for name, value in typed.items()}
        form = PlanLineForm(protocol, [stranger], None, is_new=True, data=_posted(data))
        assert form.is_valid(), form.errors
        given: dict[str, Any] = {
            "passes": 2,
            "rounds": 5,
            "focus": "Money in floats.",
            "revised_by": "student",
        }
        taken = {name: value for name, value in given.items() if name in protocol.takes}
        assert form.line() == PlanLine(protocol.name, reviewers=(stranger,), **taken)


def _posted(data: Mapping[str, str | list[str]]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


@pytest.mark.parametrize(
    ("name", "typed", "problem"),
    [
        ("passes", "9", "less than or equal to 8"),
        ("passes", "0", "greater than or equal to 1"),
        ("rounds", "6", "less than or equal to 5"),
        ("rounds", "many", "Enter a whole number"),
        ("focus", "x" * 501, "at most 500 characters"),
        ("revised_by", "nobody", "not one of the available choices"),
        ("reviewers", "999999", "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(name: str, typed: str, problem: str) -> None:
    taking = next(item for item in PROTOCOLS.values() if name == "reviewers" or name in item.takes)
    data = _posted({f"plan-{taking.name}-on": "on", f"plan-{taking.name}-{name}": typed})
    form = PlanLineForm(taking, [recorded_reviewer("gpt-5.4")], None, is_new=True, data=data)
    assert problem in str(form.errors[name])
    assert form.line_so_far() is None, "nothing is added up that nobody can read"


def test_before_anything_is_sent_the_plan_is_what_the_form_begins_with() -> None:
    recorded_reviewer("gpt-5.4")
    begun = [line for form in plan_forms({}, is_new=True) if (line := form.line_so_far())]
    assert begun == list(USUAL_PLAN)


def test_a_stored_line_is_shown_as_it_was_stored() -> None:
    stranger = recorded_reviewer("gpt-5.4")
    taking = next(item for item in PROTOCOLS.values() if item.planned and "rounds" in item.takes)
    stored = PlanLine(taking.name, reviewers=(stranger,), rounds=2)
    plan = {form.protocol.name: form for form in plan_forms({taking.name: stored}, is_new=False)}
    assert plan[taking.name].line_so_far() == stored
    assert [name for name, form in plan.items() if form.initial["on"]] == [taking.name]


def test_what_is_folded_away_is_named() -> None:
    silent = Protocol("q", "Q", "Q", "", True, _no_step, _no_calls, takes=frozenset())  # type: ignore[arg-type]
    ruff = Reviewer.objects.get(name="ruff")
    assert PlanLineForm(silent, [ruff], None, is_new=True).summary == ""
    adversarial = forms_of_a_new_plan()["adversarial"]
    assert adversarial.summary == "Passes and focus"
    recorded_reviewer("gpt-5.4")
    assert forms_of_a_new_plan()["adversarial"].summary == "Passes, focus and reviewers"
    assert PlanLine("q").revised_by == PlanStep.RevisedBy.MODEL


def _no_step() -> None: ...
def _no_calls() -> None: ...
