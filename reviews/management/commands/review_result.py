"""`manage.py review_result ID`: what came of a review."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.terminal import TerminalCommand, add_forms, review_numbered


class Command(TerminalCommand):
    """Print what came of a review, with the exit status that `review` would have had."""

    help = (
        "Print what came of a review. Exit status 0: reviewed, and nothing blocking; 1: blocking findings; "
        "2: it has not ended, was cancelled, or somebody could not review."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The review's number, and the form."""
        parser.add_argument("review_id", type=int, metavar="ID")
        add_forms(parser)

    def handle(self, **options: Any) -> None:
        """Print it; raises SystemExit with the status."""
        self.finish(review_numbered(options["review_id"]), options)
