"""`manage.py make_big_course`: a course of the size that Blindspot is measured at."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.demo.big.course import Refused, Size, make
from courses.models import Course


class Command(BaseCommand):
    """Make a course with many students, submissions and claims."""

    help = (
        "Make a big course: the same for the same seed. Only where there is no other course yet, "
        "unless --yes says that it may stand beside real ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, and the seed."""
        size = Size()
        parser.add_argument("--students", type=int, default=size.students)
        parser.add_argument("--assignments", type=int, default=size.assignments)
        parser.add_argument("--claims", type=int, default=size.claims, help="notes and findings together")
        parser.add_argument("--seed", type=int, default=size.seed)
        parser.add_argument("--yes", action="store_true", help="even where there are other courses")

    def handle(self, **options: Any) -> None:
        """Make it, and say what was made and how to look at it."""
        size = Size(options["students"], options["assignments"], options["claims"], options["seed"])
        if not options["yes"] and Course.objects.exclude(name=size.name).exists():
            raise CommandError(
                "There are other courses here, and this would add hundreds of made-up people beside them. "
                "Nothing was changed. Use a database of its own, or say --yes."
            )
        try:
            course = make(size, self.stdout.write)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"Course {course.pk} is taught by big-{size.seed}-instructor, who has no password yet: "
            f"manage.py changepassword big-{size.seed}-instructor"
        )
