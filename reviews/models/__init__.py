"""The rows of reviews. Thin: rules live in engine and gap."""

from reviews.models.claim import Finding, Note
from reviews.models.defect import Defect
from reviews.models.review import Pass, Recording, Review
from reviews.models.reviewer import LanguageModel, Reviewer
from reviews.models.snapshot import Blob, Provenance, Seal, Snapshot, SnapshotFile, locked

__all__ = [
    "Blob",
    "Defect",
    "Finding",
    "LanguageModel",
    "Note",
    "Pass",
    "Provenance",
    "Recording",
    "Review",
    "Reviewer",
    "Seal",
    "Snapshot",
    "SnapshotFile",
    "locked",
]
