"""Pieces of code with a flaw each, and with something that only looks like one: what exercises are made of.

`$one` and `$many` stand for what an exercise is about ("loan", "loans").
"""

from courses.demo.big.pieces.api import API
from courses.demo.big.pieces.service import SERVICE
from courses.demo.big.pieces.storage import STORAGE
from courses.demo.big.pieces.topic import Piece, Topic
from reviews.claims import DefectType, Severity

__all__ = ["PIECES", "WHOLE", "Piece", "Topic"]

PIECES = (*STORAGE, *SERVICE, *API)

# fmt: off
WHOLE = (
    Topic(
        "", Severity.MINOR, DefectType.FUNCTION, 770,
        ("Nothing limits how often anybody may call", "No rate limit anywhere"),
        ("A script that calls in a loop keeps the service from everybody else.",
         "Neither the service nor the interface counts calls, so one caller can use it up."),
        "Limit calls by address and by user.",
    ),
    Topic(
        "", Severity.INFO, DefectType.DOCUMENTATION, None,
        ("The modules are not documented", "There is no documentation of the modules"),
        ("Nobody who comes later knows which module does what.",
         "A reader has to open every file to find where a thing is done."),
        refuted='"""How $many are stored, for people and for other services."""',
        reason="Every module begins with a docstring that says what it does.",
    ),
)
"""What is said of no line: one that is right, and one that is not."""
