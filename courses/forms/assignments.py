"""Setting an assignment: its text, its dates in the course's time zone, who reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms.boundfield import BoundWidget
from django.utils import timezone

from courses.domain.assignments import PlanLine, stored_plan
from courses.forms.dates import ZonedDateTimeField
from courses.forms.plans import plan_forms
from courses.models import Assignment, Course
from reviews.models import Reviewer
from reviews.providers.registry import asks

BRIEF_CHARACTERS = 20_000
MOST_NOTES = 50
MOST_POINTS = 1000
MOST_RERUNS = 20

VISIBILITY_MEANS = {
    Assignment.Visibility.SEALED: (
        "Each student sees what the reviewers found while they work. Classmates who are still "
        "writing their notes can then be told."
    ),
    Assignment.Visibility.DUE: (
        "All students see what the reviewers found from the due date on, before you have decided "
        "what of it is right."
    ),
    Assignment.Visibility.GRADE: (
        "Students see the findings, what you decided about each and their points together, "
        "when you release the grade."
    ),
}


# --- File types -----------------------------------------------------------------------------------
_TYPE = re.compile(r"\.?\w[\w.+-]*", re.ASCII)


def normal_types(text: str) -> tuple[str, ...]:
    """The file types that somebody typed: ".py" for py, .PY and *.py; other names stay as they are.

    Doing it twice changes nothing. Raises ValueError with the part that is no type.
    """
    found: list[str] = []
    for part in re.split(r"[\s,;]+", text.strip()):
        kind = part.removeprefix("*")
        if not kind:
            continue
        if not _TYPE.fullmatch(kind):
            raise ValueError(part)
        if kind.startswith("."):
            kind = kind.lower()
        elif kind.isalnum() and kind == kind.lower() and len(kind) <= 5:
            kind = f".{kind}"
        if kind not in found:
            found.append(kind)
    return tuple(found)


# --- The judge ------------------------------------------------------------------------------------
class ReviewerField(forms.ModelChoiceField[Reviewer]):
    """A choice of a reviewer; one that was switched off says so."""

    def label_from_instance(self, obj: Reviewer) -> str:
        """The reviewer's name."""
        return obj.name if obj.active else f"{obj.name} (switched off)"


def judges(chosen: int | None) -> QuerySet[Reviewer]:
    """Who can judge: reviewers that ask a model, not those that replay one; and whoever was chosen before."""
    models = Reviewer.objects.filter(model__isnull=False, active=True)
    able = [pk for pk, provider in models.values_list("pk", "provider") if asks(provider)]
    return Reviewer.objects.filter(pk__in=[*able, chosen] if chosen else able)


