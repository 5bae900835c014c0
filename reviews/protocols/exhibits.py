"""Others' words as the texts of exhibits: numbered, bounded, and without the names of who said them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reviews.claims import Claim, Stance, Vote
from reviews.protocols.base import Returned

ALL_CHARACTERS = 120_000
"""Where the findings of one exhibit would be longer in all, each is told more briefly."""

MOST_CHARACTERS, LEAST_CHARACTERS, LINE_CHARACTERS = 4_000, 200, 400
"""Between the first two lies what is shown of each text of a finding; the last bounds a line of it."""

PAIRED_CHARACTERS = 1_500
"""So much of each text of a claim is shown to whoever compares it with another."""

_VERBS = {Stance.CONFIRM: "confirmed", Stance.REFUTE: "refuted", Stance.WITHDRAW: "withdrawn"}


def in_order(returned: Sequence[Returned]) -> list[Returned]:
    """The passes by round and position: the order in which their findings are numbered."""
    return sorted(returned, key=lambda item: (item.turn.round, item.turn.position))


def numbered(returned: Sequence[Returned]) -> dict[str, Claim]:
    """All findings under the references that stand for them: F1, F2 … by round, position and place.

    The references of a round's findings stay what they are when later rounds return.
    """
    claims = (claim for item in in_order(returned) for claim in item.findings)
    return {f"F{number}": claim for number, claim in enumerate(claims, 1)}


def as_text(claims: Iterable[Claim] | Mapping[str, Claim]) -> str:
    """One paragraph a finding: reference, severity, place, title, quoted line, explanation.

    References are the mapping's keys, or F1, F2 … in order. Only a paragraph's first line begins
    at the margin, so no text from outside can pass for another finding.
    """
    named = claims if isinstance(claims, Mapping) else {f"F{n}": claim for n, claim in enumerate(claims, 1)}
    room = ALL_CHARACTERS // (2 * len(named)) if named else 0
    room = max(LEAST_CHARACTERS, min(MOST_CHARACTERS, room))
    return "\n\n".join(_paragraph(ref, claim, room) for ref, claim in named.items()) or "Nothing."


def unsigned(claim: Claim) -> str:
    """A claim in words that tell neither who made it nor how bad or how sure they think it is.

    Every line is indented: what stands at the margin beside it is ours.
    """
    lines = [f"  {_where(claim)}{_line(claim.title)}"]
    if claim.quote:
        lines.append(f"  quoted: {_line(claim.quote)}")
    if claim.explanation:
        lines.append(_indented(claim.explanation, PAIRED_CHARACTERS))
    if claim.suggested_fix:
        lines.append(_indented(f"fix: {claim.suggested_fix}", PAIRED_CHARACTERS))
    return "\n".join(lines)


def votes_as_text(votes: Mapping[str, Iterable[Vote]]) -> str:
    """What was said of each finding, in an order that tells nothing of who spoke."""
    paragraphs = []
    for ref, said in votes.items():
        lines = sorted({_word(vote) for vote in said})
        paragraphs.append("\n".join([ref, *lines]))
    return "\n\n".join(paragraphs) or "Nothing."


def _paragraph(ref: str, claim: Claim, room: int) -> str:
    narrow = min(room, LINE_CHARACTERS)
    lines = [f"{ref} [{claim.severity}] {_where(claim)}{_line(claim.title, narrow)}"]
    if claim.quote:
        lines.append(f"  quoted: {_line(claim.quote, narrow)}")
    if claim.explanation:
        lines.append(_indented(claim.explanation, room))
    if claim.suggested_fix:
        lines.append(_indented(f"fix: {claim.suggested_fix}", room))
    if claim.combines:
        lines.append(f"  seen from {_line(', '.join(claim.combines))} together")
    return "\n".join(lines)


def _where(claim: Claim) -> str:
    places = [claim.place, *claim.elsewhere] if claim.place else [*claim.elsewhere]
    named = [f"{p.path}:{p.first_line}-{p.last_line}" for p in places] or ([claim.path] if claim.path else [])
    return f"{_line(', '.join(named))}: " if named else ""


def _word(vote: Vote) -> str:
    words = f"  {_VERBS[vote.stance]}: {_line(vote.reason, MOST_CHARACTERS)}"
    if vote.stance is Stance.REFUTE:
        proof = "which stands in the code" if vote.grounded else "which does not stand in the code"
        words += (
            f"\n    quoted: {_line(vote.quote)} ({proof})" if vote.quote.strip() else "\n    quoted: nothing"
        )
    return words


def _line(text: str, room: int = LINE_CHARACTERS) -> str:
    """The text as one line."""
    return _cut(" ".join(text.split()), room)


def _indented(text: str, room: int) -> str:
    return "\n".join(f"  {line}".rstrip() for line in _cut(text.strip(), room).splitlines())


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 2].rstrip()} …"
