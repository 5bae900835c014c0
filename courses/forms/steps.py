"""A step of a walkthrough as one types it: a form for each of the nine kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms

from courses.forms.rows import choices
from courses.forms.step_rows import ANSWERS, ASKED, LIT, NONE, SAID, lines, row_of, said
from courses.forms.stories import SHORT, StoryForm, Words
from courses.models import Walkthrough
from courses.walkthroughs import editing
from courses.walkthroughs.steps import AnyStep, PlanStep, QuestionStep, ReviewStep
from courses.walkthroughs.story import Story

NEEDED = {
    "codes": "There is no state of the code yet. Add one first, then this step can show it.",
    "witnesses": "There is no witness yet. Add one first, then it can speak in this step.",
    "questions": "There is no question yet. Ask one first, then this step can reveal what was answered.",
}
START = "-"
"""Before all steps: no step can be called so."""
PROTOCOLS = ("self-review", "cross-model", "adversarial", "consensus", "plan loop", "linters")
"""Offered while one types; any other words do as well."""


class StepForm(StoryForm):
    """What all steps have. With `step` it is that one; else a new one, put after the step of choice."""

    kind: ClassVar[str] = ""
    needs: ClassVar[str] = ""
    """What the story has to have before such a step can be: codes, witnesses or questions."""
    last = ("body", "notes", "minutes")

    title = forms.CharField(
        label="Title",
        max_length=SHORT,
        error_messages={"required": "Give the step a title: the class reads it."},
    )
    after = forms.ChoiceField(label="Comes after")
    body = Words(label="What the class reads", rows=8, help_text="Markdown.")
    notes = Words(label="Notes for the presenter", rows=4, help_text="Markdown. The class never sees them.")
    minutes = forms.FloatField(
        label="Minutes",
        min_value=0,
        max_value=120,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "short", "step": "any"}),
    )

    def __init__(
        self, walkthrough: Walkthrough, *args: Any, step: AnyStep | None = None, **kwargs: Any
    ) -> None:
        self.step = step
        if step and "initial" not in kwargs:
            kwargs |= {"initial": self.read(step), "rows": self.read_rows(step)}
        super().__init__(walkthrough, *args, **kwargs)

    def kept(self) -> dict[str, Any]:
        """The step that is changed."""
        return {"step": self.step}

    def prepare(self) -> None:
        """Where a new one may go; one that is there is moved in the list."""
        if self.step:
            del self.fields["after"]
            return
        steps = [
            (step.id, f"{number}. {step.title}") for number, step in enumerate(self.before.steps, start=1)
        ]
        choices(self, "after", [(START, "nothing: it is the first"), *steps])
        self.fields["after"].initial = steps[-1][0] if steps else START

    @property
    def missing(self) -> str:
        """What has to be there first, as a sentence; empty where nothing is missing."""
        there = {
            "codes": self.before.codes,
            "witnesses": self.before.witnesses,
            "questions": self.before.questions(),
        }
        return NEEDED[self.needs] if self.needs and not there[self.needs] else ""

    def read(self, step: Any) -> dict[str, Any]:
        """The values with which the form of a stored step begins."""
        return {name: getattr(step, name) for name in type(step).model_fields if name in self.base_fields}

    def read_rows(self, step: Any) -> dict[str, list[dict[str, Any]]]:
        """The rows with which the form of a stored step begins: they are called as its parts."""
        return {name: [item.model_dump(mode="json") for item in getattr(step, name)] for name in self.kinds}

    def own(self) -> dict[str, Any]:
        """What this kind of step has beside what all have, of what was typed."""
        return {}

    def changed(self) -> Story:
        """The story with this step. Raises Broken, and pydantic's ValidationError."""
        values = self.cleaned_data
        taken = [step.id for step in self.before.steps]
        common = {name: values[name] for name in ("title", "body", "notes", "minutes")}
        name = self.step.id if self.step else editing.new_name(values["title"], taken)
        made = editing.step_of({"kind": self.kind, "id": name, **common, **self.own()})
        self.made = made
        if self.step:
            return editing.put(self.before, made)
        after = values["after"]
        return editing.put_in(self.before, made, 0 if after == START else self.before.at(after) + 1)


def _codes(story: Story) -> list[tuple[str, str]]:
    return [(code.name, f"{code.name}: {code.title}") for code in story.codes]


def _witnesses(story: Story) -> list[tuple[str, str]]:
    return [(item.siglum, f"{item.siglum}, {item.name}") for item in story.witnesses]


class TextForm(StepForm):
    """Words."""

    kind = "text"


