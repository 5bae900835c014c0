"""What the evidence suggests about a defect. A suggestion with its reasons: only a person decides.

Independent voices are counted, not heads: passes of one model, and models of one family, share their
blind spots and are one voice; so are all linters together, and so is the student. Nothing is ever
suggested to be dismissed for being alone: that takes a refutation that quotes the code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from reviews.claims import Stance
from reviews.protocols.panel import Fate

VOICE = 1.0
"""What an independent voice weighs that made the claim without having heard of it."""

UNGROUNDED_VOICE = 0.5
"""What it weighs where nothing that it cites is there."""

ECHO = 0.5
"""What a family weighs that only agreed with what it was shown."""

KEPT = 0.5
"""What it adds that a panel kept it for more than one reviewer's word: as confirmed, or as seen from
several places."""

REFUTATION = -1.5
"""What a family weighs that refuted it with a line that stands in the code."""

DISMISSAL = -0.5
"""What a panel's dismissal adds: the refutation that led to it is weighed already."""

VALID_FROM, INVALID_TO = 2.0, -1.5
"""Two independent voices, unrefuted, suffice to suggest a valid defect; a refutation that nobody, or
only who cites nothing that is there, speaks against, to suggest a false alarm."""

FULL = 4.0
"""A sum this far from zero is the strongest suggestion."""

SuggestedStanding = Literal["valid", "invalid"]
"""Values of `Defect.standing`."""


