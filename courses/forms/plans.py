"""Composing a review plan: one small form for each protocol, with what that protocol lets one set.

Nothing here knows a protocol by name: whoever adds one gets its form for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField

from courses.domain.assignments import USUAL_PLAN, PlanLine
from courses.models import PlanStep
from reviews.models import Reviewer
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol

MOST_PASSES = 8
MOST_ROUNDS = 5
FOCUS_CHARACTERS = 500

SETTINGS = ("passes", "rounds", "focus", "revised_by")
"""What a protocol may let one set; each names in `takes` what it does."""


class PlanLineForm(forms.Form):
    """One protocol of the plan: whether it runs, how often, after what, and with whom."""

    on = forms.BooleanField(required=False)
    passes = forms.IntegerField(
        label=f"Passes, 1 to {MOST_PASSES}", min_value=1, max_value=MOST_PASSES, required=False
    )
    rounds = forms.IntegerField(
        label=f"Rounds at most, 1 to {MOST_ROUNDS}", min_value=1, max_value=MOST_ROUNDS, required=False
    )
    focus = forms.CharField(
        label="Look at this above all",
        required=False,
        max_length=FOCUS_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In a sentence; empty for everything. Students see it once they see the findings.",
    )
    revised_by = forms.ChoiceField(
        label="Who writes the next version", choices=PlanStep.RevisedBy.choices, required=False
    )
    reviewers = forms.TypedMultipleChoiceField(
        label="Reviewers", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        protocol: Protocol,
        reviewers: Sequence[Reviewer],
        line: PlanLine | None,
        *,
        is_new: bool,
        data: Any = None,
    ) -> None:
        usual = next((item for item in USUAL_PLAN if item.protocol == protocol.name), None)
        shown = line or usual or PlanLine(protocol.name)
        named = {reviewer.pk for reviewer in line.reviewers} if line else set()
        suitable = [item for item in reviewers if (item.model_id is not None) == protocol.asks_models]
        self.can_review = any(item.active for item in suitable)
        super().__init__(
            data,
            prefix=f"plan-{protocol.name}",
            initial={
                "on": bool(line) or (is_new and usual is not None and self.can_review),
                "reviewers": sorted(named),
                **{name: getattr(shown, name) for name in SETTINGS},
            },
        )
        self.protocol = protocol
        self._reviewers = {item.pk: item for item in suitable if item.active or item.pk in named}
        choices = [
            (item.pk, item.name if item.active else f"{item.name} (switched off)")
            for item in self._reviewers.values()
        ]
        self.fields["on"].label = protocol.label
        cast(forms.TypedMultipleChoiceField, self.fields["reviewers"]).choices = choices
        for name in SETTINGS:
            if name not in protocol.takes:
                del self.fields[name]

    def settings(self) -> Iterator[BoundField]:
        """The fields of what this protocol lets one set, in order."""
        return (self[name] for name in SETTINGS if name in self.fields)

    @property
    def summary(self) -> str:
        """What can be set here, as the heading of what is folded away: "Passes, focus and reviewers"."""
        words = [_WORDS[name] for name in SETTINGS if name in self.fields]
        if self._reviewers:
            words.append("reviewers")
        told = " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
        return told.capitalize()

    def line(self) -> PlanLine | None:
        """The line of a valid form; None where the protocol is off."""
        return self._line(self.cleaned_data)

    def line_so_far(self) -> PlanLine | None:
        """The line as it is shown now, to be previewed; None where it is off or cannot be read."""
        if not self.is_bound:
            return self._line(self.initial)
        return self.line() if self.is_valid() else None

    def _line(self, values: Mapping[str, Any]) -> PlanLine | None:
        if not values["on"]:
            return None
        named = tuple(self._reviewers[pk] for pk in values["reviewers"])
        given = {name: values[name] for name in SETTINGS if name in self.fields and values.get(name)}
        return PlanLine(self.protocol.name, reviewers=named, **given)


_WORDS = {"passes": "passes", "rounds": "rounds", "focus": "focus", "revised_by": "who revises"}


def plan_forms(before: Mapping[str, PlanLine], *, is_new: bool, data: Any = None) -> list[PlanLineForm]:
    """A form for every protocol that a plan can hold, in the order in which they are listed."""
    reviewers = list(Reviewer.objects.select_related("model"))
    return [
        PlanLineForm(protocol, reviewers, before.get(name), is_new=is_new, data=data)
        for name, protocol in PROTOCOLS.items()
        if protocol.planned
    ]