class CodeForm(StepForm):
    """A state of the code."""

    kind, needs, kinds = "code", "codes", {"lit": LIT}

    code = forms.ChoiceField(label="State of the code")
    path = forms.CharField(
        label="File that is open",
        max_length=400,
        widget=forms.TextInput(attrs={"list": "paths", "autocomplete": "off", "spellcheck": "false"}),
    )

    def prepare(self) -> None:
        """The states of the code."""
        super().prepare()
        choices(self, "code", _codes(self.before))

    def own(self) -> dict[str, Any]:
        """Code, file and lines."""
        values = self.cleaned_data
        return {"code": values["code"], "path": values["path"], "lit": lines(self.rows["lit"].values)}


class ChangeForm(StepForm):
    """What changed."""

    kind, needs = "change", "codes"

    before_code = forms.ChoiceField(label="From")
    code = forms.ChoiceField(label="To")

    def prepare(self) -> None:
        """The states of the code, from the first to the second."""
        super().prepare()
        codes = _codes(self.before)
        choices(self, "before_code", codes)
        choices(self, "code", codes)
        if len(codes) > 1:
            self.fields["before_code"].initial, self.fields["code"].initial = codes[-2][0], codes[-1][0]

    def read(self, step: Any) -> dict[str, Any]:
        """`before` is the story in a form, so the field has a name of its own."""
        return super().read(step) | {"before_code": step.before}

    def own(self) -> dict[str, Any]:
        """Both states."""
        return {"before": self.cleaned_data["before_code"], "code": self.cleaned_data["code"]}