class Source(StrEnum):
    """Who makes a claim, as far as its independence goes."""

    STUDENT = "student"
    LINTER = "linter"
    MODEL = "model"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class Voice:
    """One claim as evidence. `family` is the model's, or the name of an imported tool; else empty.

    `grounded` says whether what it cites is really there, `fate` what its panel made of it, and
    `taken_back` that its maker gave it up there.
    """

    source: Source
    family: str = ""
    grounded: bool = True
    fate: Fate | None = None
    taken_back: bool = False

    @property
    def who(self) -> tuple[Source, str]:
        """Who speaks: claims of one model family, or of one tool, are one voice."""
        return self.source, self.family

    @property
    def stands(self) -> bool:
        """Whether its maker still stands for it: what a panel dismissed speaks for nothing."""
        return self.fate is not Fate.DISMISSED and not self.taken_back


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reviewer of a panel in the end said of a claim that it was shown.

    `grounded` says whether the quoted line stands in the code; who refutes without one is not heard.
    """

    family: str
    stance: Stance
    reason: str = ""
    quote: str = ""
    grounded: bool = False

    @property
    def refutes(self) -> bool:
        """Whether it refutes with evidence."""
        return self.stance is Stance.REFUTE and self.grounded and bool(self.quote.strip())


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that speaks for and against one defect; the order of either does not matter."""

    voices: tuple[Voice, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    in_key: bool = False

    @property
    def refutation(self) -> Opinion | None:
        """The refutation that tells most, of those with evidence: a dismissal can rest on it."""
        grounded = [opinion for opinion in self.opinions if opinion.refutes]
        return max(
            grounded, key=lambda one: (len(one.reason), one.reason, one.quote, one.family), default=None
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested standing, None where the evidence does not suffice; `reasons` are sentences.

    `strength` goes from 0 (nothing is suggested) to 1.
    """

    standing: SuggestedStanding | None
    strength: float
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        """How strong it is, in a word."""
        if self.standing is None:
            return "none"
        return "weak" if self.strength <= 0.5 else "clear" if self.strength < 1.0 else "strong"


def suggest(evidence: Evidence) -> Suggestion:
    """Weigh the evidence. More independent confirmation never lowers what is suggested.

    Valid takes two independent voices of which one at least cites what is there; invalid takes a
    refutation with a line of the code; what the answer key knows is valid.
    """
    reasons = _reasons(evidence)
    if evidence.in_key:
        return Suggestion("valid", 1.0, ("The answer key knows it.", *reasons))
    total = balance(evidence)
    if total >= VALID_FROM and _is_grounded(evidence):
        return Suggestion("valid", min(total / FULL, 1.0), reasons)
    if total <= INVALID_TO and evidence.refutation:
        return Suggestion("invalid", min(-total / FULL, 1.0), reasons)
    return Suggestion(None, 0.0, (*reasons, _undecided(evidence)))


def balance(evidence: Evidence) -> float:
    """The sum of what speaks for a defect and, negative, against it; the answer key apart."""
    best: dict[tuple[Source, str], float] = {}
    for item in evidence.voices:
        if item.stands:
            weight = VOICE if item.grounded else UNGROUNDED_VOICE
            best[item.who] = max(best.get(item.who, 0.0), weight)
    fates = {item.fate for item in evidence.voices}
    return (
        sum(best.values())
        + ECHO * len(_echoes(evidence))
        + KEPT * bool(fates & {Fate.CONFIRMED, Fate.INTEGRATION})
        + REFUTATION * len(_refuting(evidence))
        + DISMISSAL * (Fate.DISMISSED in fates)
    )


def _families(evidence: Evidence, source: Source) -> list[str]:
    """The families (or tools) of that kind that stand for it, by name."""
    return sorted({item.family for item in evidence.voices if item.source is source and item.stands})


def _echoes(evidence: Evidence) -> list[str]:
    """The families that agreed with it and did not make it themselves."""
    agreeing = {opinion.family for opinion in evidence.opinions if opinion.stance is Stance.CONFIRM}
    makers = {item.family for item in evidence.voices if item.source is Source.MODEL}
    return sorted(agreeing - makers)


def _refuting(evidence: Evidence) -> list[str]:
    return sorted({opinion.family for opinion in evidence.opinions if opinion.refutes})


def _is_grounded(evidence: Evidence) -> bool:
    return any(item.grounded for item in evidence.voices if item.stands)


# --- In sentences -------------------------------------------------------------------------------------
def _reasons(evidence: Evidence) -> tuple[str, ...]:
    """What speaks for it, then what speaks against it."""
    return tuple(filter(None, (*_for(evidence), *_against(evidence))))


def _for(evidence: Evidence) -> Iterable[str]:
    families = _families(evidence, Source.MODEL)
    makers = [item for item in evidence.voices if item.source is Source.MODEL and item.stands]
    if len(families) > 1:
        yield f"Models of {len(families)} independent families say so: {_listed(families)}."
    elif len(makers) > 1:
        yield f"{len(makers)} claims by models, all of one family ({_listed(families)}): they count once."
    elif families:
        yield f"One model says so ({_listed(families)})."
    if _families(evidence, Source.STUDENT):
        yield "The student noted it before any model spoke."
    if _families(evidence, Source.LINTER):
        yield "Linters report it; together they are one voice."
    if tools := _families(evidence, Source.TOOL):
        yield f"It is in what was imported: {_listed(tools)}."
    fates = {item.fate for item in evidence.voices}
    if Fate.CONFIRMED in fates:
        yield "A panel confirmed it."
    if Fate.INTEGRATION in fates:
        yield "A panel found that it shows only where several places are read together."
    if echoes := _echoes(evidence):
        yield f"Shown the claim, {_listed(echoes)} agreed; that weighs half."


def _against(evidence: Evidence) -> Iterable[str]:
    if Fate.DISMISSED in {item.fate for item in evidence.voices}:
        yield "A panel dismissed it."
    if refuting := _refuting(evidence):
        yield f"Refuted by {_listed(refuting)}, with a line that stands in the code."
    unheard = [one for one in evidence.opinions if one.stance is Stance.REFUTE and not one.refutes]
    if unheard:
        yield f"{_times(len(unheard), 'refutation')} without a line of this code: not heard."
    if any(one.stance is Stance.WITHDRAW for one in evidence.opinions):
        yield "A reviewer that had made it took it back."
    speaking = [item for item in evidence.voices if item.stands]
    if speaking and not _is_grounded(evidence):
        yield "Nothing that its claims cite is in the code."


def _undecided(evidence: Evidence) -> str:
    """Why nothing is suggested, and what to do."""
    speaking = [item for item in evidence.voices if item.stands]
    if _refuting(evidence):
        return "Word stands against word: read the line."
    if not speaking:
        return "Nobody stands for it any more, and nobody quoted a line against it: read the code."
    if not _is_grounded(evidence):
        return "Whether it is there at all has to be seen: read the code."
    if len({item.who for item in speaking}) > 1 or _echoes(evidence):
        return "Together that is too little to suggest anything: read the line."
    who = "One model" if len(speaking) == 1 else "One family of models"
    who = {Source.STUDENT: "The student", Source.LINTER: "A linter", Source.TOOL: "One tool"}.get(
        speaking[0].source, who
    )
    return f"{who} alone says so, and nobody refuted it: read the line."


def _listed(names: Iterable[str]) -> str:
    *first, last = [name or "a model of unknown family" for name in names]
    return f"{', '.join(first)} and {last}" if first else last


def _times(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count} {word}s"
