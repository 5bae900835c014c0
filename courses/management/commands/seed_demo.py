"""`manage.py seed_demo`: the demo course, unless it is there."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand

from courses.demo.seed import seed


class Command(BaseCommand):
    """Make the demo course with its people, assignments and work in every state."""

    help = "Make the demo course. Does nothing where it is there already."

    def handle(self, **options: Any) -> None:
        """Say what was done, since it takes some seconds the first time."""
        # Dozens of reviews end within seconds here: that is no news to whoever runs the demo.
        logging.getLogger("blindspot").setLevel(logging.WARNING)
        if seed():
            self.stdout.write("The demo course is ready.")
