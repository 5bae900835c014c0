"""The kinds of claim that are stored: notes, findings, and what the answer key says of a snapshot."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from reviews import claims
from reviews.models.defect import Defect
from reviews.models.review import Pass
from reviews.models.snapshot import Snapshot
from reviews.snapshots.ground import Ground

SEVERITIES = [(severity.value, severity.value) for severity in claims.Severity]
DEFECT_TYPES = [(kind.value, kind.value) for kind in claims.DefectType]
GROUNDS = [(ground.value, ground.words) for ground in Ground]


class ClaimWords(models.Model):
    """What is said, and where. `first_line` is null for a claim about the whole."""

    title = models.CharField(max_length=200, blank=True)
    explanation = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=claims.Severity.MAJOR)
    odc_type = models.CharField(max_length=13, choices=DEFECT_TYPES, blank=True)
    cwe = models.PositiveIntegerField(null=True, blank=True)
    path = models.CharField(max_length=1024, blank=True)
    first_line = models.PositiveIntegerField(null=True, blank=True)
    last_line = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField(blank=True)
    confidence = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="In per cent.",
    )
    suggested_fix = models.TextField(blank=True)
    elsewhere: models.JSONField[Any, Any] = models.JSONField(
        default=list, blank=True, help_text="Further places: lists of path, first and last line."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title or "untitled"

    def claim(self) -> claims.Claim:
        """This row as plain data."""
        place = None
        if self.path and self.first_line is not None and self.last_line is not None:
            place = claims.Place(self.path, self.first_line, self.last_line)
        return claims.Claim(
            title=self.title,
            explanation=self.explanation,
            severity=claims.Severity(self.severity),
            path=self.path,
            place=place,
            quote=self.quote,
            odc_type=claims.DefectType(self.odc_type) if self.odc_type else None,
            cwe=self.cwe,
            confidence=None if self.confidence is None else self.confidence / 100,
            suggested_fix=self.suggested_fix,
            elsewhere=tuple(claims.Place(*item) for item in self.elsewhere),
        )

    def take(self, claim: claims.Claim) -> None:
        """Copy plain data into this row's columns; the caller saves."""
        self.title = claim.title[:200]
        self.explanation = claim.explanation
        self.severity = claim.severity
        self.odc_type = claim.odc_type or ""
        self.cwe = claim.cwe
        self.path = (claim.place.path if claim.place else claim.path)[:1024]
        self.first_line = claim.place.first_line if claim.place else None
        self.last_line = claim.place.last_line if claim.place else None
        self.quote = claim.quote
        self.confidence = None if claim.confidence is None else round(claim.confidence * 100)
        self.suggested_fix = claim.suggested_fix
        self.elsewhere = [[item.path, item.first_line, item.last_line] for item in claim.elsewhere]

    @property
    def where(self) -> str:
        """The place as people write it: `db.js:34` or `db.js:34-36`."""
        if self.first_line is None:
            return self.path
        if self.last_line == self.first_line:
            return f"{self.path}:{self.first_line}"
        return f"{self.path}:{self.first_line}-{self.last_line}"


class ClaimFields(ClaimWords):
    """What is said of one snapshot: how it stands on the code, and why it is in its defect."""

    class MatchedBy(models.TextChoices):
        """What put a claim into its defect. Alone: nobody else speaks of it, so it has one of its own."""

        ALONE = "alone", "nobody else speaks of it"
        WORDS = "words", "words"
        PLACE = "place", "place"
        JUDGE = "judge", "a judge model"
        PERSON = "person", "a person"

    grounding = models.CharField(max_length=8, choices=GROUNDS, default=Ground.EXACT)
    defect = models.ForeignKey(
        Defect, null=True, blank=True, on_delete=models.SET_NULL, related_name="%(class)ss"
    )
    moved_by_person = models.BooleanField(
        default=False, help_text="Then no later matching takes it out of its defect."
    )
    matched_by = models.CharField(max_length=6, choices=MatchedBy, blank=True)
    match_score = models.FloatField(null=True, blank=True, help_text="A probability, from 0 to 1.")
    match_why = models.CharField(max_length=400, blank=True, help_text="In one sentence, for people.")

    class Meta:
        abstract = True


class Note(ClaimFields):
    """A finding that the student wrote, before any model spoke."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="notes")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("path", "first_line", "pk")


class Finding(ClaimFields):
    """A finding that a reviewer returned. `outcome` is what its panel made of it, if it sat on one."""

    class Outcome(models.TextChoices):
        """How a consensus ended for a finding. Single is not dismissed: nobody else spoke of it."""

        CONFIRMED = "confirmed", "confirmed"
        INTEGRATION = "integration", "integration"
        SINGLE = "single", "single"
        DISMISSED = "dismissed", "dismissed"

    by_pass = models.ForeignKey(Pass, on_delete=models.CASCADE, related_name="findings")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()
    rule = models.CharField(max_length=100, blank=True)
    combines: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=11, choices=Outcome, blank=True)

    class Meta:
        ordering = ("path", "first_line", "by_pass", "position")
        constraints = [
            models.UniqueConstraint(fields=("by_pass", "position"), name="a_finding_once_per_pass"),
        ]


class KeyClaim(ClaimFields):
    """What the answer key says of one snapshot: an entry at the place where it stands there."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="key_claims")
    entry = models.ForeignKey("reviews.KeyEntry", on_delete=models.CASCADE, related_name="claims")

    class Meta:
        ordering = ("entry__number", "pk")
        constraints = [
            models.UniqueConstraint(fields=("snapshot", "entry"), name="an_entry_once_per_snapshot"),
        ]
