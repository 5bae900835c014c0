"""The demo course has something on every screen."""

from __future__ import annotations

import pytest

from courses.demo.seed import seed
from courses.domain.queries.answer_keys import key_table
from courses.domain.queries.standing import Stage, standings
from courses.models import Assignment, Course
from courses.walkthroughs.shelf import shelf
from reviews.engine.seals import verify
from reviews.models import Defect, Finding, Note, Pass, Review, Seal


@pytest.mark.django_db
@pytest.mark.slow
def test_the_demo_has_work_in_every_state_and_its_story_holds() -> None:
    assert seed() is True
    assert seed() is False, "the second time it is there"

    course = Course.objects.get()
    roles = course.memberships.values_list("role", flat=True)
    assert sorted(roles) == ["assistant", "instructor", *["student"] * 12]
    tasks, loans = Assignment.objects.order_by("due_at")
    stages = {row.stage for assignment in (tasks, loans) for row in standings(assignment)}
    assert stages == set(Stage)
    assert set(Review.objects.values_list("state", flat=True)) >= {
        "queued", "complete", "incomplete", "cancelled",
    }  # fmt: skip
    assert all(verify(seal).holds for seal in Seal.objects.all())
    for seal in Seal.objects.filter(snapshot__revision__submission__assignment=tasks):
        assert tasks.opens_at < seal.sealed_at < tasks.due_at

    shown = {row.shelf: row for row in course.walkthroughs.all()}
    assert list(shown) == [shelved.slug for shelved in sorted(shelf(), key=lambda one: one.title)]
    assert all(row.shared and row.told().steps for row in shown.values())

    models_passes = Pass.objects.filter(state=Pass.State.ANSWERED, reviewer__model__isnull=False)
    assert set(models_passes.values_list("recorded", flat=True)) == {True}

    injection = Defect.objects.get(
        snapshot__revision__submission__student__user__username="amara",
        snapshot__revision__submission__assignment=tasks,
        title="SQL injection through the task id",
    )
    said = set(injection.findings.values_list("by_pass__siglum", "path", "first_line"))
    assert ("X2", "db.js", 34) in said
    assert {siglum for siglum, _, _ in said} == {"L", "X1", "X2"}, "self-review never saw it"
    assert (injection.standing, injection.notes.count()) == ("valid", 1)
    assert injection.keyclaims.count() == 1

    table = key_table(tasks)
    assert (table.standing.measured, table.standing.behind) == (10, 0)
    assert [(row.held, row.seen) for row in table.rows] == [(10, 3), (10, 3), (10, 1), (10, 0)]
    everywhere = Defect.objects.filter(title=table.rows[3].entry.title)
    assert everywhere.count() == 10
    assert set(everywhere.values_list("standing", "decided_from")) == {("valid", "key")}
    assert not Note.objects.filter(defect__in=everywhere).exists()
    assert not Finding.objects.filter(defect__in=everywhere).exists(), "known from the key alone"
