"""A review in words for a terminal. What came from outside is text there, too, and no control code."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence

from reviews.briefs import Task
from reviews.engine.prices import dollars
from reviews.exchange.outcome import DISMISSED, Found, Heard, Opinion, Outcome, Spent
from reviews.models import Pass, Review
from reviews.models.connection import MICRO
from reviews.snapshots.characters import ODD, code_point
from reviews.snapshots.ground import Ground

INDENT = "    "
EXPLANATION_LINES = 30
QUOTED_LINES = 6

# The order in which a panel's findings are worth reading, and what each heading says.
SECTIONS = (
    ("confirmed", "Confirmed by two or more reviewers"),
    ("integration", "Seen only where several places are taken together"),
    ("single", "Seen by one reviewer, and refuted by nobody"),
    ("", "Found"),
    (DISMISSED, "Dismissed"),
)


def printable(text: str) -> str:
    """Text as a terminal may show it: every character that is not seen, or acts, as its code."""
    plain = text.replace("\r\n", "\n").replace("\t", INDENT)
    return ODD.sub(lambda found: f"[{code_point(found[0])}]", plain)


def report(outcome: Outcome, width: int) -> str:
    """The whole outcome: what was found, by whom; who could not review, and why; what it cost."""
    parts = [headline(outcome)]
    groups = _together(outcome)
    for name, heading in SECTIONS:
        inside = [group for group in groups if group[0].in_change and group[0].outcome == name]
        parts += _section(heading, inside, width)
    outside = [group for group in groups if not group[0].in_change]
    parts += _section("In lines that did not change", outside, width)
    parts += _silent(outcome, width)
    parts += _witnesses(outcome, width)
    parts.append(conclusion(outcome))
    return "\n".join(parts)


def headline(outcome: Outcome) -> str:
    """Which review this is, of what, and how it ended."""
    took = f" after {outcome.seconds:.1f} s" if outcome.seconds is not None else ""
    what = f"{_count(len(outcome.files), 'file')} (snapshot {outcome.sha256[:12]})"
    line = f"Review {outcome.review}, {outcome.label}, of {what}: {outcome.state}{took}."
    reason = f" {printable(outcome.reason)}" if outcome.reason and not outcome.complete else ""
    return line + reason


def conclusion(outcome: Outcome) -> str:
    """What it comes to, and what it cost."""
    if not outcome.ended:
        said = "It has not ended yet; what stands here is what came so far."
    elif outcome.blocking:
        number = _count(len(_things(outcome.blocking)), "blocking defect")
        said = f"{number} (critical or major, and not dismissed)."
    elif outcome.complete:
        said = "Nothing blocking was found."
    else:
        said = "Not everybody could review, so this says nothing of what is not listed."
    return f"\n{said} {spent(outcome.spent)}"


def spent(what: Spent) -> str:
    """Calls, tokens and cost in a sentence."""
    if not what.calls:
        return "No model was called."
    tokens = what.input + what.cached + what.written
    cost = "cost unknown" if what.dollars is None else dollars(round(what.dollars * MICRO))
    if what.dollars is not None and what.unpriced:
        cost = f"at least {cost} ({what.unpriced} without a known price)"
    cached = f", {what.cached:,} of them cached" if what.cached else ""
    return f"{_count(what.calls, 'call')}: {tokens:,} tokens read{cached}, {what.output:,} written, {cost}."


def progress(item: Pass) -> str:
    """One line for a pass whose state has changed; empty for news that is none."""
    who = printable(f"{item.siglum}, {item.reviewer.name} ({item.role}, round {item.round})")
    if item.state == Pass.State.RUNNING:
        return f"{who}: at work"
    if item.state == Pass.State.ANSWERED:
        took = (item.ended_at - item.started_at).total_seconds() if item.ended_at and item.started_at else 0
        brought = _brought(item.task, item.findings.count(), len(item.votes))
        return f"{who}: answered after {took:.1f} s, {brought}"
    if item.state == Pass.State.UNABLE:
        return f"{who}: could not review. {printable(item.detail)}"
    if item.state == Pass.State.QUEUED and item.failures:
        return f"{who}: will try again. {printable(item.detail)}"
    return f"{who}: cancelled" if item.state == Pass.State.CANCELLED else ""


def pass_line(item: Pass) -> str:
    """One line for a pass, whatever its state."""
    waiting = printable(
        f"{item.siglum}, {item.reviewer.name} ({item.role}, round {item.round}): {item.state}"
    )
    return progress(item) or waiting


def status(review: Review) -> str:
    """One line for a review in a list."""
    passes = list(review.passes.all())
    answered = sum(item.state == Pass.State.ANSWERED for item in passes)
    unable = sum(item.state == Pass.State.UNABLE for item in passes)
    could_not = f", {unable} could not review" if unable else ""
    line = f"{review.pk:>5}  {review.state:<10}  {review.protocol:<14}  {review.created_at:%Y-%m-%d %H:%M}  "
    return f"{line}{answered} of {_count(len(passes), 'pass', 'passes')} answered{could_not}"


# --- What was found -------------------------------------------------------------------------------
def _together(outcome: Outcome) -> list[list[Found]]:
    """The findings that say the same, together, surest first; the worst of all first.

    A panel says itself which do; elsewhere those of one defect do.
    """
    by_ref = {item.ref: item for item in outcome.findings}
    panel = [[by_ref[ref] for ref in group["refs"]] for group in outcome.result.get("groups", [])]
    grouped = {item.ref for group in panel for item in group}
    groups = [*panel, *_things([item for item in outcome.findings if item.ref not in grouped])]
    for group in groups:
        group.sort(key=lambda item: (not item.in_change, -(item.claim.confidence or 0)))
    return sorted(groups, key=lambda group: -max(item.severity.rank for item in group))


def _things(findings: Iterable[Found]) -> list[list[Found]]:
    """Findings of one defect are one thing, and each that has none is another."""
    things: dict[str, list[Found]] = defaultdict(list)
    for item in findings:
        things[item.ref if item.defect is None else f"defect {item.defect}"].append(item)
    return list(things.values())


def _section(heading: str, groups: Sequence[list[Found]], width: int) -> list[str]:
    if not groups:
        return []
    return [f"\n{heading}:", *(_entry(group, width) for group in groups)]


def _entry(group: Sequence[Found], width: int) -> str:
    """One thing that was found, in the words of who is surest of it."""
    item = group[0]
    claim = item.claim
    severity = max((other.severity for other in group), key=lambda severity: severity.rank)
    told = [severity.upper(), printable(_where(item)), printable(claim.title) or "Untitled"]
    lines = ["\n" + "  ".join(filter(None, told))]
    lines += _wrapped(claim.explanation, width)[:EXPLANATION_LINES]
    lines += [
        f"{INDENT}> {line}" for line in printable(claim.quote).split("\n")[:QUOTED_LINES] if line.strip()
    ]
    lines += _wrapped(f"Fix: {claim.suggested_fix}" if claim.suggested_fix else "", width)
    lines += [f"{INDENT}{printable(_said(other))}" for other in group]
    lines += [line for vote in _last_words(item) for line in _wrapped(_voted(vote), width)]
    if not item.current:
        lines.append(f"{INDENT}Said of an earlier version.")
    return "\n".join(lines)


def _where(item: Found) -> str:
    claim, place = item.claim, item.claim.place
    if place is None:
        return claim.path
    last = f"-{place.last_line}" if place.last_line != place.first_line else ""
    return f"{place.path}:{place.first_line}{last}"


def _said(item: Found) -> str:
    """Who said it, how sure, and how it stands on the code."""
    claim = item.claim
    facts = [
        f"{item.siglum} {item.reviewer}",
        f"{claim.confidence:.0%} sure" if claim.confidence is not None else "",
        claim.rule,
        f"CWE-{claim.cwe}" if claim.cwe else "",
        claim.odc_type or "",
        Ground(item.grounding).words,
    ]
    return f"{item.ref}: {', '.join(fact for fact in facts if fact)}"


def _last_words(item: Found) -> Iterable[Opinion]:
    """What each reviewer said of it last, in the order in which they first spoke."""
    return {(vote.reviewer, vote.role): vote for vote in item.opinions}.values()


def _voted(vote: Opinion) -> str:
    quoted = f" “{vote.quote.strip()}”" if vote.quote.strip() else ""
    stands = "" if vote.grounded or not quoted else " (which is not in the code)"
    return f"{vote.reviewer} ({vote.role}) says {vote.stance}: {vote.reason}{quoted}{stands}"


# --- Who was asked --------------------------------------------------------------------------------
def _silent(outcome: Outcome, width: int) -> list[str]:
    """Who could not review, and why. It is not the same as nothing found."""
    silent = [item for item in outcome.passes if item.findings is None]
    if not silent:
        return []
    lines = ["\nCould not review, which is not the same as nothing found:"]
    for item in silent:
        lines += _wrapped(f"{item.siglum} {item.reviewer} ({item.role}): {item.why or item.state}", width)
    return lines


def _witnesses(outcome: Outcome, width: int) -> list[str]:
    answered = [item for item in outcome.passes if item.findings is not None]
    lines = ["\nWho reviewed:"] if answered else []
    for item in answered:
        lines += _wrapped(_witness(item), width)
    return lines


def _witness(item: Heard) -> str:
    facts = [
        _brought(item.task, item.findings or 0, item.votes),
        f"read {_count(len(item.paths), 'file')} whole" if item.about_code else "",
        item.verdict,
        f"{item.seconds:.1f} s" if item.seconds is not None else "",
        "recorded" if item.recorded else "",
        f"left out: {', '.join(path for path, _ in item.left_out)}" if item.left_out else "",
    ]
    repeats = item.version.startswith(item.reviewer)
    name = item.version if repeats else ", ".join(filter(None, (item.reviewer, item.version)))
    told = ", ".join(fact for fact in facts if fact)
    return f"{item.siglum} {name} ({item.role}, round {item.round}): {told}"


def _brought(task: str, findings: int, votes: int) -> str:
    """What a pass brought, by what it was asked to do."""
    if Task(task).writes:
        return "wrote a text"
    if Task(task) is Task.CONFER:
        return f"{_count(votes, 'vote')}, {_count(findings, 'new finding')}"
    return _count(findings, "finding")


def _wrapped(text: str, width: int) -> list[str]:
    """A text of several paragraphs, wrapped and indented."""
    lines: list[str] = []
    for paragraph in printable(text.strip()).split("\n"):
        lines += textwrap.wrap(
            paragraph, width, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False
        )
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
