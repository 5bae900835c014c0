"""`manage.py verify_seal ID`: says whether a receipt still holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.engine.seals import verify
from reviews.models import Seal


class Command(BaseCommand):
    """Compute a seal's hashes anew from the stored files and notes and compare."""

    help = "Check a seal by the number on its receipt. Exit status 1 if it does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """The seal's number."""
        parser.add_argument("seal_id", type=int, metavar="ID")

    def handle(self, **options: Any) -> None:
        """Print one line where it holds, every problem where it does not."""
        seal = Seal.objects.select_related("snapshot").filter(pk=options["seal_id"]).first()
        if seal is None:
            raise CommandError(f"There is no seal {options['seal_id']}. Its number is on the receipt.")
        verdict = verify(seal)
        if not verdict.holds:
            raise CommandError(f"Seal {seal.pk} does not hold. " + " ".join(verdict.problems))
        self.stdout.write(
            f"Seal {seal.pk} holds: {seal.note_count} notes sealed {seal.sealed_at.isoformat()}, "
            f"snapshot {seal.snapshot_sha256}, notes {seal.notes_sha256}, receipt {seal.sha256}."
        )
