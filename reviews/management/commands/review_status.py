"""`manage.py review_status [ID]`: how reviews stand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from reviews.engine.outcomes import spent_of
from reviews.engine.spent import paid_for
from reviews.management.terminal import TerminalCommand, review_numbered
from reviews.management.words import pass_line, printable, spent, status
from reviews.models import Review

LATEST = 20


class Command(TerminalCommand):
    """List the latest reviews, or say how each pass of one stands."""

    help = "List the latest reviews; with a review's number, say how each of its passes stands."

    def add_arguments(self, parser: CommandParser) -> None:
        """The review's number."""
        parser.add_argument("review_id", type=int, nargs="?", metavar="ID")

    def handle(self, **options: Any) -> None:
        """Print a line for each review, or for each pass of one."""
        if options["review_id"] is None:
            latest = Review.objects.order_by("-pk").prefetch_related("passes")[:LATEST]
            for review in latest:
                self.stdout.write(status(review))
            if not latest:
                self.stdout.write("There is no review yet. “manage.py review PATH” makes one.")
            return
        review = review_numbered(options["review_id"])
        self.stdout.write(status(review))
        if review.reason:
            self.stdout.write(printable(review.reason))
        for item in review.passes.select_related("reviewer").defer("raw", "text", "exhibits"):
            self.stdout.write(pass_line(item))
        self.stdout.write(spent(spent_of(paid_for(review.pk))))
