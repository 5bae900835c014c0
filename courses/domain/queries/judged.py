"""What a judge made of uncertain matches: each pair with its two claims, the word on it, and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from courses.domain.queries.excerpt import said_by
from reviews.engine.judging import claims_named
from reviews.gap.stored import Stored
from reviews.models import Finding, KeyClaim, Pass, Review
from reviews.protocols.base import Setup


@dataclass(frozen=True, slots=True)
class Claimed:
    """One of the two claims, and who makes it: people may know. `anchor` is its place among the lines."""

    title: str
    where: str
    siglum: str
    letter: str
    who: str
    anchor: str


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair with the word on it. `same` is None where the judge contradicted itself or gave no answer."""

    ref: str
    claims: tuple[Claimed, ...]
    answered: bool
    same: bool | None
    reason: str

    @property
    def title(self) -> str:
        """Both claims by their titles."""
        return " / ".join(claim.title for claim in self.claims)

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"pair-{self.ref}"

    @property
    def word(self) -> str:
        """What came of it."""
        if not self.answered:
            return "no answer"
        return {True: "the same", False: "two defects", None: "contradicted itself"}[self.same]


def judged_pairs(review: Review, setup: Setup) -> tuple[JudgedPair, ...]:
    """The pairs of a judging, in their order; in four queries at most, none for other reviews."""
    names = [(pair.first.name, pair.second.name) for pair in setup.pairs]
    rows = claims_named(names) if names else {}
    passes = _passes(rows)
    words = {said["ref"]: said for said in review.result.get("pairs", ())}
    return tuple(
        JudgedPair(
            pair.ref,
            tuple(_claimed(rows[name], passes) for name in both if name in rows),
            pair.ref in words,
            words.get(pair.ref, {}).get("same"),
            words.get(pair.ref, {}).get("reason", ""),
        )
        for pair, both in zip(setup.pairs, names, strict=True)
    )


def _passes(rows: Mapping[str, Stored]) -> Mapping[int, Pass]:
    ids = {row.by_pass_id for row in rows.values() if isinstance(row, Finding)}
    return Pass.objects.select_related("review", "reviewer").in_bulk(ids) if ids else {}


def _claimed(row: Stored, passes: Mapping[int, Pass]) -> Claimed:
    title = row.title or "Untitled"
    if isinstance(row, KeyClaim):
        return Claimed(title, row.where, "K", "K", "The answer key", "")
    if isinstance(row, Finding):
        row.by_pass = passes[row.by_pass_id]
    said = said_by(row, readable=bool(row.path))
    return Claimed(title, row.where, said.siglum, said.letter, said.who, said.anchor)
