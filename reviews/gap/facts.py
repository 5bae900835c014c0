"""The facts of one snapshot that all numbers of classes, courses and models are computed from.

Plain data: `reviews.gap.tallies` reads them from the rows and keeps them as JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

VERSION = 1
"""Of the JSON; a tally of another version is made anew."""


@dataclass(frozen=True, slots=True)
class WitnessFact:
    """A witness of one snapshot.

    `family` is the model family ("" for the student, the linters, the tests and the key), `model` its
    provider's name for it, `order` its place in the review plan. `cost` is in millionths of a dollar,
    None where it is not known. `unable`: it could not review, or not all of it.
    """

    siglum: str
    letter: str
    name: str
    family: str = ""
    model: str = ""
    protocol: str = ""
    order: int = 0
    cost: int | None = 0
    calls: int = 0
    seconds: float = 0.0
    unable: bool = False
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class DefectFact:
    """A defect of one snapshot. A duplicate does not appear: its claims count for its original.

    `valid` is None while undecided. `seen` and `asked` are sigla: who saw it, and before whom it was
    (who saw it was asked; who could not review, or never read the file, was not). `notes` counts the
    student's notes on it; `in_key` says whether the answer key knows it.
    """

    pk: int
    number: int
    title: str
    severity: str
    odc_type: str
    valid: bool | None
    seen: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    notes: int = 0
    in_key: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that counts of one snapshot.

    `green`: its own tests ran and all passed. `stated` are the student's confidences from 0 to 1 with
    whether the note was right, for each decided note that states one.
    """

    snapshot: int
    green: bool
    witnesses: tuple[WitnessFact, ...]
    defects: tuple[DefectFact, ...]
    stated: tuple[tuple[float, bool], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for `Tally.facts`."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Facts:
        """The inverse of `as_json`."""
        return cls(
            snapshot=values["snapshot"],
            green=values["green"],
            witnesses=tuple(WitnessFact(**item) for item in values["witnesses"]),
            defects=tuple(
                DefectFact(**{**item, "seen": tuple(item["seen"]), "asked": tuple(item["asked"])})
                for item in values["defects"]
            ),
            stated=tuple((float(stated), bool(right)) for stated, right in values["stated"]),
        )
