"""`manage.py rotate_keys`: seal the providers' keys anew with the newest key of the ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.engine.keys import rotate


class Command(BaseCommand):
    """After a new text was put first in KEYRING and before an old one is taken out of it."""

    help = "Seal every stored key with the first text of KEYRING. Exit status 1 if one cannot be opened."

    def handle(self, **options: Any) -> None:
        """Say how many were sealed, and name the connections whose key must be entered again."""
        done, shut = rotate()
        self.stdout.write(f"Sealed anew: {done}.")
        if shut:
            raise CommandError(
                f"No key of the ring opens those of {', '.join(shut)}: enter them again.", returncode=1
            )