class TestsForm(StepForm):
    """What tests or linters printed."""

    kind, needs = "tests", "codes"

    witness = forms.ChoiceField(
        label="Who prints", choices=[("T", "T, the code's own tests"), ("L", "L, a linter")]
    )
    code = forms.ChoiceField(label="State of the code")
    command = forms.CharField(
        label="Command",
        required=False,
        max_length=SHORT,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    output = Words(label="Output", css="code", rows=12, required=True, help_text="To the letter.")
    passed = forms.IntegerField(
        label="Passed", min_value=0, initial=0, widget=forms.NumberInput(attrs={"class": "short"})
    )
    failed = forms.IntegerField(
        label="Failed, or complaints",
        min_value=0,
        initial=0,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    def prepare(self) -> None:
        """The states of the code."""
        super().prepare()
        choices(self, "code", _codes(self.before))

    def own(self) -> dict[str, Any]:
        """All of it."""
        return {
            name: self.cleaned_data[name]
            for name in ("witness", "code", "command", "output", "passed", "failed")
        }


class PlanForm(StepForm):
    """A plan."""

    kind = "plan"

    plan = Words(label="The plan", rows=14, required=True, help_text="Markdown.")
    revises = forms.ChoiceField(
        label="Revises", required=False, help_text="What changed since that plan is marked."
    )

    def prepare(self) -> None:
        """The other plans."""
        super().prepare()
        own = self.step.id if self.step else ""
        plans = [(s.id, s.title) for s in self.before.steps if isinstance(s, PlanStep) and s.id != own]
        choices(self, "revises", [NONE, *plans])

    def read(self, step: Any) -> dict[str, Any]:
        """`before` is the story in a form, so the field has a name of its own."""
        return super().read(step) | {"revises": step.before or ""}

    def own(self) -> dict[str, Any]:
        """The plan and what it revises."""
        return {"plan": self.cleaned_data["plan"], "before": self.cleaned_data["revises"] or None}


class ReviewForm(StepForm):
    """A review, finding by finding."""

    kind, needs, kinds = "review", "witnesses", {"said": SAID}

    of = forms.ChoiceField(label="Of")
    protocol = forms.CharField(
        label="Kind of review",
        max_length=SHORT,
        help_text="Such as self-review, cross-model, adversarial, consensus.",
        widget=forms.TextInput(attrs={"list": "protocols", "autocomplete": "off"}),
    )
    focus = forms.CharField(label="Focus", required=False, max_length=SHORT)
    witnesses = forms.MultipleChoiceField(
        label="Who reviews",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Say who reviews."},
    )
    ending = Words(label="Its last word", rows=2, help_text="Such as “Nothing more to say.”")
    unable = forms.CharField(
        label="Why it could not review",
        required=False,
        max_length=SHORT,
        help_text="Empty where it could: that it found nothing is another thing.",
    )

    def prepare(self) -> None:
        """What there is to be reviewed, and by whom."""
        super().prepare()
        codes = [(f"code:{name}", f"the code, {title}") for name, title in _codes(self.before)]
        plans = [
            (f"plan:{s.id}", f"the plan, {s.title}") for s in self.before.steps if isinstance(s, PlanStep)
        ]
        choices(self, "of", [*codes, *plans])
        choices(self, "witnesses", _witnesses(self.before))

    def read(self, step: Any) -> dict[str, Any]:
        """The code or the plan in one field."""
        of = f"code:{step.code}" if step.code else f"plan:{step.plan}"
        return super().read(step) | {"of": of, "witnesses": list(step.witnesses)}

    def read_rows(self, step: Any) -> dict[str, list[dict[str, Any]]]:
        """The findings."""
        return {"said": [row_of(item.model_dump(mode="json")) for item in cast(ReviewStep, step).said]}

    def own(self) -> dict[str, Any]:
        """All of it."""
        values = self.cleaned_data
        what, _, name = values["of"].partition(":")
        texts = {name: values[name] for name in ("protocol", "focus", "ending", "unable")}
        rows = [said(row) for row in self.rows["said"].values]
        return texts | {what: name, "witnesses": _in_order(values["witnesses"], self.step), "said": rows}


def _in_order(sigla: list[str], step: AnyStep | None) -> list[str]:
    """Those that were there keep their order; new ones follow in the story's."""
    before: tuple[str, ...] = getattr(step, "witnesses", ())
    return [*(s for s in before if s in sigla), *(s for s in sigla if s not in before)]


class QuestionForm(StepForm):
    """A question to the class."""

    kind, kinds = "question", {"files": ASKED, "choices": ANSWERS}

    code = forms.ChoiceField(label="State of the code", required=False)
    marks = forms.BooleanField(label="Lines are marked in the code", required=False, initial=True)
    severity = forms.BooleanField(label="Each mark has a severity", required=False, initial=True)
    words = forms.BooleanField(
        label="A few words may be sent", required=False, initial=True, help_text="You let them through first."
    )
    confidence = forms.BooleanField(label="How sure one is", required=False, initial=True)

    def prepare(self) -> None:
        """The states of the code."""
        super().prepare()
        choices(self, "code", [NONE, *_codes(self.before)])

    def read_rows(self, step: Any) -> dict[str, list[dict[str, Any]]]:
        """The files, and the answers with the right one ticked."""
        question = cast(QuestionStep, step)
        answers = [{"text": text, "right": n == question.right} for n, text in enumerate(question.choices)]
        return {"files": [item.model_dump() for item in question.files], "choices": answers}

    def own(self) -> dict[str, Any]:
        """All of it."""
        values = self.cleaned_data
        rows = self.rows["choices"].values
        right = [number for number, row in enumerate(rows) if row["right"]]
        if len(right) > 1:
            raise editing.Broken("Two answers are ticked as the right one. Tick one, or none.")
        ticks = {name: values[name] for name in ("marks", "severity", "words", "confidence")}
        return ticks | {
            "code": values["code"] or None,
            "files": lines(self.rows["files"].values),
            "choices": [row["text"] for row in rows],
            "right": right[0] if right else None,
        }


class RevealForm(StepForm):
    """What the class answered."""

    kind, needs = "reveal", "questions"

    question = forms.ChoiceField(label="Question")

    def prepare(self) -> None:
        """The questions, the last one chosen."""
        super().prepare()
        questions = [(step.id, step.title) for step in self.before.questions()]
        choices(self, "question", questions)
        if questions:
            self.fields["question"].initial = questions[-1][0]

    def own(self) -> dict[str, Any]:
        """The question."""
        return {"question": self.cleaned_data["question"]}


class TableForm(StepForm):
    """Who saw what."""

    kind, needs = "table", "witnesses"

    witnesses = forms.MultipleChoiceField(
        label="Columns",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one witness."},
    )
    code = forms.ChoiceField(
        label="Only defects of", required=False, help_text="Else all defects of the walkthrough are rows."
    )

    def prepare(self) -> None:
        """The witnesses and the states of the code."""
        super().prepare()
        choices(self, "witnesses", _witnesses(self.before))
        choices(self, "code", [("", "all"), *_codes(self.before)])

    def read(self, step: Any) -> dict[str, Any]:
        """The witnesses as a list."""
        return super().read(step) | {"witnesses": list(step.witnesses), "code": step.code or ""}

    def own(self) -> dict[str, Any]:
        """Columns, and whose defects."""
        values = self.cleaned_data
        return {"witnesses": _in_order(values["witnesses"], self.step), "code": values["code"] or None}


FORMS: Mapping[str, type[StepForm]] = {
    form.kind: form
    for form in (
        TextForm, CodeForm, ChangeForm, TestsForm, PlanForm, ReviewForm, QuestionForm, RevealForm, TableForm,
    )
}  # fmt: skip
"""The form of each kind of step."""
