"""What a defect weighs: a course's policy, and what a change of it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from courses.models import Course, Grade
from courses.models.weighing import MOST_WEIGHT, columns
from reviews.claims import Severity
from reviews.gap.measures import Weights


class Refused(Exception):
    """Weights that make no sense; the message says why. `severity` names the one to look at."""

    def __init__(self, severity: Severity, message: str) -> None:
        super().__init__(message)
        self.severity = severity


def set_weights(course: Course, weights: Weights) -> None:
    """Let a course's numbers and suggestions count by these weights from now on.

    Points that were given stay, with the weights that they were given by. Raises Refused for what is
    no whole number from 0 to MOST_WEIGHT, for a worse defect below a milder one, and for nothing but 0.
    """
    for severity in Severity:
        if not 0 <= weights[severity] <= MOST_WEIGHT:
            raise Refused(severity, f"Weights go from 0 to {MOST_WEIGHT}.")
    for worse, milder in zip(Severity, list(Severity)[1:], strict=False):
        if weights[worse] < weights[milder]:
            raise Refused(
                milder,
                f"That is more than {worse} weighs, {weights[milder]} against {weights[worse]}. "
                f"Make it {weights[worse]} at most, or raise {worse}.",
            )
    if not any(weights.values()):
        raise Refused(
            Severity.CRITICAL, "With nothing but 0 no defect would count. Give at least one weight."
        )
    for column, weight in columns(weights).items():
        setattr(course, column, weight)
    course.save(update_fields=list(columns(weights)))


@dataclass(frozen=True, slots=True)
class Given:
    """How many grades of a course have points; how many of these are out.

    `by_others`: how many were given by other weights than the course's present ones.
    """

    grades: int
    released: int
    by_others: int


def given(course: Course) -> Given:
    """What a change of the course's weights leaves alone, in one query."""
    found = Grade.objects.filter(submission__assignment__course=course, points__isnull=False)
    by_others = ~Q(**columns(course.weights))
    return Given(
        **found.aggregate(
            grades=Count("pk"),
            released=Count("pk", filter=Q(released_at__isnull=False)),
            by_others=Count("pk", filter=by_others),
        )
    )
