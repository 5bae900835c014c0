"""What a course is called, and in which time zone its dates are read."""

from __future__ import annotations

import zoneinfo
from functools import cache

from django import forms
from django.conf import settings

from courses.models import Course


@cache
def time_zones() -> tuple[str, ...]:
    """The names of all time zones, sorted; read from the disk once a process."""
    return tuple(sorted(zoneinfo.available_timezones()))


def time_zone_named(text: str) -> str | None:
    """The zone that somebody typed, however they wrote spaces and capitals; None for no zone."""
    wanted = text.strip().replace(" ", "_").casefold()
    return next((name for name in time_zones() if name.casefold() == wanted), None)


class CourseForm(forms.ModelForm[Course]):
    """A course's name, term and time zone, and what its reviews may cost."""

    class Meta:
        model = Course
        fields = ("name", "term", "time_zone", "budget")
        labels = {
            "name": "Name",
            "term": "Term",
            "time_zone": "Time zone",
            "budget": "Budget in US dollars",
        }
        help_texts = {
            "name": "As students know it: Software engineering.",
            "term": "Autumn 2026, for instance.",
            "time_zone": "Dates are written and read in it. Type a city, such as Berlin, and choose.",
        }
        widgets = {
            "time_zone": forms.TextInput(
                attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.instance.pk is None:
            self.initial.setdefault("time_zone", settings.TIME_ZONE)

    def clean_time_zone(self) -> str:
        """The zone by its exact name. Raises ValidationError for what is no zone."""
        found = time_zone_named(self.cleaned_data["time_zone"])
        if found is None:
            raise forms.ValidationError(
                "There is no time zone of this name. Choose one of the list, such as Europe/Berlin."
            )
        return found
