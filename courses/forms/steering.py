"""What a presenter sends: how a sitting begins, and one key at a time."""

from __future__ import annotations

from django import forms

from courses.walkthroughs.room import Command

MOST_NAMED = 60
"""So long a press's name may be; ours are shorter."""


class BeginForm(forms.Form):
    """Which group or year it is shown to, so that two can be compared later."""

    group = forms.CharField(
        max_length=80,
        required=False,
        label="Group or year",
        help_text="To tell this session from others when you compare them: “Monday group”, “2026”.",
    )


class SteerForm(forms.Form):
    """A key, with the step and beat that its sender saw. A jump may name its step as people count.

    `drawn` names the drawing of the page that the key was on: after a key it is drawn anew.
    """

    command = forms.ChoiceField(choices=[(command.value, command.value) for command in Command])
    step = forms.IntegerField(min_value=0)
    beat = forms.IntegerField(min_value=0)
    to = forms.IntegerField(required=False)
    number = forms.IntegerField(required=False, min_value=1)
    drawn = forms.CharField(max_length=20, required=False)

    @property
    def seen(self) -> tuple[int, int]:
        """The place that the sender saw."""
        return self.cleaned_data["step"], self.cleaned_data["beat"]

    @property
    def leads_to(self) -> int | None:
        """What the key leads to, as the room counts."""
        number = self.cleaned_data.get("number")
        to: int | None = self.cleaned_data.get("to")
        return number - 1 if number and to is None else to

    @property
    def press(self) -> str:
        """A name for this press of the key, the same when it is sent again; empty where the page has none."""
        drawn = self.cleaned_data["drawn"]
        return f"{drawn}.{self.cleaned_data['command']}.{self.leads_to}"[:MOST_NAMED] if drawn else ""
