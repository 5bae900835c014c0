"""Why each claim is in its defect, in one sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.gap.comparison import Comparison
from reviews.gap.match import BAND, THRESHOLD, How
from reviews.gap.stored import Stored, name_of, siglum_of
from reviews.models import Judgement
from reviews.models.claim import ClaimFields

REASON = ("matched_by", "match_score", "match_why")
"""The columns that `explain` sets."""

LONGEST = 400
"""Characters of a reason."""

MatchedBy = ClaimFields.MatchedBy
NOBODY_ELSE = "Nobody else speaks of it."
BY_PERSON = "A person put it here."
LEFT_BEHIND = "Nothing else here resembles it: a person put the others here, or took some away."


def explain(members: Sequence[Stored], compared: Comparison) -> None:
    """Set, without saving, why each claim of one defect is in it: for what a person moved, that.

    The reason is the nearest fellow: what the matcher is sure of goes before what a judge decided,
    and that before what the matcher finds likely.
    """
    for item in members:
        if item.moved_by_person:
            by_person(item)
        else:
            fellows = [other for other in members if other is not item]
            item.matched_by, item.match_score, why = _reason(item, fellows, compared)
            item.match_why = why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"


def by_person(item: Stored) -> None:
    """Set, without saving, that a person put a claim where it is."""
    item.moved_by_person = True
    item.matched_by, item.match_score, item.match_why = MatchedBy.PERSON, None, BY_PERSON


def _reason(
    item: Stored, fellows: Sequence[Stored], compared: Comparison
) -> tuple[MatchedBy, float | None, str]:
    if not fellows:
        return _alone(item, compared)
    scores = {id(other): compared.score(item, other) for other in fellows}
    nearest = max(fellows, key=lambda other: (scores[id(other)], name_of(other)))
    score = scores[id(nearest)]
    if score < BAND[1] and (decided := _judged(item, fellows, compared)):
        other, judgement = decided
        why = f"A judge model found it the same as {_who(other)}: {judgement.reason or 'no reason given'}"
        return MatchedBy.JUDGE, scores[id(other)], why
    if (score < THRESHOLD and all(other.moved_by_person for other in fellows)) or not score:
        return MatchedBy.ALONE, None, LEFT_BEHIND
    match = compared.match(item, nearest)
    how = MatchedBy.PLACE if match.how is How.PLACE else MatchedBy.WORDS
    return how, score, f"Nearest to {_who(nearest)}: {match.why[:1].lower()}{match.why[1:]}"


def _alone(item: Stored, compared: Comparison) -> tuple[MatchedBy, float | None, str]:
    told = compared.told_apart_from(item)
    if told is None:
        return MatchedBy.ALONE, None, NOBODY_ELSE
    other, judgement = told
    why = f"A judge model told it apart from {_who(other)}: {judgement.reason or 'no reason given'}"
    return MatchedBy.JUDGE, compared.score(item, other), why


def _judged(item: Stored, fellows: Sequence[Stored], compared: Comparison) -> tuple[Stored, Judgement] | None:
    """The fellow with which a judge put this claim together, the first by name."""
    for other in sorted(fellows, key=name_of):
        judgement = compared.judgement(item, other)
        if judgement and judgement.same:
            return other, judgement
    return None


def _who(item: Stored) -> str:
    """A claim as people name it: whose it is, and where."""
    siglum = siglum_of(item)
    return f"{siglum} at {item.where}" if item.where else f"what {siglum} says of the whole"
