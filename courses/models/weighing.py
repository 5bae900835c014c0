"""What a defect weighs by its severity, as columns."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reviews.claims import Severity
from reviews.gap.measures import DEFAULT_WEIGHTS, Weights

MOST_WEIGHT = 1000


def columns(weights: Weights) -> dict[str, int]:
    """The values of a row's columns that hold these weights."""
    return {f"weight_{severity}": weight for severity, weight in weights.items()}


class Weighing(models.Model):
    """A row that holds weights: 0 to MOST_WEIGHT, no worse defect below a milder one, not all 0."""

    weight_critical = models.PositiveSmallIntegerField(default=DEFAULT_WEIGHTS[Severity.CRITICAL])
    weight_major = models.PositiveSmallIntegerField(default=DEFAULT_WEIGHTS[Severity.MAJOR])
    weight_minor = models.PositiveSmallIntegerField(default=DEFAULT_WEIGHTS[Severity.MINOR])
    weight_info = models.PositiveSmallIntegerField(default=DEFAULT_WEIGHTS[Severity.INFO])

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weight_critical__range=(1, MOST_WEIGHT),
                    weight_major__lte=F("weight_critical"),
                    weight_minor__lte=F("weight_major"),
                    weight_info__lte=F("weight_minor"),
                ),
                name="%(class)s_weights_are_in_order",
            )
        ]

    @property
    def weights(self) -> Weights:
        """The weights, worst severity first."""
        return {severity: getattr(self, f"weight_{severity}") for severity in Severity}
