"""A moment, written as date and clock time in a course's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

YEARS = range(2000, 2100)


class ZonedDateTimeField(forms.DateTimeField):
    """A moment, written as date and clock time in `zone`; gives an aware datetime.

    A clock time that does not exist in the zone, or exists twice, is refused: the clocks go forward
    or back then. `stored` is the moment that the field was shown with: left unchanged it stays as it
    is, to the second.
    """

    zone: tzinfo = UTC
    stored: datetime | None = None

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The clock time in the zone, for the input."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return value.astimezone(self.zone).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        """The moment. Raises ValidationError."""
        if value in self.empty_values:
            return None
        clock = _clock_time(str(value))
        if self.stored and clock == self._shown(self.stored):
            return self.stored
        moment = clock.replace(tzinfo=self.zone)
        if self._shown(moment.astimezone(UTC)) != clock.replace(second=0, microsecond=0):
            raise forms.ValidationError(
                f"On {clock:%-d %B %Y} the clocks go forward, and {clock:%H:%M} does not exist in "
                f"{self.zone}. Choose an earlier or a later time."
            )
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            raise forms.ValidationError(
                f"On {clock:%-d %B %Y} the clocks go back, and {clock:%H:%M} comes twice in "
                f"{self.zone}. Choose an earlier or a later time."
            )
        return moment

    def _shown(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)


def _clock_time(text: str) -> datetime:
    try:
        found = parse_datetime(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise forms.ValidationError("Write date and time as 2026-10-31 23:59.")
    if found.year not in YEARS:
        raise forms.ValidationError(f"The year is {found.year}. Choose one from {YEARS[0]} to {YEARS[-1]}.")
    return found
