"""What a pass is told: the shared material of its review, and what is particular to it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.crypto import salted_hmac

from reviews.briefs import Document, Exhibit, Task
from reviews.engine import judging
from reviews.engine.clearances import Outgoing, outgoing
from reviews.models import Pass, Review
from reviews.prompts.compose import Prompt, compose
from reviews.prompts.fence import mark
from reviews.prompts.pack import Packed, pack
from reviews.protocols.base import USUAL_CONTEXT, USUAL_OUTPUT, Seat, Setup
from reviews.snapshots.files import SourceFile

TALK_SHARE = 0.2
"""Of what a reviewer can read, so much is kept for documents and others' findings."""

FIXED_TOKENS = 6_000
"""What system text, role and the form of the reply take, at most."""

LEAST_TOKENS = 1_000
"""So much code is shown in any case; a reviewer that cannot even read that says so."""

EXHIBIT_CHARACTERS = 100_000
"""Of each text that is shown besides the code, so much; then it is said to be cut."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """All that a model is told in one pass.

    `leaving` is the code as it leaves; `subject` are the texts that the claims are checked against: the
    same, or the document that the pass is about.
    """

    prompt: Prompt
    leaving: Outgoing
    subject: tuple[SourceFile, ...]
    packed: Packed
    output_tokens: int

    @property
    def left_out(self) -> list[list[str]]:
        """Pairs of a file and what was shown of it, as JSON."""
        return [list(pair) for pair in self.packed.left_out]


_packing = threading.Lock()
"""The passes of a round want the same at once; one packs it for all."""

NOTHING_PACKED = Packed("", (), ())


def brief(item: Pass) -> Briefing:
    """The briefing of a pass: neither notes nor author nor any claim that the code works is in it."""
    review, task = item.review, Task(item.task)
    setup = Setup.from_json(review.setup)
    leaving = outgoing(review.snapshot)
    document = leaving.document(*item.document) if item.document else None
    packed = _pack(leaving.files, room_for_code(setup.seats)) if task.reads_code else NOTHING_PACKED
    prompt = compose(
        packed.text,
        task,
        item.role,
        focus=leaving.text(setup.focus) if setup.focus else "",
        exhibits=_exhibits(item, setup, leaving),
        document=document,
        material_mark=_mark(review, packed.text),
    )
    subject = leaving.files if task.about_code else _document_as_file(document)
    return Briefing(prompt, leaving, subject, packed, setup.seat(item.reviewer_id).output_tokens)


def _exhibits(item: Pass, setup: Setup, leaving: Outgoing) -> list[Exhibit]:
    shown = [Exhibit(title, _bounded(leaving.text(text))) for title, text in item.exhibits]
    if Task(item.task) is not Task.JUDGE:
        return shown
    files = {leaving.home.get(file.path, file.path): file for file in leaving.files}
    return judging.with_code(shown, setup, item.position, files)


def _bounded(text: str) -> str:
    if len(text) <= EXHIBIT_CHARACTERS:
        return text
    return f"{text[:EXHIBIT_CHARACTERS]}\n[Cut here: {len(text) - EXHIBIT_CHARACTERS:,} characters more.]"


def _document_as_file(document: Document | None) -> tuple[SourceFile, ...]:
    return (SourceFile(document.path, document.text),) if document else ()


def room_for_code(seats: Iterable[Seat]) -> int:
    """Tokens of code that every reviewer of this review can read: what they share must be equal."""
    room = [(seat.context_tokens, seat.output_tokens) for seat in seats if seat.model]
    least = min(
        int(context * (1 - TALK_SHARE)) - output - FIXED_TOKENS
        for context, output in room or [(USUAL_CONTEXT, USUAL_OUTPUT)]
    )
    return max(least, LEAST_TOKENS)


def _mark(review: Review, text: str) -> str:
    """The boundary around a review's shared material: random to everybody else, the same for each pass.

    A boundary per request would make every request's beginning another, and no cache could help.
    Nobody can put it into the code: the snapshot was sealed before it was drawn.
    """
    seed = salted_hmac("reviews.material", f"{review.pk}", algorithm="sha256").hexdigest()
    return mark(seed, [text])


def _pack(files: tuple[SourceFile, ...], tokens: int) -> Packed:
    with _packing:
        return _packed(files, tokens)


@lru_cache(maxsize=32)
def _packed(files: tuple[SourceFile, ...], tokens: int) -> Packed:
    """Packed once in this process for the passes of a review; any process packs it alike."""
    return pack(files, tokens)


def shown_files(briefing: Briefing, not_reviewed: Sequence[str]) -> tuple[str, ...]:
    """The files that a model was shown whole and did not decline: what it was silent on there, it missed."""
    return tuple(path for path in briefing.packed.whole if path not in not_reviewed)
