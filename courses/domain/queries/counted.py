"""How many sit in a room, and how many answered: counted once a second, however many screens ask."""

from __future__ import annotations

from dataclasses import dataclass

from courses.domain import answers, seats
from courses.domain.once import once
from courses.models import Sitting

SECONDS = 1


@dataclass(frozen=True, slots=True)
class Counted:
    """`joined` took a seat, `here` gave a sign of life lately; `answers` is None where nothing is asked."""

    joined: int
    here: int
    answers: int | None


def counted(sitting: Sitting) -> Counted:
    """The numbers of a sitting's room, at most a second old."""
    question, asked = question_of(sitting)
    key = f"counted:{sitting.pk}:{question}:{asked}"

    def make() -> Counted:
        present = seats.present(sitting.pk)
        sent = answers.count(sitting.pk, question, asked) if question else None
        return Counted(present.joined, present.here, sent)

    return once(key, SECONDS, make)


def question_of(sitting: Sitting) -> tuple[str, int]:
    """The question that the room is at, asked or revealed, and which asking counts; empty for none."""
    room = sitting.shown()
    step = sitting.told().steps[room.step]
    name = step.id if step.kind == "question" else step.question if step.kind == "reveal" else ""
    return name, room.round_of(name)
