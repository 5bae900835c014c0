"""What the forms of a walkthrough's parts share: the version that was seen, rows, the story after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self, cast

from django import forms
from django.http import QueryDict
from pydantic import ValidationError

from courses.forms.rows import Kind, Rows, rows_of, typed
from courses.models import Walkthrough
from courses.walkthroughs.editing import Broken, sentence
from courses.walkthroughs.story import Story

SHORT, TEXT = 300, 20_000
"""Characters of a title and of a text, as `courses.walkthroughs.parts` bounds them."""


class Words(forms.CharField):
    """A text whose line ends are those of the story; a browser sends others."""

    def __init__(self, *, rows: int = 4, css: str = "", **kwargs: Any) -> None:
        attrs = {"rows": rows} | ({"class": css, "spellcheck": "false"} if css else {})
        kwargs = {"required": False, "max_length": TEXT, "strip": False} | kwargs
        super().__init__(widget=forms.Textarea(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")


class StoryForm(forms.Form):
    """A part of a story. Valid, `story` is the whole story as it is to be stored.

    `version` is the one that the person saw. `kinds` are the rows that the form repeats, by their name.
    """

    kinds: ClassVar[Mapping[str, Kind]] = {}
    last: ClassVar[tuple[str, ...]] = ()
    """The fields that come after the rows."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        walkthrough: Walkthrough,
        data: QueryDict | None = None,
        files: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        blank: str = "",
    ) -> None:
        super().__init__(data, files, initial={"version": walkthrough.version, **(initial or {})})
        self.use_required_attribute = False
        self.walkthrough = walkthrough
        self.before = walkthrough.told()
        self.story = self.before
        self.prepare()
        # What was sent is compared with nothing stored: a row that was emptied is none.
        given = {} if data is not None or rows is None else rows
        self.rows: dict[str, Rows] = {
            name: rows_of(
                name,
                kind,
                self.before,
                data,
                given.get(name, ()),
                blank=int(name == blank or not given.get(name)),
            )
            for name, kind in self.kinds.items()
        }

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields above the rows."""
        return [field for field in self if field.name not in self.last]

    @property
    def last_fields(self) -> list[forms.BoundField]:
        """The fields below the rows."""
        return [field for field in self if field.name in self.last]

    def prepare(self) -> None:
        """Fill in choices that come from the story."""

    def changed(self) -> Story:
        """The story with what was typed. Raises Broken, and pydantic's ValidationError."""
        raise NotImplementedError

    def again(self, data: QueryDict) -> Self:
        """The form with everything that was typed and, of the rows that `another` names, one more.

        Nothing is checked; rows that were ticked to be taken out are out.
        """
        sent = {name: rows_of(name, kind, self.before, data) for name, kind in self.kinds.items()}
        rows = {
            name: [typed(form, data) for form in given.forms if not _is_ticked(form, data)]
            for name, given in sent.items()
        }
        return type(self)(
            self.walkthrough,
            initial={name: value for name, value in typed(self, data).items() if value is not None},
            rows=rows,
            blank=data.get("another", ""),
            **self.kept(),
        )

    def kept(self) -> dict[str, Any]:
        """What else the form was made with."""
        return {}

    def clean(self) -> dict[str, Any]:
        """Put what was typed into the story; what is wrong stands at its field."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for rows in self.rows.values():
            if not rows.is_valid():
                self.refuse(rows.problems)
        if self.errors:
            return values
        try:
            self.story = self.changed()
        except Broken as broken:
            self.refuse([str(broken)])
        except ValidationError as error:
            for item in error.errors():
                self._blame(item["loc"], item["msg"].removeprefix("Value error, "))
        return values

    def refuse(self, problems: Iterable[str]) -> None:
        """What is wrong with the whole."""
        for problem in problems:
            self.add_error(None, problem)

    def beaten(self, meanwhile: str) -> None:
        """Somebody else was first: say so, and let it be sent again over what stands there now."""
        self.walkthrough.refresh_from_db()
        sent = cast(QueryDict, self.data).copy()
        sent["version"] = str(self.walkthrough.version)
        self.data = sent
        self.refuse([f"{meanwhile} Look at what they did, or save again to put yours in its place."])

    def _blame(self, place: tuple[int | str, ...], message: str) -> None:
        """Say what is wrong at the field that it is about, or above all."""
        name = next((str(part) for part in place if part in self.fields), None)
        row = next((part + 1 for part in place if isinstance(part, int)), None)
        self.add_error(name, sentence(f"row {row}: {message}" if row and name is None else message))


def _is_ticked(form: forms.BaseForm, data: QueryDict) -> bool:
    return bool(data.get(form.add_prefix("DELETE")))
