"""Time zones as people type them."""

from __future__ import annotations

import pytest

from courses.forms.courses import CourseForm, time_zone_named


@pytest.mark.parametrize("typed", ["Europe/Berlin", "europe/berlin", "  Europe/Berlin "])
def test_a_zone_is_found_however_it_is_written(typed: str) -> None:
    assert time_zone_named(typed) == "Europe/Berlin"


def test_spaces_stand_for_underscores() -> None:
    assert time_zone_named("america/new york") == "America/New_York"


@pytest.mark.parametrize("typed", ["Berlin", "../etc/passwd", "Europe/Atlantis"])
def test_what_is_no_zone_is_refused_with_an_example(typed: str) -> None:
    form = CourseForm({"name": "Security", "time_zone": typed})
    assert form.errors["time_zone"] == [
        "There is no time zone of this name. Choose one of the list, such as Europe/Berlin."
    ]
