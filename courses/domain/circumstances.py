"""What is around a submission's reviews, in one place: whose keys, which budgets, whose names stay here."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from courses.domain.budgets import name_of
from courses.models import Assignment, Course, Submission
from reviews.engine.opening import Circumstances


def around(submission: Submission) -> Circumstances:
    """What the engine needs to know of a submission, and no more than that.

    Providers ask for a lasting name for each end user: they get a keyed hash, which leads nobody
    without this site's secret back to a student.
    """
    assignment: Assignment = submission.assignment
    return Circumstances(
        scope=name_of(assignment.course),
        budgets=(name_of(assignment.course), name_of(assignment)),
        on_behalf_of=lasting_name(submission.student.user_id),
        people=people_of(assignment.course),
        judge=assignment.judge_id,
    )


def people_of(course: Course) -> tuple[str, ...]:
    """The full names and addresses of everybody in a course, sorted; in one query."""
    rows = course.members.values_list("first_name", "last_name", "email")
    told = {text for first, last, email in rows for text in (f"{first} {last}".strip(), email)}
    return tuple(sorted(told - {""}))


def lasting_name(user_id: int) -> str:
    """A person to providers: 64 hexadecimal digits, the same as long as the site keeps its secret key."""
    return salted_hmac("courses.on_behalf_of", str(user_id), algorithm="sha256").hexdigest()
