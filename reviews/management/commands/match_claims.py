"""`manage.py match_claims GROUPS.jsonl --out PREDICTIONS.jsonl`: which claims of two sides are the same."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews.exchange.labelled import company, read_sides, written_pairs
from reviews.gap.match import one_to_one
from reviews.management.files import add_files, read_from, write_to


class Command(BaseCommand):
    """Match the two sides of each group in a file, exactly as the product would."""

    help = (
        "Match claims one to one, group by group: JSON lines in, JSON lines out, one a group and in the "
        "same order. Groups with a left claim in common are about the same code and help each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and where to."""
        add_files(parser)

    def handle(self, **options: Any) -> None:
        """Write the predictions once all are there; raises CommandError for a file that is not read."""
        groups = read_from(options["groups"], read_sides)
        lines = [
            written_pairs(
                group.name,
                (
                    (pair.left, pair.right, pair.match.score)
                    for pair in one_to_one(group.left, group.right, others)
                ),
            )
            for group, others in zip(groups, company(groups), strict=True)
        ]
        write_to(options["out"], lines)
        self.stdout.write(f"Matched {len(lines)} groups.")
