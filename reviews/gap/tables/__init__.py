"""The tables of the insights, each a function of a digest alone: plain data, and where it can be opened."""

from reviews.gap.tables.base import number, witnesses
from reviews.gap.tables.blind import blind_spots, repeats
from reviews.gap.tables.reviewers import added, reviewers
from reviews.gap.tables.students import green_tests, learnt, nobody_found, tenths

__all__ = [
    "added",
    "blind_spots",
    "green_tests",
    "learnt",
    "nobody_found",
    "number",
    "repeats",
    "reviewers",
    "tenths",
    "witnesses",
]
