"""What reviews begin with: read before the lock, true when they begin, and the same until they end."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User

from courses.domain import submissions
from courses.domain.assignments import PlanLine
from courses.models import Course
from reviews.engine import passes, reviews
from reviews.engine.clearances import outgoing
from reviews.engine.opening import Circumstances, Planned, opening
from reviews.models import LanguageModel, Pass, Review
from reviews.snapshots.files import SourceFile
from tests.people import enrol, person
from tests.servers.models import StandIn
from tests.stories import assignment, handed_in, model_reviewer

pytestmark = pytest.mark.django_db

LEDGER = (SourceFile("ledger.py", "# Chidi Okafor asked for this.\ndef pay(total):\n    return total - 1\n"),)


def test_who_came_to_the_course_after_the_code_was_handed_in_does_not_leave_with_it(
    course: Course, amara: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    submission = handed_in(assignment(course, plan=[PlanLine("cross_model")]), amara, files=LEDGER)
    snapshot = submission.revisions.get().snapshot
    assert "Chidi Okafor" in outgoing(snapshot).files[0].text, "nobody of that name is in the course yet"
    enrol(course, person("chidi", "Okafor"))
    submissions.seal(submission, found_nothing=True)
    passes.run(Pass.objects.get().pk)
    (asked,) = stand_in.asked
    left = json.dumps(asked.body)
    assert "Okafor" not in left
    assert "Person 1 asked for this." in left


def test_what_was_read_for_code_that_is_not_the_last_any_more_begins_nothing(
    course: Course, amara: User
) -> None:
    model_reviewer("gpt-5.4")
    to = assignment(course, plan=[PlanLine("cross_model")])
    handed_in(to, amara, files=LEDGER)
    second = (SourceFile("ledger.py", "def pay(total):\n    return total\n"),)
    submission = handed_in(to, amara, files=second)
    first = submission.revisions.order_by("number")[0].snapshot
    opens = opening(first, [Planned("cross_model")], Circumstances())
    with pytest.raises(reviews.NotSealed):
        reviews.start(opens)
    submissions.seal(submission, found_nothing=True)
    (review,) = Review.objects.all()
    assert review.snapshot.source_files() == second


def test_all_rounds_of_a_review_read_what_its_first_did_whatever_a_model_is_said_to_read_by_then(
    course: Course, amara: User, stand_in: StandIn
) -> None:
    model_reviewer("claude-opus-4-6")
    to = assignment(course, plan=[PlanLine("self_review", 2)])
    long = (SourceFile("ledger.py", "".join(f"entry_{number} = {number}\n" for number in range(2_000))),)
    submission = handed_in(to, amara, files=long)
    submissions.seal(submission, found_nothing=True)
    passes.run(Pass.objects.get().pk)
    LanguageModel.objects.update(context_tokens=20_000)
    passes.run(Pass.objects.get(round=2).pk)
    first, second = (seen.body["messages"][0]["content"][0]["text"] for seen in stand_in.asked)
    assert "entry_1999 = 1999" in first
    assert second == first
