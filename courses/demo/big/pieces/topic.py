"""What pieces of code, flaws and false alarms are."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.claims import DefectType, Severity


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that can be said of a piece: a flaw, or a false alarm.

    `quote` is its line, without indentation; empty for what is said of the whole. `titles` and
    `breaks` say the same in several ways. `rules` are analysers that report it, each with its rule.
    A false alarm is refuted by `refuted`, a line of the piece, with `reason`.
    """

    quote: str
    severity: Severity
    odc_type: DefectType
    cwe: int | None
    titles: tuple[str, ...]
    breaks: tuple[str, ...]
    fix: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    refuted: str = ""
    reason: str = ""

    @property
    def valid(self) -> bool:
        """Whether it is a flaw."""
        return not self.refuted


@dataclass(frozen=True, slots=True)
class Piece:
    """A function with its flaw, and a false alarm about it. `mended` is the flaw's line without the flaw."""

    path: str
    code: str
    flaw: Topic
    alarm: Topic
    mended: str = ""


def alarm(
    quote: str, title: str, breaks: str, refuted: str, reason: str, severity: Severity = Severity.MINOR
) -> Topic:
    """What somebody says who has not read on. In two wordings, as people and models have them."""
    titles = (title, f"{title}, it seems")
    wordings = (breaks, f"As far as this function shows: {breaks[0].lower()}{breaks[1:]}")
    return Topic(quote, severity, DefectType.CHECKING, None, titles, wordings, refuted=refuted, reason=reason)
