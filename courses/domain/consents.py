"""Whether a student's work may be shown to a class: staff ask, the student gives, refuses, withdraws.

Only the student changes an answer: who said no is not asked again.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from courses.domain import walkthroughs
from courses.models import Consent, Submission


class NotAsked(Exception):
    """Nobody asked to show this work, so there is nothing to answer."""


def ask(submission: Submission, by: AbstractBaseUser) -> bool:
    """Ask the student; False where they were asked before, whatever they answered: that stands."""
    _, is_new = Consent.objects.get_or_create(
        submission=submission, defaults={"asked_by_id": by.pk, "asked_at": timezone.now()}
    )
    return is_new


def give(submission: Submission) -> None:
    """The student lets their class see it; also after a refusal or a withdrawal. Raises NotAsked."""
    with transaction.atomic():
        consent = _locked(submission)
        if not consent.holds:
            consent.given_at, consent.refused_at, consent.withdrawn_at = timezone.now(), None, None
            consent.save()


def refuse(submission: Submission) -> int:
    """The student says no; what they had allowed is withdrawn. How many walkthroughs that removed.

    Withdrawn is every walkthrough that was made from the work, and every copy of one: see
    `walkthroughs.remove` for what stays of their sittings. Raises NotAsked.
    """
    with transaction.atomic():
        consent = _locked(submission)
        now = timezone.now()
        if consent.holds:
            consent.withdrawn_at = now
        elif consent.withdrawn_at is None and consent.refused_at is None:
            consent.refused_at = now
        consent.save()
        # Looked for whatever was on record: nothing may be there that is not allowed.
        made = list(submission.walkthroughs.all())
        for walkthrough in made:
            walkthroughs.remove(walkthrough)
    return len(made)


def _locked(submission: Submission) -> Consent:
    consent = Consent.objects.select_for_update().filter(submission=submission).first()
    if consent is None:
        raise NotAsked("Nobody has asked to show this work to a class.")
    return consent
