"""What the reviewers of a live run said, as a story tells it: one review, or a panel round by round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from courses.models import LiveRun
from courses.walkthroughs.live import Live, Outcome, Spoken, Voice, siglum_of
from courses.walkthroughs.steps import ReviewStep
from courses.walkthroughs.story import Story
from reviews.claims import Stance, Vote
from reviews.engine.reviews import vote_from_json
from reviews.models import Finding, Pass, Review
from reviews.protocols.consensus import CONSENSUS

BEFORE = "The panel ended before this round: there was nothing more to talk about."
"""The last word of a round that was not held."""

STANCES = {Stance.CONFIRM: "Confirms", Stance.REFUTE: "Refutes", Stance.WITHDRAW: "Takes back"}
"""How a vote begins, in the order in which votes on one finding are told."""


def told(made: LiveRun, story: Story, step: ReviewStep) -> tuple[Live, ...]:
    """What came of a run so far, for each step that it is heard in: of a panel its rounds and its outcome."""
    review = Review.objects.filter(snapshot=made.snapshot_id, current=True).order_by("position").first()
    if review is None:
        return ()
    passes = list(
        review.passes.select_related("reviewer__model")
        .prefetch_related("findings")
        .order_by("round", "position")
    )
    *rounds, whole = story.together(step)
    return (
        *(_round(review, passes, number, item) for number, item in enumerate(rounds, 1)),
        _whole(review, passes, whole),
    )


# --- A review as a whole ---------------------------------------------------------------------------
def _whole(review: Review, passes: Sequence[Pass], step: ReviewStep) -> Live:
    places = {key: place for place, key in enumerate(dict.fromkeys(map(_place_of, passes)))}
    sigla = {item.pk: siglum_of(step, places[_place_of(item)]) for item in passes}
    spoken = tuple(_spoken(review, _found(passes), sigla))
    approved = review.result.get("approved") is True and not spoken
    return Live(
        step=step.id,
        voices=tuple(
            _voice(item, sigla[item.pk]) for item in passes if item.round == 1 or item.findings.all()
        ),
        spoken=spoken,
        reading=not review.ended,
        unable=_unable(review),
        ending="Approved." if approved else "",
    )


def _place_of(item: Pass) -> tuple[int, int]:
    """Passes of a model that reads again are places of their own; a panel's talk is not."""
    return (0, item.position) if item.siglum == CONSENSUS.letter else (item.round, item.position)


def _found(passes: Sequence[Pass]) -> list[Finding]:
    """What was found, in the order in which a panel numbers it."""
    return [
        finding for item in passes for finding in sorted(item.findings.all(), key=lambda row: row.position)
    ]


def _unable(review: Review) -> str:
    if not review.ended or review.state == Review.State.COMPLETE:
        return ""
    return review.reason or review.state


_STATES: dict[str, Literal["waiting", "reading", "answered", "unable"]] = {
    Pass.State.QUEUED: "waiting",
    Pass.State.WAITING: "waiting",
    Pass.State.RUNNING: "reading",
    Pass.State.ANSWERED: "answered",
}


def _voice(item: Pass, siglum: str) -> Voice:
    model = item.reviewer.model
    state = _STATES.get(item.state, "unable")
    return Voice(
        siglum=siglum,
        name=model.label if model else item.reviewer.name,
        family=model.family if model else "",
        state=state,
        found=len(item.findings.all()),
        why=item.detail if state == "unable" else "",
    )


def _spoken(review: Review, found: Sequence[Finding], sigla: Mapping[int, str]) -> Iterator[Spoken]:
    """What was found, in the order of the passes; of a panel that is done, once, with what became of it."""
    groups = review.result.get("groups")
    if groups is None:
        yield from (Spoken(sigla[item.by_pass_id], item.claim()) for item in found)
        return
    by_ref = {f"F{number}": item for number, item in enumerate(found, 1)}
    for group in groups:
        finding = next((by_ref[ref] for ref in group["refs"] if ref in by_ref), None)
        if finding is None:
            continue
        against: dict[str, str] = next(iter(group["reasons"]), {})
        outcome: Outcome = group["outcome"]
        yield Spoken(
            sigla[finding.by_pass_id],
            finding.claim(),
            outcome,
            against.get("reason", ""),
            against.get("quote", "") if outcome == "dismissed" else "",
        )


# --- A panel's round -------------------------------------------------------------------------------
def _round(review: Review, passes: Sequence[Pass], number: int, step: ReviewStep) -> Live:
    """One round of a panel: what was found in it, and what was said of what had been found before."""
    held = [item for item in passes if item.round == number]
    sigla = {item.pk: siglum_of(step, item.position - 1) for item in held}
    ended = review.ended or (bool(held) and all(item.state in Pass.ENDED for item in held))
    silent = [f"{sigla[item.pk]}: {item.detail}" for item in held if item.state in _UNABLE]
    found = _found(passes)
    spoken = (
        *(Spoken(sigla[item.by_pass_id], item.claim()) for item in _found(held)),
        *_votes(held, found, sigla),
    )
    # Of a panel that came to nothing no round was held either.
    unable = "; ".join(silent) if held or found else _unable(review)
    return Live(
        step=step.id,
        voices=tuple(_voice(item, sigla[item.pk]) for item in held),
        spoken=spoken,
        reading=not ended,
        unable=unable if ended else "",
        ending=BEFORE if review.ended and not held else "",
        of_more=bool(found),
    )


_UNABLE = tuple(state for state in Pass.ENDED if state != Pass.State.ANSWERED)


def _votes(held: Sequence[Pass], found: Sequence[Finding], sigla: Mapping[int, str]) -> Iterator[Spoken]:
    """Each stance on each finding once, in the words of all who took it.

    Two stances of one reviewer on one finding are no vote, and neither is a word on what is not there.
    """
    cast: dict[tuple[int, Stance], list[tuple[str, Vote]]] = {}
    numbers = {f"F{number}": number for number in range(1, len(found) + 1)}
    for item in held:
        votes = list({(vote.ref, vote.stance): vote for vote in map(vote_from_json, item.votes)}.values())
        stances = Counter(vote.ref for vote in votes)
        for vote in votes:
            if vote.ref in numbers and stances[vote.ref] == 1:
                cast.setdefault((numbers[vote.ref], vote.stance), []).append((sigla[item.pk], vote))
    order = list(STANCES)
    for number, stance in sorted(cast, key=lambda key: (key[0], order.index(key[1]))):
        yield _vote(found[number - 1], stance, cast[number, stance])


def _vote(finding: Finding, stance: Stance, voices: Sequence[tuple[str, Vote]]) -> Spoken:
    claim = finding.claim()
    (siglum, first), alone = voices[0], len(voices) == 1
    reasons = [vote.reason if alone else f"{name}: {vote.reason}" for name, vote in voices if vote.reason]
    elsewhere = bool(first.path) and first.path != claim.path
    said = replace(
        claim,
        title=f"{STANCES[stance]}: {claim.title}",
        explanation="\n\n".join(reasons),
        severity=first.severity or claim.severity,
        path=first.path or claim.path,
        place=None if elsewhere else claim.place,
        quote=first.quote or ("" if elsewhere else claim.quote),
        suggested_fix="",
        confidence=None,
    )
    return Spoken(siglum, said, vote=True)