# --- The assignment -------------------------------------------------------------------------------
class AssignmentForm(forms.ModelForm[Assignment]):
    """An assignment with its review plan. `plan` holds the lines' forms, `plan_lines()` what they say."""

    opens_at = ZonedDateTimeField(label="Opens")
    due_at = ZonedDateTimeField(label="Due")
    accepted_types = forms.CharField(
        label="Accepted file types",
        required=False,
        max_length=200,
        help_text="With commas: .py, .js, Makefile. Leave it empty to take any text file.",
    )
    least_notes = forms.IntegerField(
        label="Least number of notes",
        min_value=0,
        max_value=MOST_NOTES,
        help_text="Who has fewer can seal only with the statement “I found nothing more”.",
    )
    points = forms.IntegerField(label="Points", min_value=1, max_value=MOST_POINTS)
    reruns = forms.IntegerField(
        label="Reruns for each student",
        min_value=0,
        max_value=MOST_RERUNS,
        help_text="How often a student may ask for a review that could not be finished once more.",
    )
    brief = forms.CharField(
        label="Brief",
        required=False,
        max_length=BRIEF_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown: **bold**, `code`, lists with -, headings with #. Raw HTML is shown as text.",
    )

    judge = ReviewerField(
        label="Judge for uncertain matches",
        queryset=Reviewer.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text=(
            "When all reviews have ended, this model is shown the claims that may mean the same defect, the "
            "student's notes among them, two at a time and without names. It is asked in both orders: about "
            "2 calls for each submission, 10 at most, and none where nothing is uncertain. With nobody, the "
            "claims' words and places alone decide, and you can merge or split what they got wrong."
        ),
    )

    class Meta:
        model = Assignment
        fields = (
            "title",
            "brief",
            "opens_at",
            "due_at",
            "accepted_types",
            "least_notes",
            "visibility",
            "points",
            "budget",
            "reruns",
            "judge",
        )
        widgets = {"visibility": forms.RadioSelect}
        labels = {
            "title": "Title",
            "visibility": "When students see the findings",
            "budget": "Budget in US dollars",
        }

    def __init__(self, course: Course, data: Any = None, instance: Assignment | None = None) -> None:
        self.is_new = instance is None
        self._opens_before = instance.opens_at if instance else None
        self._due_before = instance.due_at if instance else None
        initial = {} if instance else _first_dates(course)
        instance = instance or Assignment(course=course)
        super().__init__(data, instance=instance, initial=initial)
        for name, moment in (("opens_at", self._opens_before), ("due_at", self._due_before)):
            field = cast(ZonedDateTimeField, self.fields[name])
            field.zone, field.stored = course.zone, moment
        self._judge_before = instance.judge_id
        cast(ReviewerField, self.fields["judge"]).queryset = judges(instance.judge_id)
        self._zone = course.zone
        self.plan_problem = ""
        stored = [] if self.is_new else stored_plan(instance)
        self._before = {line.protocol: line for line in stored}
        self.plan = plan_forms(self._before, is_new=self.is_new, data=data)

    def visibility_options(self) -> Iterator[tuple[BoundWidget, str]]:
        """Each choice with what follows from it."""
        for option in self["visibility"]:
            yield option, VISIBILITY_MEANS[Assignment.Visibility(option.data["value"])]

    def plan_lines(self) -> list[PlanLine]:
        """The plan of a valid form, in the order in which protocols are listed."""
        return [line for form in self.plan if (line := form.line())]

    def plan_so_far(self) -> list[PlanLine]:
        """The plan as it is shown now, in order or not: what cannot be read of it is left out."""
        return [line for form in self.plan if (line := form.line_so_far())]

    def judge_so_far(self) -> Reviewer | None:
        """The judge as it is chosen now; None for nobody, and where the choice cannot be read."""
        try:
            chosen: Reviewer | None = self.fields["judge"].clean(self["judge"].value())
        except forms.ValidationError:
            return None
        return chosen

    def plan_changed(self) -> bool:
        """Whether a valid form's plan, or its judge, is another than the stored one."""
        judge = self.cleaned_data["judge"]
        before = {line.planned() for line in self._before.values()}
        return (judge.pk if judge else None) != self._judge_before or before != {
            line.planned() for line in self.plan_lines()
        }

    def clean_accepted_types(self) -> str:
        """The types as the model keeps them. Raises ValidationError."""
        try:
            return ", ".join(normal_types(self.cleaned_data["accepted_types"]))
        except ValueError as problem:
            raise forms.ValidationError(
                f"“{problem}” is no file type. Write endings or whole names, such as .py or Makefile."
            ) from None

    def clean_opens_at(self) -> datetime:
        """The opening date. Raises ValidationError for a day that has passed, unless it was there before."""
        opens: datetime = self.cleaned_data["opens_at"]
        today = timezone.localtime(timezone=self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if opens != self._opens_before and opens < today:
            raise forms.ValidationError("This day has passed already. Choose today or a day to come.")
        return opens

    def clean_due_at(self) -> datetime:
        """The due date. Raises ValidationError for one that has passed, unless it was there before."""
        due: datetime = self.cleaned_data["due_at"]
        if due != self._due_before and due <= timezone.now():
            raise forms.ValidationError("This has passed already. Choose a date to come.")
        return due

    def clean(self) -> dict[str, Any]:
        """Look at what fits together: the dates, and the plan."""
        super().clean()
        opens, due = self.cleaned_data.get("opens_at"), self.cleaned_data.get("due_at")
        if opens and due and due <= opens:
            self.add_error("due_at", "This is not after the opening date. Choose a later one.")
        if any(form.errors for form in self.plan):
            self.plan_problem = "Something in the review plan needs another look."
        elif not self.plan_lines():
            self.plan_problem = "The review plan is empty. Switch at least one way of reviewing on."
        if self.plan_problem:
            self.add_error(None, self.plan_problem)
        return self.cleaned_data


def _first_dates(course: Course) -> dict[str, datetime]:
    """From the last full hour to the end of the day two weeks later."""
    now = timezone.localtime(timezone=course.zone).replace(minute=0, second=0, microsecond=0)
    return {"opens_at": now, "due_at": (now + timedelta(days=14)).replace(hour=23, minute=59)}
