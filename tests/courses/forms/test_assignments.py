"""File types and review plans as people type them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from courses.domain.assignments import PlanLine
from courses.forms.assignments import AssignmentForm, normal_types
from courses.models import Course
from reviews.models import Reviewer
from reviews.snapshots.paths import accepted_type
from tests import stories


@pytest.mark.parametrize(
    ("typed", "types"),
    [
        (".py, .js", (".py", ".js")),
        ("py js", (".py", ".js")),
        ("*.PY;.Js", (".py", ".js")),
        (".py,,.py , py", (".py",)),
        ("Makefile, .test.js", ("Makefile", ".test.js")),
        ("package.json", ("package.json",)),
        ("", ()),
    ],
)
def test_types_are_normalised(typed: str, types: tuple[str, ...]) -> None:
    assert normal_types(typed) == types


@pytest.mark.parametrize("typed", ["../x", ".py/.js", "a?b", "."])
def test_what_is_no_type_is_named(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^" + typed.replace(".", r"\.").replace("?", r"\?") + "$"):
        normal_types(typed)


@given(st.lists(st.from_regex(r"\.?[A-Za-z][A-Za-z0-9_]{0,6}(\.[a-z]{1,3})?", fullmatch=True), max_size=6))
def test_normalising_twice_changes_nothing_and_accepts_the_same_files(parts: list[str]) -> None:
    types = normal_types(" ".join(parts))
    assert normal_types(", ".join(types)) == types
    for kind in types:
        assert accepted_type(f"a{kind}" if kind.startswith(".") else kind, types)


def test_a_new_plan_begins_with_what_can_review_here(course: Course) -> None:
    plan = {form.protocol.name: form for form in AssignmentForm(course).plan}
    assert plan["linters"].initial["on"]
    assert plan["linters"].can_review
    assert not plan["cross_model"].initial["on"]
    assert not plan["cross_model"].can_review
    assert "passes" not in plan["linters"].fields

    stories.recorded_reviewer("gpt-5.4")
    plan = {form.protocol.name: form for form in AssignmentForm(course).plan}
    assert plan["cross_model"].can_review
    assert plan["self_review"].initial["passes"] == 4


def test_a_named_reviewer_that_was_switched_off_stays_in_view(course: Course, ruth: User) -> None:
    ruff = Reviewer.objects.get(name="ruff")
    task = stories.assignment(course, plan=[PlanLine("linters", reviewers=(ruff,))])
    Reviewer.objects.filter(pk=ruff.pk).update(active=False)
    linters = AssignmentForm(course, instance=task).plan[0]
    labels = [str(option.choice_label) for option in linters["reviewers"]]
    assert "ruff (switched off)" in labels
    assert linters.initial["reviewers"] == [ruff.pk]
