"""What a panel makes of its findings: who stands for each, who took back or refuted it, what comes of it.

A reviewer here is a place at the table (the position of its turns), not a model. What it can do to
a finding follows one principle: its own word it takes back at will, with a reason; against the word
of others it needs a line of code. Silence is no vote, and neither is what cannot be understood:
a reference that was not on the table, or two different stances on one finding in one reply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations, groupby

from reviews.claims import Claim, Place, Severity, Stance, Vote
from reviews.protocols.base import Returned
from reviews.protocols.exhibits import in_order, numbered
from reviews.protocols.likeness import SLACK_LINES, Wording, likeness


class Fate(StrEnum):
    """What comes of a finding, in the order in which people want to read them."""

    CONFIRMED = "confirmed"
    INTEGRATION = "integration"
    SINGLE = "single"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding on the table: its number there, who made it in which round, and which others it combines.

    `parts` are the references in `claim.combines` that were on the table then, if two or more.
    """

    number: int
    claim: Claim
    position: int
    round: int
    parts: tuple[str, ...]
    wording: Wording = field(repr=False)

    @property
    def ref(self) -> str:
        """What stands for it in a talk."""
        return f"F{self.number}"


@dataclass(frozen=True, slots=True)
class Voice:
    """Where one reviewer stands on a finding after all it said.

    `severity` is how bad it thinks it is; `against` is what it last said to refute or withdraw it.
    """

    position: int
    supports: bool = False
    severity: Severity | None = None
    against: Vote | None = None

    @property
    def refutes(self) -> bool:
        """Whether it stands against it with evidence."""
        return self.against is not None and _has_evidence(self.against)


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that the panel found: the findings that say it, where everyone stands, what came of it."""

    entries: tuple[Entry, ...]
    voices: tuple[Voice, ...]
    places: tuple[Place, ...]

    @property
    def supporters(self) -> tuple[Voice, ...]:
        """Who stands for it."""
        return tuple(voice for voice in self.voices if voice.supports)

    @property
    def refuters(self) -> tuple[Voice, ...]:
        """Who stands against it with evidence."""
        return tuple(voice for voice in self.voices if voice.refutes)

    @property
    def fate(self) -> Fate:
        """What comes of it. Never dismissed for being alone: that takes evidence, or its maker's own word."""
        refuted = bool(self.refuters) and len(self.supporters) < 2
        makers = {entry.position for entry in self.entries}
        taken_back = any(voice.against and voice.position in makers for voice in self.voices)
        if refuted or (taken_back and not self.supporters):
            return Fate.DISMISSED
        if len(self.places) >= 2:
            return Fate.INTEGRATION
        return Fate.CONFIRMED if len(self.supporters) >= 2 else Fate.SINGLE

    @property
    def severities(self) -> list[Severity]:
        """What those who stand for it think of it, worst first; where none does, what its makers said."""
        stated = [voice.severity for voice in self.supporters if voice.severity]
        stated = stated or [entry.claim.severity for entry in self.entries]
        return sorted(stated, key=lambda severity: -severity.rank)


def standings(returned: Sequence[Returned]) -> list[Standing]:
    """What the panel thinks of each thing that it found, by the number of its first finding."""
    passes = [item for item in in_order(returned) if item.answered]
    table = entries(returned)
    by_ref = {entry.ref: entry for entry in table}
    spoken = _spoken(passes, by_ref)
    positions = sorted({item.turn.position for item in passes})
    return [
        Standing(
            tuple(group),
            tuple(_voice(position, group, spoken) for position in positions),
            _areas(place for entry in group for place in _places(entry, by_ref)),
        )
        for group in grouped(table)
    ]


def entries(returned: Sequence[Returned]) -> list[Entry]:
    """Every finding with its maker, in the order of their references.

    One of a pass that could not answer is on the table, too, but nobody stands for it.
    """
    made_by = [item for item in in_order(returned) for _ in item.findings]
    claims = numbered(returned)
    rounds = {ref: item.turn.round for ref, item in zip(claims, made_by, strict=True)}
    return [
        Entry(
            number,
            claim,
            item.turn.position,
            item.turn.round,
            _parts(claim, rounds, item.turn.round),
            Wording.of(claim),
        )
        for number, (claim, item) in enumerate(zip(claims.values(), made_by, strict=True), 1)
    ]


def last_words(returned: Sequence[Returned]) -> dict[str, list[Vote]]:
    """Of each finding what every reviewer last said of it, by reference; only what counts as a vote."""
    by_ref = {entry.ref: entry for entry in entries(returned)}
    spoken = _spoken([item for item in in_order(returned) if item.answered], by_ref)
    last: dict[str, dict[int, Vote]] = defaultdict(dict)
    for (_, position), votes in sorted(spoken.items()):
        for vote in votes:
            last[vote.ref][position] = vote
    return {ref: list(last[ref].values()) for ref in by_ref if ref in last}


# --- Which findings say the same ------------------------------------------------------------------
def grouped(table: Sequence[Entry]) -> list[list[Entry]]:
    """The findings that say the same, together.

    Made in the first round they were made independently and confirm one another. A later finding
    joins what it repeats, which says no more than a vote; it never brings two earlier groups
    together. What one reply names twice are two things, and what combines findings is not the
    same as any of its parts.
    """
    groups: list[list[Entry]] = []
    for _, fresh in groupby(table, key=lambda entry: entry.round):
        groups = _join(groups, list(fresh))
    return sorted(groups, key=lambda group: group[0].number)


