"""Rescue: a reviewer proposes a patch for one valid defect, and a stranger reviews it. Nothing is run."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from reviews.briefs import Exhibit
from reviews.claims import Claim, Severity
from reviews.engine import reviews
from reviews.engine.clearances import note_people
from reviews.engine.opening import Circumstances, Planned
from reviews.gap.stored import SPEAKING
from reviews.models import Defect, Finding, Review, locked
from reviews.protocols.exhibits import as_text

RESCUES_FROM = 1000
"""Rescues stand behind every plan: the rescue of the defect with id 3 is at position 1003.

By its id and not its number: a number is given anew when a defect is merged away.
"""


class CannotRescue(Exception):
    """Why no patch can be asked for; the message says what to do."""


def rescue(defect: Defect, around: Circumstances, by: AbstractBaseUser) -> Review:
    """Ask for a patch; asked twice, it is one rescue. One that could not finish may be asked for anew.

    Raises CannotRescue for a defect that no person has found valid.
    """
    with transaction.atomic():
        snapshot = locked(defect.snapshot_id)
        if defect.standing != Defect.Standing.VALID:
            raise CannotRescue("Only a defect that was found valid can be mended.")
        position, exhibit = RESCUES_FROM + defect.pk, _exhibit(defect)
        note_people(snapshot, around.people, [exhibit.text])
        before = Review.objects.filter(snapshot=snapshot, position=position, current=True).first()
        if before is None:
            planned = Planned("rescue")
            return reviews.begin(snapshot, position, planned, around, by=by, exhibit=exhibit)
        if before.ended and before.state != Review.State.COMPLETE:
            return reviews.run_again(before, by, around.people)
        return before


def rescue_of(defect: Defect) -> Review | None:
    """The current rescue of a defect, if there is one."""
    position = RESCUES_FROM + defect.pk
    return Review.objects.filter(snapshot=defect.snapshot_id, position=position, current=True).first()


def _exhibit(defect: Defect) -> Exhibit:
    """The defect in the words of the reviewers who saw it, else by its title: never the student's notes."""
    kept = defect.findings.filter(SPEAKING).exclude(outcome=Finding.Outcome.DISMISSED)
    told = [finding.claim() for finding in kept]
    by_title = Claim(title=defect.title, severity=Severity(defect.severity))
    return Exhibit(f"Defect {defect.number}", as_text(told or [by_title]))
