"""The rows of reviews. Thin: rules live in engine and gap."""

from reviews.models.claim import Finding, KeyClaim, Note
from reviews.models.clearance import Clearance, Notice
from reviews.models.connection import Budget, Connection, Price
from reviews.models.defect import Defect
from reviews.models.judgement import Judgement
from reviews.models.key import AnswerKey, AppliedKey, KeyEntry
from reviews.models.ledger import Call
from reviews.models.review import Pass, Recording, Review
from reviews.models.reviewer import LanguageModel, Reviewer
from reviews.models.snapshot import Blob, Provenance, Seal, Snapshot, SnapshotFile, lock_for, locked
from reviews.models.tally import Tally

__all__ = [
    "AnswerKey",
    "AppliedKey",
    "Blob",
    "Budget",
    "Call",
    "Clearance",
    "Connection",
    "Defect",
    "Finding",
    "Judgement",
    "KeyClaim",
    "KeyEntry",
    "LanguageModel",
    "Note",
    "Notice",
    "Pass",
    "Price",
    "Provenance",
    "Recording",
    "Review",
    "Reviewer",
    "Seal",
    "Snapshot",
    "SnapshotFile",
    "Tally",
    "lock_for",
    "locked",
]
