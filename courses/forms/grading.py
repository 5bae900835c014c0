"""Points and feedback in, and which grades go out."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from courses.models import Grade


class GradeForm(forms.Form):
    """The staff's part of a grade: an adjustment with its reason, and feedback."""

    adjustment = forms.DecimalField(
        label="Adjustment",
        required=False,
        max_digits=6,
        decimal_places=1,
        help_text="Points to add, or with a minus to take away. Empty: none.",
        widget=forms.NumberInput(attrs={"step": "0.5", "class": "short"}),
    )
    adjustment_reason = forms.CharField(
        label="Reason for the adjustment",
        required=False,
        max_length=2000,
        help_text="The student reads it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    feedback = forms.CharField(
        label="Feedback",
        required=False,
        max_length=20_000,
        help_text="Markdown. The student reads it once the grade is released.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    @classmethod
    def of(cls, grade: Grade | None) -> GradeForm:
        """A form that shows what was given so far."""
        if grade is None:
            return cls()
        adjustment = grade.adjustment or None
        return cls(
            initial={
                "adjustment": adjustment,
                "adjustment_reason": grade.adjustment_reason,
                "feedback": grade.feedback,
            }
        )

    def clean_adjustment(self) -> Decimal:
        """No adjustment is one of zero points."""
        return self.cleaned_data["adjustment"] or Decimal(0)