def _join(settled: Sequence[list[Entry]], fresh: Sequence[Entry]) -> list[list[Entry]]:
    """Complete linkage, greedily from the most alike pair down; the outcome knows no order of reviewers."""
    homes = {entry.number: group for group in settled for entry in group} | {e.number: [e] for e in fresh}
    pairs = [*((a, b) for group in settled for a in group for b in fresh), *combinations(fresh, 2)]
    alike = {(a.number, b.number): score for a, b in pairs if (score := _likeness(a, b))}
    keys = {entry.number: _canonical(entry) for group in homes.values() for entry in group}
    for a, b in sorted(alike, key=lambda pair: (-alike[pair], *sorted((keys[pair[0]], keys[pair[1]])))):
        ours, theirs = sorted((homes[a], homes[b]), key=lambda group: group[0].number)
        if ours is theirs:
            continue
        # Two settled groups stay two: their pairs are not among these.
        if all((min(x.number, y.number), max(x.number, y.number)) in alike for x in ours for y in theirs):
            ours += theirs
            ours.sort(key=lambda entry: entry.number)
            homes |= {entry.number: ours for entry in theirs}
    return list({id(group): group for group in homes.values()}.values())


def _likeness(a: Entry, b: Entry) -> float:
    """How alike two findings are that may be one; 0.0 for others."""
    if (a.position, a.round) == (b.position, b.round) or bool(a.parts) != bool(b.parts):
        return 0.0
    return likeness(a.wording, b.wording)


def _canonical(entry: Entry) -> tuple[str, str, str, int, int, int]:
    """A key that depends on what is said, not on who says it."""
    claim = entry.claim
    first, last = (claim.place.first_line, claim.place.last_line) if claim.place else (0, 0)
    return claim.path, claim.title, claim.explanation, first, last, claim.cwe or 0


# --- Where everyone stands ------------------------------------------------------------------------
def _spoken(
    passes: Iterable[Returned], by_ref: Mapping[str, Entry]
) -> dict[tuple[int, int], tuple[Vote, ...]]:
    """The votes that count, by round and position."""
    return {(item.turn.round, item.turn.position): tuple(_understood(item, by_ref)) for item in passes}


def _understood(item: Returned, by_ref: Mapping[str, Entry]) -> Iterable[Vote]:
    """Of a reply: the votes on what was on the table, with a reason where they are against it.

    A vote for a finding twice is one vote; two stances on one finding say nothing.
    """
    by_vote: dict[str, list[Vote]] = defaultdict(list)
    for vote in item.votes:
        entry = by_ref.get(vote.ref)
        if entry and entry.round < item.turn.round and (vote.stance is Stance.CONFIRM or vote.reason.strip()):
            by_vote[vote.ref].append(vote)
    for votes in by_vote.values():
        if len({vote.stance for vote in votes}) == 1:
            yield max(
                votes, key=lambda vote: (_has_evidence(vote), vote.severity.rank if vote.severity else -1)
            )


def _voice(position: int, group: Sequence[Entry], spoken: Mapping[tuple[int, int], Sequence[Vote]]) -> Voice:
    refs = {entry.ref for entry in group}
    voice = Voice(position)
    for (number, who), votes in sorted(spoken.items()):
        if who == position:
            made = [entry for entry in group if (entry.position, entry.round) == (position, number)]
            voice = _after(voice, made, [vote for vote in votes if vote.ref in refs])
    return voice


def _after(voice: Voice, made: Sequence[Entry], votes: Sequence[Vote]) -> Voice:
    """Where a reviewer stands after one more reply. Later words replace earlier ones.

    Findings that say the same are voted on one by one. To confirm any of them is to confirm what
    they say: "withdrawn, F4 puts it better" is no withdrawal from who confirms F4.
    """
    confirming = [vote for vote in votes if vote.stance is Stance.CONFIRM]
    if made or confirming:
        stated = [entry.claim.severity for entry in made]
        stated += [vote.severity for vote in confirming if vote.severity]
        worst = max(stated, key=lambda severity: severity.rank, default=voice.severity)
        return Voice(voice.position, True, worst)
    against = [vote for vote in votes if vote.stance is Stance.REFUTE or voice.supports]
    if not against:
        return voice
    said = max(against, key=lambda vote: (_has_evidence(vote), vote.stance is Stance.REFUTE))
    if voice.refutes and not _has_evidence(said):
        return voice
    return replace(voice, supports=False, against=said)


def _has_evidence(vote: Vote) -> bool:
    """Whether it refutes with a line that really stands in the code."""
    return vote.stance is Stance.REFUTE and vote.grounded and bool(vote.quote.strip())


# --- Where it shows -------------------------------------------------------------------------------
def _parts(claim: Claim, rounds: Mapping[str, int], now: int) -> tuple[str, ...]:
    """The references that it combines and that were on the table in an earlier round."""
    parts = tuple(dict.fromkeys(ref for ref in claim.combines if rounds.get(ref, now) < now))
    return parts if len(parts) >= 2 else ()


def _places(entry: Entry, by_ref: Mapping[str, Entry]) -> list[Place]:
    """The places of a finding, and of those that it combines."""
    claims = [entry.claim, *(by_ref[ref].claim for ref in entry.parts)]
    return [place for claim in claims for place in (claim.place, *claim.elsewhere) if place]


def _areas(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places as areas that lie apart: lines that overlap or touch are one location."""
    areas: list[Place] = []
    for place in sorted(places, key=lambda item: (item.path, item.first_line, item.last_line)):
        if areas and areas[-1].overlaps(place, slack=SLACK_LINES):
            last = max(areas[-1].last_line, place.last_line)
            areas[-1] = replace(areas[-1], last_line=last)
        else:
            areas.append(place)
    return tuple(areas)
