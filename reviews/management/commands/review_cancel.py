"""`manage.py review_cancel ID`: stops a review."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from reviews.engine import reviews
from reviews.engine.outcomes import spent_of
from reviews.engine.spent import paid_for
from reviews.management.terminal import TerminalCommand, review_numbered
from reviews.management.words import spent


class Command(TerminalCommand):
    """Stop what has not started, and let go of what has."""

    help = "Stop a review, and say what was already paid for it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The review's number."""
        parser.add_argument("review_id", type=int, metavar="ID")

    def handle(self, **options: Any) -> None:
        """Cancel it; once it has ended there is nothing to stop."""
        review = review_numbered(options["review_id"])
        stopped = reviews.cancel(review, None)
        review.refresh_from_db()
        said = "was cancelled" if stopped else f"has ended already ({review.state}); nothing was changed"
        self.stdout.write(f"Review {review.pk} {said}. So far: {spent(spent_of(paid_for(review.pk)))}")
