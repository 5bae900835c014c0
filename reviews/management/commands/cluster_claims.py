"""`manage.py cluster_claims GROUPS.jsonl --out PREDICTIONS.jsonl`: which claims speak of the same thing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviews.exchange.labelled import read_heaps, written_clusters
from reviews.gap.clusters import clusters
from reviews.management.files import add_files, read_from, write_to


class Command(BaseCommand):
    """Cluster the claims of each group in a file, exactly as the product would."""

    help = (
        "Group claims that speak of the same thing: JSON lines in, JSON lines out, one a group and in the "
        "same order."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file, and where to."""
        add_files(parser)

    def handle(self, **options: Any) -> None:
        """Write the predictions once all are there; raises CommandError for a file that is not read."""
        groups = read_from(options["groups"], read_heaps)
        lines = [written_clusters(group.name, clusters(group.claims)) for group in groups]
        write_to(options["out"], lines)
        self.stdout.write(f"Clustered {len(lines)} groups.")
