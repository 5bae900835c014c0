"""Clock times of a zone, and the two hours a year that are none."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st

from courses.forms.dates import ZonedDateTimeField

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def field(stored: datetime | None = None, zone: str = "Europe/Berlin") -> ZonedDateTimeField:
    made = ZonedDateTimeField(label="Due")
    made.zone, made.stored = zoneinfo.ZoneInfo(zone), stored
    return made


def test_a_clock_time_is_read_in_the_courses_zone() -> None:
    assert field().clean("2026-07-01T12:00") == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert field().clean("2026-12-01T12:00") == datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"On 28 March 2027 the clocks go forward, and 02:30"):
        field().clean("2027-03-28T02:30")


def test_a_time_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"On 25 October 2026 the clocks go back, and 02:30"):
        field().clean("2026-10-25T02:30")


def test_a_stored_time_that_comes_twice_may_stay() -> None:
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert field(second).clean("2026-10-25T02:30") is second


def test_left_unchanged_a_moment_keeps_its_seconds() -> None:
    stored = datetime(2026, 11, 3, 8, 15, 42, tzinfo=UTC)
    assert field(stored).clean("2026-11-03T09:15") == stored
    assert field(stored).clean("2026-11-03T09:16") == datetime(2026, 11, 3, 8, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01T10:00", "2026-02-30T10:00", "2026-05-01T10:00Z"])
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="Write date and time as 2026-10-31 23:59"):
        field().clean(text)


@pytest.mark.parametrize("year", ["0001", "1999", "9999"])
def test_years_of_no_course_are_refused(year: str) -> None:
    with pytest.raises(ValidationError, match="Choose one from 2000 to 2099"):
        field().clean(f"{year}-01-01T00:00")


@given(
    st.datetimes(datetime.fromisoformat("2001-01-01"), datetime.fromisoformat("2098-01-01")),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_what_is_shown_is_read_back_as_the_same_moment(clock: datetime, zone: str) -> None:
    moment = clock.replace(second=0, microsecond=0, tzinfo=UTC)
    shown = field(zone=zone).prepare_value(moment)
    there = zoneinfo.ZoneInfo(zone)
    assume(moment.astimezone(there).fold == 0)
    assume(shown.replace(tzinfo=there, fold=1).utcoffset() == shown.replace(tzinfo=there).utcoffset())
    assert field(zone=zone).clean(f"{shown:%Y-%m-%dT%H:%M}") == moment
    assert field(moment + timedelta(seconds=30), zone).clean(f"{shown:%Y-%m-%dT%H:%M}").second == 30
