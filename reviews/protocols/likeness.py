"""Do two of a panel's findings say the same? Asked with care: a yes counts as a confirmation.

Equal titles are no sign of it and different titles none against it. What is missed here is not lost:
reviewers who see each other's findings confirm what they agree with, and defects are gathered from
all claims later, less strictly, by `reviews.gap.match`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from reviews.claims import Claim
from reviews.words import terms

SLACK_LINES = 2
"""Reviewers cite the line or the one beside it."""

SHARE, SHARE_WITH_CWE, SHARE_UNPLACED = 0.4, 0.2, 0.75
"""The share of the shorter finding's words that two must have in common.

On the clusters of withmartian/code-review-benchmark, whose claims have no places, a share of 0.4
joins 67 % of the pairs that belong together and 17 % of those that do not; 0.75 joins 8 and 2 %.
Where lines must overlap as well, few of the wrong ones are left.
"""

LEAST_WORDS = 4
"""A finding of fewer words is compared as if it had so many: one word in common proves nothing."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A finding with its words, made ready once because it is compared with many.

    The quotation is left out: any two findings on one line have it in common.
    """

    claim: Claim
    words: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, claim: Claim) -> Wording:
        """The finding, ready to be compared."""
        return cls(claim, _words(f"{claim.title} {claim.explanation}"))


# A panel reads its table anew with every question about it, five times a round.
_words = lru_cache(maxsize=1024)(terms)


def likeness(a: Wording, b: Wording) -> float:
    """How alike two findings are that say the same; 0.0 where they do not. Symmetric.

    The same: lines of one file that overlap, and enough words in common, fewer where the CWE is
    the same; or no lines at all, one file or none, and nearly the same words.
    """
    needed = _needed(a.claim, b.claim)
    if needed is None:
        return 0.0
    shorter = max(min(len(a.words), len(b.words)), LEAST_WORDS)
    share = len(a.words & b.words) / shorter
    return share if share >= needed else 0.0


def _needed(a: Claim, b: Claim) -> float | None:
    if a.place and b.place:
        if not a.place.overlaps(b.place, slack=SLACK_LINES):
            return None
        return SHARE_WITH_CWE if a.cwe is not None and a.cwe == b.cwe else SHARE
    if a.place or b.place or a.path != b.path:
        return None
    return SHARE_UNPLACED
