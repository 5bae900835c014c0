"""What one phone shows besides what all show: what the class answered, and what it answered itself."""

from __future__ import annotations

from courses.domain import live
from courses.domain.once import once
from courses.domain.queries.reveal import Reveal, reveal_of
from courses.domain.screens import Asked, Screen
from courses.models import Answer, Seat, Sitting

REVEAL_SECONDS = 3
"""How long an outcome is kept: so long all who look at once are served by one reckoning."""


def reveal_on(sitting_id: int, screen: Screen) -> Reveal | None:
    """What the class answered, of a screen that reveals it; kept for a moment, and the same for all.

    Raises Sitting.DoesNotExist.
    """
    if screen.revealed is None:
        return None
    revealed = screen.revealed

    def make() -> Reveal:
        sitting = Sitting.objects.get(pk=sitting_id)
        return reveal_of(sitting, revealed.question, revealed.beat, story=live.heard_of(sitting).story)

    return once(f"phone-reveal:{sitting_id}:{screen.mark}", REVEAL_SECONDS, make)


def own_answer(seat: Seat, asked: Asked) -> Answer | None:
    """What this seat sent to this asking of the question."""
    return Answer.objects.filter(seat=seat, question=asked.step.id, round=asked.asked).first()
