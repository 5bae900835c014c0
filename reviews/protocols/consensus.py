"""Consensus: four read alone, then talk without names until nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reviews.briefs import Exhibit, Role, Task
from reviews.claims import Claim, Severity, Vote
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, Turn, conclude
from reviews.protocols.exhibits import as_text, in_order, numbered, votes_as_text
from reviews.protocols.panel import Entry, Fate, Standing, entries, last_words, standings
from reviews.protocols.seating import models_of, seated

ROLES = (Role.FULL, Role.CALLERS, Role.INTEGRATION, Role.CROSS_CUTTING)

MOST_ROUNDS = 5
"""The more rounds of talk, the more reviewers conform."""


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Round 1: all four at once. Then rounds of talk, `rounds` in all with the first, at most five.

    In each, every reviewer sees all findings without their makers' names and says what it makes of
    them. It stops early when a round changed nothing, when there is nothing to talk about, and when
    fewer than two are left to talk: who could not answer has left the table.
    """
    if not returned:
        seats = seated(ROLES, _reviewers(setup), kind=lambda seat: seat.family)
        return tuple(
            Turn(seat, 1, place, "C", role=role)
            for place, (role, seat) in enumerate(zip(ROLES, seats, strict=True), 1)
        )
    passes = in_order(returned)
    held = passes[-1].turn.round
    if held >= _rounds(setup) or _is_settled(passes, held):
        return conclude(passes, _result(passes, stopped_early=held < _rounds(setup)))
    return _talk(passes, held)


def calls(setup: Setup) -> Calls:
    """Four a round; a panel that finds nothing stops after the first."""
    _reviewers(setup)
    return Calls(len(ROLES), len(ROLES) * _rounds(setup))


def _rounds(setup: Setup) -> int:
    return min(setup.rounds, MOST_ROUNDS)


def _reviewers(setup: Setup) -> tuple[Seat, ...]:
    """One may fill all four roles; the result says how many families agreed, which is then one."""
    if not models_of(setup):
        raise NoReviewer("A consensus needs at least one reviewer, better four, and none is switched on.")
    return models_of(setup)


# --- The talk -------------------------------------------------------------------------------------
def _is_settled(passes: Sequence[Returned], held: int) -> bool:
    """Whether nobody is left to talk to, or the round changed nothing, or the first found nothing."""
    left = [item for item in passes if item.turn.round == held and item.answered]
    before = [item for item in passes if item.turn.round < held]
    return len(left) < 2 or _shape(passes) == _shape(before)


def _shape(passes: Sequence[Returned]) -> list[tuple[str, set[int], set[int]]]:
    """Of each thing found: who stands for it and who against. Reworded repetitions change nothing."""
    return [
        (
            standing.entries[0].ref,
            {voice.position for voice in standing.supporters},
            {voice.position for voice in standing.refuters},
        )
        for standing in standings(passes)
    ]


def _talk(passes: Sequence[Returned], held: int) -> tuple[Turn, ...]:
    """The next round: what is equal for all comes first, so that it is equal to the byte."""
    table = entries(passes)
    shared = (
        Exhibit("The panel's findings", as_text(_by_place(numbered(passes)))),
        Exhibit("What was said of them so far", votes_as_text(last_words(passes))),
    )
    return tuple(
        Turn(
            item.turn.seat,
            held + 1,
            item.turn.position,
            "C",
            Task.CONFER,
            item.turn.role,
            (*shared, _own(table, item.turn.position)),
        )
        for item in passes
        if item.turn.round == held and item.answered
    )


def _by_place(claims: Mapping[str, Claim]) -> dict[str, Claim]:
    """In the order of the code: the order of references would tell which findings have one maker."""

    def where(item: tuple[str, Claim]) -> tuple[str, int, str]:
        claim = item[1]
        return claim.path, claim.place.first_line if claim.place else 0, claim.title

    return dict(sorted(claims.items(), key=where))


def _own(table: Sequence[Entry], position: int) -> Exhibit:
    mine = [entry.ref for entry in table if entry.position == position]
    return Exhibit("Which of these are yours", ", ".join(mine) or "None.")


# --- The result -----------------------------------------------------------------------------------
def _result(passes: Sequence[Returned], *, stopped_early: bool) -> dict[str, Any]:
    """What the panel made of its findings, as plain JSON values.

    `outcomes`: what came of each reference. `groups`: the findings that say the same, together, in
    the order in which they weigh. `panel`: who sat where, by position, and how many rounds each
    answered. `voices` and `families`: how many reviewers answered at all, and of how many families.
    """
    found = standings(passes)
    seats = {item.turn.position: item.turn for item in passes if item.turn.round == 1}
    answered = [item for item in passes if item.answered]
    groups = sorted((_group(standing, seats) for standing in found), key=_weight)
    return {
        "outcomes": {entry.ref: standing.fate.value for standing in found for entry in standing.entries},
        "groups": groups,
        "panel": [
            {
                "position": position,
                "role": turn.role,
                "name": turn.seat.name,
                "family": turn.seat.family,
                "answered": sum(item.turn.position == position for item in answered),
            }
            for position, turn in seats.items()
        ],
        "voices": len({item.turn.position for item in answered}),
        "families": len({item.turn.seat.family for item in answered}),
        "rounds": passes[-1].turn.round,
        "stopped_early": stopped_early,
    }


def _group(standing: Standing, seats: Mapping[int, Turn]) -> dict[str, Any]:
    """One thing that was found. `by` are the positions of those `for` it; `places` lie apart.

    `severity` is the median of theirs, of two in the middle the worse; `spread` goes from the
    mildest to the worst. `reasons` are what was said against it, with those who said it. It is
    `disputed` where somebody still refutes with evidence what the panel keeps.
    """
    severities = standing.severities
    supporters = standing.supporters
    return {
        "outcome": standing.fate.value,
        "refs": [entry.ref for entry in standing.entries],
        "title": _spokesman(standing).claim.title,
        "places": [[place.path, place.first_line, place.last_line] for place in standing.places],
        "for": len(supporters),
        "by": [voice.position for voice in supporters],
        "families": len({seats[voice.position].seat.family for voice in supporters}),
        "severity": severities[(len(severities) - 1) // 2].value,
        "spread": [severities[-1].value, severities[0].value],
        "reasons": [
            _reason(voice.against, seats[voice.position]) for voice in standing.voices if voice.against
        ],
        "disputed": bool(standing.refuters) and standing.fate is not Fate.DISMISSED,
    }


def _spokesman(standing: Standing) -> Entry:
    """The finding that is surest of itself, in whose words the group is told."""
    return min(standing.entries, key=lambda entry: (-(entry.claim.confidence or 0.0), entry.number))


def _reason(vote: Vote, turn: Turn) -> dict[str, Any]:
    return {
        "position": turn.position,
        "role": turn.role,
        "name": turn.seat.name,
        "ref": vote.ref,
        "stance": vote.stance.value,
        "reason": vote.reason,
        "quote": vote.quote,
        "path": vote.path,
        "grounded": vote.grounded,
    }


def _weight(group: Mapping[str, Any]) -> tuple[int, int, int, int, int]:
    """Confirmed first; then by independent families, by reviewers, by severity, by reference."""
    order = [fate.value for fate in Fate]
    return (
        order.index(group["outcome"]),
        -group["families"],
        -group["for"],
        -Severity(group["severity"]).rank,
        int(group["refs"][0][1:]),
    )


CONSENSUS = Protocol(
    name="consensus",
    label="Consensus",
    letter="C",
    purpose="Four read alone, then confirm, refute with quoted lines or withdraw, without names.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset({"rounds"}),
)
