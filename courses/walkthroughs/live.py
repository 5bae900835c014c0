"""A review that was run live, set into its story in the recording's place: plain functions over plain data.

What was said is matched to the story's defects, so that everything that counts (who saw what, the
reveal, the table) counts it as it counts a recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from courses.walkthroughs.parts import Defect, Said, Siglum, Witness
from courses.walkthroughs.steps import MOST_SAID, AnyStep, ReviewStep
from courses.walkthroughs.story import Story
from reviews.claims import Claim
from reviews.gap.match import one_to_one

Outcome = Literal["", "confirmed", "single", "integration", "dismissed"]

STILL_READING = "it is still reading"
"""Why a review that goes on has said nothing yet: this is no silence."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One reviewer of a live run: its model's name, how far it is, and why it could not review."""

    siglum: Siglum
    name: str
    family: str
    state: Literal["waiting", "reading", "answered", "unable"]
    found: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A finding of a live run; of a panel with what it made of it, and the line that it quotes.

    A `vote` is a word about somebody's finding: whoever gives it has not seen the defect by themselves.
    """

    siglum: Siglum
    claim: Claim
    outcome: Outcome = ""
    reason: str = ""
    quote: str = ""
    vote: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """A live run as far as it is. `unable` says why it could not review, or not wholly.

    `ending` is its last word where it has one. Of a panel's round `of_more` says that something came of
    the panel: then a round without a word is part of it.
    """

    step: str
    voices: tuple[Voice, ...]
    spoken: tuple[Spoken, ...]
    reading: bool
    unable: str = ""
    ending: str = ""
    of_more: bool = False

    @property
    def failed(self) -> bool:
        """Whether nothing came of it: then the recording is shown."""
        return bool(self.unable) and not self.spoken and not self.reading and not self.of_more

    @property
    def last_word(self) -> str:
        """What it ends with: nothing where findings speak for themselves, or it is not done."""
        if self.reading or self.unable:
            return ""
        return self.ending or ("" if self.spoken else "Nothing more to say.")


def with_live(story: Story, live: Live) -> Story:
    """The story with what was said live in a review; beats, witnesses and counts follow from it."""
    step = story.step(live.step)
    if not isinstance(step, ReviewStep):
        return story
    said = said_of(story, step, live.spoken)
    changed = step.model_copy(
        update={
            "said": said,
            "ending": live.last_word,
            "unable": STILL_READING if live.reading else live.unable[:300],
        }
    )
    steps: list[AnyStep] = [changed if item.id == step.id else item for item in story.steps]
    return story.model_copy(update={"steps": tuple(steps), "witnesses": _witnesses(story, step, live)})


def said_of(story: Story, step: ReviewStep, spoken: Sequence[Spoken]) -> tuple[Said, ...]:
    """The findings of a live run as a story tells them, each with the defect that it is about, if any."""
    about = defects_of(story, step.code or "", spoken)
    said = tuple(_said(item, defect) for item, defect in zip(spoken, about, strict=True))[:MOST_SAID]
    if step.plan is None:
        return said
    # On the stage a plan has no lines and no file: the quotation says where.
    return tuple(item.model_copy(update={"path": "", "first": None, "last": None}) for item in said)


def defects_of(story: Story, code: str, spoken: Sequence[Spoken]) -> tuple[str | None, ...]:
    """For each finding the defect of this state of the code that it speaks of; None for any other.

    Each witness names a defect once: it is matched by itself, and its best finding counts.
    """
    defects = story.defects_in(code)
    told = [_claim(defect, code) for defect in defects]
    found: list[str | None] = [None] * len(spoken)
    for siglum in {item.siglum for item in spoken}:
        mine = [index for index, item in enumerate(spoken) if item.siglum == siglum and not item.vote]
        for pair in one_to_one([spoken[index].claim for index in mine], told):
            found[mine[pair.left]] = defects[pair.right].id
    return tuple(found)


def siglum_of(step: ReviewStep, place: int) -> Siglum:
    """For which of the step's witnesses the reviewer in this place (from 0) speaks; beyond them the last."""
    return step.witnesses[min(place, len(step.witnesses) - 1)]


def _claim(defect: Defect, code: str) -> Claim:
    """A defect as matching wants it: at its first place in this state, the others beside."""
    places = [place for where in defect.places_in(code) if (place := where.place)]
    path = next((where.path for where in defect.places_in(code) if where.path), "")
    return Claim(
        title=defect.title,
        explanation=defect.explanation,
        severity=defect.severity,
        path=places[0].path if places else path,
        place=places[0] if places else None,
        odc_type=defect.odc_type,
        cwe=defect.cwe,
        elsewhere=tuple(places[1:]),
    )


def _said(item: Spoken, defect: str | None) -> Said:
    claim = item.claim
    return Said(
        witness=item.siglum,
        title=claim.title[:300] or "Untitled",
        explanation=claim.explanation[:20_000],
        severity=claim.severity,
        path=(claim.place.path if claim.place else claim.path)[:400],
        first=claim.place.first_line if claim.place else None,
        last=claim.place.last_line if claim.place else None,
        quote=(item.quote or claim.quote)[:20_000],
        odc_type=claim.odc_type,
        cwe=claim.cwe,
        confidence=claim.confidence,
        fix=claim.suggested_fix[:20_000],
        defect=defect,
        outcome=item.outcome,
        reason=item.reason[:20_000],
    )


def witnesses_of(story: Story, step: ReviewStep, live: Live) -> tuple[Witness, ...]:
    """Who speaks in a live review: the step's witnesses with the models that were really asked."""
    return tuple(_live_witness(story.witness(siglum), live) for siglum in step.witnesses)


def _live_witness(recorded: Witness, live: Live) -> Witness:
    voices = [voice for voice in live.voices if voice.siglum == recorded.siglum]
    if not voices:
        return recorded
    names = ", ".join(dict.fromkeys(voice.name for voice in voices))
    families = ", ".join(dict.fromkeys(voice.family for voice in voices))
    return Witness(siglum=recorded.siglum, name=names[:300], family=families[:300], recorded=False)


def _witnesses(story: Story, step: ReviewStep, live: Live) -> tuple[Witness, ...]:
    """Who speaks in this review alone is live; who is heard elsewhere too is called both."""
    of_this_run = {other.id for other in story.together(step)}
    elsewhere = {
        siglum for other in story.reviews() if other.id not in of_this_run for siglum in other.witnesses
    }
    now = {witness.siglum: witness for witness in witnesses_of(story, step, live)}
    return tuple(
        witness
        if witness.siglum not in now or now[witness.siglum].recorded
        else now[witness.siglum]
        if witness.siglum not in elsewhere
        else witness.model_copy(update={"name": f"{witness.name}; live {now[witness.siglum].name}"[:300]})
        for witness in story.witnesses
    )
