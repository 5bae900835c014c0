"""Repeated fields of a form: rows that are added, ordered and taken away, with and without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME, BaseFormSet, formset_factory

from courses.walkthroughs.story import Story

_ABOUT_THE_ROW = {DELETION_FIELD_NAME, ORDERING_FIELD_NAME}


class Row(forms.Form):
    """One row of a part of a story. One in which nothing is typed is passed over."""

    seldom: ClassVar[tuple[str, ...]] = ()
    seldom_words: ClassVar[str] = ""
    """Fields that are folded away while they are empty, and the words on the fold."""

    def __init__(self, *args: Any, story: Story, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.story = story
        self.use_required_attribute = False

    def has_changed(self) -> bool:
        """Whether something was typed; its place among the others is none of it."""
        return bool(set(self.changed_data) - _ABOUT_THE_ROW)

    @property
    def often(self) -> list[forms.BoundField]:
        """The row's own fields, but those that are seldom used."""
        return [field for field in self if field.name not in (*_ABOUT_THE_ROW, *self.seldom)]

    @property
    def seldom_fields(self) -> list[forms.BoundField]:
        """Those that are seldom used."""
        return [field for field in self if field.name in self.seldom]

    @property
    def is_open(self) -> bool:
        """Whether one of those says something, or has something wrong with it."""
        return any(field.errors or field.value() not in (None, "") for field in self.seldom_fields)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a form repeats: its rows' form, what one is called, how many there may be."""

    form: type[Row]
    one: str
    heading: str
    most: int
    ordered: bool = False
    help: str = ""


class Rows(BaseFormSet[Row]):
    """The rows of one kind; `kind` says how they are shown."""

    kind: Kind

    def initial_form_count(self) -> int:
        """None of what was sent is taken for stored: a row that was emptied is passed over as well."""
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form: Row, index: int | None) -> None:
        """The order and the tick that takes a row away, in our words."""
        super().add_fields(form, index)
        form.fields[DELETION_FIELD_NAME].label = f"Take this {self.kind.one} out"
        if ORDERING_FIELD_NAME in form.fields:
            form.fields[ORDERING_FIELD_NAME].label = "Place in the order"
            form.fields[ORDERING_FIELD_NAME].widget.attrs["class"] = "short"

    @property
    def values(self) -> list[dict[str, Any]]:
        """What was typed, row by row in their order, of valid rows."""
        kept = [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
        if self.can_order:
            kept.sort(key=_place)
        return [form.cleaned_data for form in kept]

    @property
    def problems(self) -> list[str]:
        """What is wrong, a sentence each."""
        said = [str(error) for error in self.non_form_errors()]
        for number, form in enumerate(self.forms, start=1):
            for name, errors in form.errors.items():
                label = form.fields[name].label if name in form.fields else ""
                said += [
                    f"{self.kind.one.capitalize()} {number}{f', {label}' if label else ''}: {error}"
                    for error in errors
                ]
        return said


def _place(form: Row) -> tuple[bool, int]:
    place = form.cleaned_data.get(ORDERING_FIELD_NAME)
    return place is None, place or 0


def choices(form: forms.BaseForm, name: str, given: list[tuple[str, str]]) -> None:
    """Give a field its choices."""
    cast(forms.ChoiceField, form.fields[name]).choices = given


def rows_of(
    name: str,
    kind: Kind,
    story: Story,
    data: Mapping[str, Any] | None = None,
    initial: Sequence[Mapping[str, Any]] = (),
    *,
    blank: int = 0,
) -> Rows:
    """The rows called `name`; unbound, those of `initial` and `blank` empty ones."""
    made: type[Rows] = formset_factory(  # type: ignore[assignment]
        kind.form,
        formset=Rows,
        extra=blank,
        can_delete=True,
        can_order=kind.ordered,
        max_num=kind.most,
        # A few more are shown again, so that what stands in them is not lost.
        absolute_max=kind.most + 20,
        validate_max=True,
    )
    made.kind = kind
    given = [dict(row) for row in initial]
    words = {
        "too_many_forms": f"There is room for {kind.most} here. Take some out.",
        "missing_management_form": "The form came in pieces. Send it again.",
    }
    return made(data, prefix=name, initial=given or None, form_kwargs={"story": story}, error_messages=words)


def typed(form: forms.BaseForm, data: Any) -> dict[str, Any]:
    """What was sent for each field of a form, unread: to be typed on."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
