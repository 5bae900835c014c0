"""Who is reading a submission now, who has read it, and who could not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from reviews.models import Finding, Pass, Review, Snapshot
from reviews.protocols import PROTOCOLS


@dataclass(frozen=True, slots=True)
class PassLine:
    """One pass as the panel shows it. `seconds` and `findings` are None where there are none yet."""

    item: Pass
    letter: str
    seconds: float | None
    findings: int | None

    @property
    def state(self) -> str:
        """The name of the shape that stands for its state."""
        return _SHAPES.get(self.item.state, self.item.state)

    @property
    def why(self) -> str:
        """Why it could not review, or why it is asked again; empty for all others."""
        if self.item.state == Pass.State.UNABLE:
            return f"{self.item.trouble.capitalize()}: {self.item.detail}"
        if self.item.state == Pass.State.QUEUED and self.item.trouble:
            return f"Will be asked again. {self.item.trouble.capitalize()}: {self.item.detail}"
        return ""

    @property
    def elapsed(self) -> str:
        """The time it took, or takes so far, in words."""
        if self.seconds is None:
            return ""
        if self.seconds < 1:
            return "under 1 s"
        minutes, seconds = divmod(round(self.seconds), 60)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


_SHAPES: dict[str, str] = {Pass.State.UNABLE: "failed", Pass.State.ANSWERED: "complete"}


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review of the panel with its passes."""

    review: Review
    label: str
    purpose: str
    passes: tuple[PassLine, ...]

    @property
    def silent(self) -> tuple[PassLine, ...]:
        """Who could not review."""
        return tuple(line for line in self.passes if line.item.state == Pass.State.UNABLE)


@dataclass(frozen=True, slots=True)
class Panel:
    """All current reviews of a snapshot."""

    reviews: tuple[ReviewLine, ...]

    @property
    def passes(self) -> tuple[PassLine, ...]:
        """The passes of all reviews, in order."""
        return tuple(line for review in self.reviews for line in review.passes)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return all(line.review.ended for line in self.reviews)

    @property
    def answered(self) -> int:
        """How many passes gave an answer."""
        return sum(line.item.state == Pass.State.ANSWERED for line in self.passes)

    @property
    def unable(self) -> int:
        """How many passes could not review."""
        return sum(line.item.state == Pass.State.UNABLE for line in self.passes)


def panel(snapshot: Snapshot) -> Panel:
    """The live panel of a snapshot, in four queries."""
    reviews = snapshot.reviews.filter(current=True).prefetch_related("passes__reviewer")
    counted = Finding.objects.filter(snapshot=snapshot).values_list("by_pass").annotate(Count("pk"))
    found = dict(counted.order_by())
    now = timezone.now()
    return Panel(
        tuple(
            ReviewLine(
                review,
                PROTOCOLS[review.protocol].label,
                PROTOCOLS[review.protocol].purpose,
                tuple(_pass_line(item, review, found, now) for item in review.passes.all()),
            )
            for review in reviews
        )
    )


def have_read(snapshot: Snapshot) -> bool:
    """Whether all reviews have ended: all that a student may know before the findings are shown."""
    return not snapshot.reviews.filter(current=True).exclude(state__in=Review.ENDED).exists()


def _pass_line(item: Pass, review: Review, found: dict[int, int], now: datetime) -> PassLine:
    seconds = None
    if item.started_at:
        seconds = ((item.ended_at or now) - item.started_at).total_seconds()
    answered = item.state == Pass.State.ANSWERED
    letter = PROTOCOLS[review.protocol].letter
    return PassLine(item, letter, seconds, found.get(item.pk, 0) if answered else None)
