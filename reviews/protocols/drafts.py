"""A text that one criticises and another revises: which turn is next, and what became of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from reviews.briefs import Document, Exhibit, Task
from reviews.claims import Severity, Verdict
from reviews.protocols.base import Returned, Seat, Turn
from reviews.protocols.exhibits import as_text, in_order

UNNAMED = "The text was not approved, and nothing in particular was named."


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits over a text: the reader who criticises, and who revises. `reviews` is how often at most.

    Every turn is a round of its own, and all go by one siglum.
    """

    siglum: str
    reader: Seat
    reviser: Seat
    reviews: int


def next_turn(desk: Desk, document: Document, returned: Sequence[Returned]) -> Turn | None:
    """The next review or revision of the text; None where there is nothing more to do to it.

    It ends with an approval, at the last review, when somebody could not answer, and with a
    revision that changed nothing: the same text would be read again.
    """
    passes = in_order(returned)
    if not passes:
        return _review(desk, document, passes)
    last = passes[-1]
    if not last.answered:
        return None
    if last.turn.task is Task.REVISE:
        return _review(desk, document, passes) if _changed(last) else None
    if approves(last) or len(_reviews(passes)) >= desk.reviews:
        return None
    exhibit = Exhibit("What a reviewer found in it", as_text(last.findings) if last.findings else UNNAMED)
    return _turn(desk.reviser, desk, passes, Task.REVISE, latest(document, passes), exhibit)


def approves(review: Returned) -> bool:
    """Whether somebody approves: they answered, they say so, and they name nothing major or worse.

    Who approves and lists a critical finding contradicts themselves, which is no approval.
    """
    return review.answered and review.verdict is Verdict.APPROVE and _serious(review) == 0


def latest(document: Document, returned: Sequence[Returned]) -> Document:
    """The text as it was last revised."""
    written = [item.text for item in in_order(returned) if _wrote(item)]
    return replace(document, text=written[-1]) if written else document


def history(document: Document, returned: Sequence[Returned]) -> dict[str, Any]:
    """What became of the text, as plain JSON values that refer to the passes by round and position.

    `approved`; the document's `path`; `versions` in order, of which the first (round 0) is what was
    handed in and each other is the text of the pass that it names; `verdicts`, each with the number
    of the version that it is about (from 0) and of its findings, in all and serious ones. A pass
    that could not answer is there with `answered` false, and approves of nothing.
    """
    versions: list[dict[str, Any]] = [{"round": 0, "position": 0, "by": "handed in"}]
    verdicts: list[dict[str, Any]] = []
    for item in in_order(returned):
        if _wrote(item):
            versions.append(_named(item))
        elif item.turn.task is Task.REVIEW_TEXT:
            verdicts.append({**_named(item), "version": len(versions) - 1, **_judgement(item)})
    approved = bool(verdicts) and verdicts[-1]["approved"]
    return {"approved": approved, "path": document.path, "versions": versions, "verdicts": verdicts}


def _review(desk: Desk, document: Document, passes: Sequence[Returned]) -> Turn:
    before = _reviews(passes)
    shown = [Exhibit("What you found in the version before", as_text(before[-1].findings))] if before else []
    return _turn(desk.reader, desk, passes, Task.REVIEW_TEXT, latest(document, passes), *shown)


def _turn(
    seat: Seat, desk: Desk, passes: Sequence[Returned], task: Task, text: Document, *shown: Exhibit
) -> Turn:
    number = passes[-1].turn.round + 1 if passes else 1
    return Turn(seat, number, 1, desk.siglum, task, exhibits=shown, document=text)


def _reviews(passes: Sequence[Returned]) -> list[Returned]:
    return [item for item in passes if item.turn.task is Task.REVIEW_TEXT]


def _wrote(item: Returned) -> bool:
    """Whether it is a new version: an empty one is none, and neither is the one before."""
    return item.turn.task is Task.REVISE and item.answered and _changed(item)


def _changed(revision: Returned) -> bool:
    before = revision.turn.document.text if revision.turn.document else ""
    return revision.text.strip() not in ("", before.strip())


def _serious(review: Returned) -> int:
    return sum(claim.severity.rank >= Severity.MAJOR.rank for claim in review.findings)


def _named(item: Returned) -> dict[str, Any]:
    return {"round": item.turn.round, "position": item.turn.position, "by": item.turn.seat.name}


def _judgement(review: Returned) -> dict[str, Any]:
    return {
        "answered": review.answered,
        "verdict": review.verdict.value if review.verdict else "",
        "approved": approves(review),
        "findings": len(review.findings),
        "serious": _serious(review),
    }
