"""One review with all that was said in it: round by round, what a panel made of it, every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.utils import timezone

from courses.domain.queries.excerpt import Said, said_by
from courses.domain.queries.judged import JudgedPair, judged_pairs
from courses.domain.queries.ledger import Paid, paid_by_pass
from courses.domain.queries.panel import PassLine, in_words, label_of, pass_line
from courses.domain.queries.versions import Patch, Version, patch_of, versions_of
from reviews.briefs import Task
from reviews.claims import Stance
from reviews.models import Finding, Pass, Review
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol, Setup


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference in somebody's words stands for. `anchor` is empty for one that stands for nothing."""

    ref: str
    title: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What a reviewer made of a finding that it was shown; `grounded`: the quoted line stands in the code."""

    about: Reference
    stance: str
    reason: str
    quote: str
    path: str
    grounded: bool
    severity: str
    who: str = ""
    of_pair: bool = False

    @property
    def verb(self) -> str:
        """What was made of it, as one says it."""
        return (_OF_PAIRS if self.of_pair else _OF_FINDINGS)[Stance(self.stance)]


_OF_FINDINGS = {Stance.CONFIRM: "confirms", Stance.REFUTE: "refutes", Stance.WITHDRAW: "withdraws"}
_OF_PAIRS = {Stance.CONFIRM: "calls the same", Stance.REFUTE: "tells apart"}


@dataclass(frozen=True, slots=True)
class Found:
    """A finding under the reference by which others speak of it."""

    ref: str
    said: Said


@dataclass(frozen=True, slots=True)
class Part:
    """A pass with all that came of it."""

    line: PassLine
    found: tuple[Found, ...]
    words: tuple[Word, ...]
    paid: Paid

    @property
    def item(self) -> Pass:
        """The pass itself."""
        return self.line.item


@dataclass(frozen=True, slots=True)
class Round:
    """The passes that were asked at once."""

    number: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A place at a panel's table: who sat there, for which role, and in how many rounds it answered."""

    name: str
    role: str
    family: str
    answered: int


