"""Four whole numbers, as people type them."""

from __future__ import annotations

import pytest

from courses.forms.weights import WeightsForm
from courses.models import Course
from reviews.claims import Severity

WRONG = ["Give a whole number from 0 to 1000."]


@pytest.mark.parametrize("typed", ["", "-1", "1001", "2.5", "heavy", "1e3"])
def test_what_is_no_weight_is_refused_with_what_one_is(typed: str) -> None:
    form = WeightsForm({"critical": "8", "major": typed, "minor": "2", "info": "1"})
    assert form.errors == {"major": WRONG}


def test_weights_come_out_by_severity() -> None:
    form = WeightsForm({"critical": "1000", "major": " 40 ", "minor": "0", "info": "0"})
    assert form.is_valid()
    assert list(form.weights().items()) == list(zip(Severity, (1000, 40, 0, 0), strict=True))


def test_the_form_shows_what_the_course_has() -> None:
    form = WeightsForm.of(Course(weight_critical=9, weight_major=3, weight_minor=3, weight_info=0))
    assert [(field.label, field.value()) for field in form] == [
        ("Critical", 9),
        ("Major", 3),
        ("Minor", 3),
        ("Info", 0),
    ]
