"""What a defect weighs by its severity."""

from __future__ import annotations

from django import forms

from courses.models import Course
from courses.models.weighing import MOST_WEIGHT
from reviews.claims import Severity
from reviews.gap.measures import Weights


def _weight(severity: Severity) -> forms.IntegerField:
    wrong = f"Give a whole number from 0 to {MOST_WEIGHT}."
    return forms.IntegerField(
        label=severity.capitalize(),
        min_value=0,
        max_value=MOST_WEIGHT,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )


class WeightsForm(forms.Form):
    """Four whole numbers, worst severity first."""

    critical = _weight(Severity.CRITICAL)
    major = _weight(Severity.MAJOR)
    minor = _weight(Severity.MINOR)
    info = _weight(Severity.INFO)

    @classmethod
    def of(cls, course: Course) -> WeightsForm:
        """A form that shows the course's weights."""
        return cls(initial={severity.value: weight for severity, weight in course.weights.items()})

    def weights(self) -> Weights:
        """What was typed; the form is valid."""
        return {severity: self.cleaned_data[severity] for severity in Severity}