@dataclass(frozen=True, slots=True)
class Group:
    """One thing that a panel found, whoever said it, and who stands for it in the end."""

    title: str
    about: tuple[Reference, ...]
    places: tuple[tuple[str, int, int], ...]
    supporters: tuple[Member, ...]
    severity: str
    spread: tuple[str, str]
    against: tuple[Word, ...]
    disputed: bool

    @property
    def families(self) -> int:
        """How many independent families stand for it."""
        return len(self._families)

    @property
    def family_names(self) -> str:
        """Their names."""
        return ", ".join(sorted(family or "unknown" for family in self._families))

    @property
    def _families(self) -> set[str]:
        return {member.family for member in self.supporters}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The groups that came out alike, with what that means."""

    name: str
    meaning: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class PanelResult:
    """What a panel made of its findings."""

    members: tuple[Member, ...]
    voices: int
    families: int
    rounds: int
    stopped_early: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """A review with all that was said in it."""

    review: Review
    protocol: Protocol
    setup: Setup | None
    rounds: tuple[Round, ...]
    panel: PanelResult | None
    path: str
    versions: tuple[Version, ...]
    patch: Patch | None
    judged: tuple[JudgedPair, ...]
    runs: tuple[Review, ...]
    paid: Paid

    @property
    def label(self) -> str:
        """What it is called."""
        return label_of(self.review)

    @property
    def approved(self) -> bool | None:
        """Whether the text or the patch was approved; None where there was none, or it goes on."""
        return self.review.result.get("approved") if self.review.ended else None

    @property
    def elapsed(self) -> str:
        """How long it took, in words; empty while it goes on."""
        review = self.review
        if not review.ended_at:
            return ""
        return in_words((review.ended_at - (review.started_at or review.created_at)).total_seconds())


MEANINGS = {
    "confirmed": "Two or more reviewers stand for it. Count the families, not the heads: models of one "
    "family share their blind spots.",
    "integration": "It shows only where two or more places are read together.",
    "single": "One reviewer says so, and nobody refuted it. Being alone is no reason to be dismissed.",
    "dismissed": "Refuted with a line of the code, or taken back by whoever said it.",
}


def review_page(review: Review) -> ReviewPage:
    """Everything of one review, in a fixed number of queries."""
    passes = list(review.passes.select_related("reviewer").order_by("round", "position"))
    for item in passes:
        item.review = review
    found = _found(review, passes)
    references = {item.ref: _reference(item) for items in found.values() for item in items}
    setup = Setup.from_json(review.setup) if review.setup else None
    judged = judged_pairs(review, setup) if setup else ()
    references |= {pair.ref: Reference(pair.ref, pair.title, pair.anchor) for pair in judged}
    paid = paid_by_pass(review)
    versions, path = versions_of(review, passes)
    parts = [_part(item, found.get(item.pk, ()), references, paid.get(item.pk, Paid())) for item in passes]
    runs = Review.objects.filter(snapshot=review.snapshot_id, position=review.position).defer(
        "setup", "result"
    )
    return ReviewPage(
        review,
        PROTOCOLS[review.protocol],
        setup,
        tuple(
            Round(number, tuple(rows)) for number, rows in groupby(parts, key=lambda part: part.item.round)
        ),
        _panel(review.result, references),
        path,
        versions,
        patch_of(review, passes),
        judged,
        tuple(runs.order_by("attempt")),
        sum(paid.values(), Paid()),
    )


# --- Who said what ------------------------------------------------------------------------------------
def _found(review: Review, passes: Sequence[Pass]) -> dict[int, list[Found]]:
    """The findings of each pass. A reference counts the findings of the whole review, as its reviewers do."""
    by_pk = {item.pk: item for item in passes}
    paths = set(review.snapshot.files.values_list("path", flat=True))
    rows = Finding.objects.filter(by_pass__review=review).select_related("defect")
    found: dict[int, list[Found]] = {}
    for number, row in enumerate(rows.order_by("by_pass__round", "by_pass__position", "position"), 1):
        row.by_pass = by_pk[row.by_pass_id]
        readable = row.by_pass.about_code and row.path in paths
        found.setdefault(row.by_pass_id, []).append(Found(f"F{number}", said_by(row, readable=readable)))
    return found


def _reference(found: Found) -> Reference:
    return Reference(found.ref, found.said.claim.title or "Untitled", found.said.anchor)


def _part(item: Pass, found: Sequence[Found], references: Mapping[str, Reference], paid: Paid) -> Part:
    of_pairs = Task(item.task) is Task.JUDGE
    words = (replace(_word(vote, references), of_pair=of_pairs) for vote in item.votes)
    return Part(pass_line(item, {item.pk: len(found)}, timezone.now()), tuple(found), tuple(words), paid)


def _word(said: Mapping[str, Any], references: Mapping[str, Reference]) -> Word:
    ref = str(said["ref"])
    return Word(
        about=references.get(ref, Reference(ref)),
        stance=said["stance"],
        reason=said["reason"],
        quote=said["quote"],
        path=said["path"],
        grounded=said["grounded"],
        severity=said.get("severity") or "",
        who=" as ".join(filter(None, (said.get("name"), said.get("role")))),
    )


# --- What a panel made of it --------------------------------------------------------------------------
def _panel(result: Mapping[str, Any], references: Mapping[str, Reference]) -> PanelResult | None:
    if "groups" not in result:
        return None
    members = {
        who["position"]: Member(who["name"], who["role"], who["family"], who["answered"])
        for who in result["panel"]
    }
    return PanelResult(
        members=tuple(members.values()),
        voices=result["voices"],
        families=result["families"],
        rounds=result["rounds"],
        stopped_early=result["stopped_early"],
        outcomes=tuple(
            Outcome(name, meaning, tuple(_group(group, members, references) for group in groups))
            for name, meaning in MEANINGS.items()
            if (groups := [group for group in result["groups"] if group["outcome"] == name])
        ),
    )


def _group(
    group: Mapping[str, Any], members: Mapping[int, Member], references: Mapping[str, Reference]
) -> Group:
    return Group(
        title=group["title"],
        about=tuple(references.get(ref, Reference(ref)) for ref in group["refs"]),
        places=tuple((path, first, last) for path, first, last in group["places"]),
        supporters=tuple(members[position] for position in group["by"]),
        severity=group["severity"],
        spread=(group["spread"][0], group["spread"][1]),
        against=tuple(_word(said, references) for said in group["reasons"]),
        disputed=group["disputed"],
    )
