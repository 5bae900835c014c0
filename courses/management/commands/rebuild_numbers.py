"""Makes all kept numbers anew from the rows: `manage.py rebuild_numbers [--course ID]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courses.domain.insights import counting_revisions, rebuild
from courses.models import Assignment, Course
from reviews.gap import tallies


class Command(BaseCommand):
    """What is kept ready is never the truth: the rows are, and this reads them again."""

    help = "Make the tallies of all submissions, and the insights computed from them, anew from the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--course` limits the work to one."""
        parser.add_argument("--course", type=int, metavar="ID", help="only the numbers of this course")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild, and say how many."""
        assignments = Assignment.objects.all()
        if options["course"] is not None:
            if not Course.objects.filter(pk=options["course"]).exists():
                raise CommandError(f"There is no course {options['course']}.")
            assignments = assignments.filter(course=options["course"])
        snapshots = counting_revisions().filter(submission__assignment__in=assignments)
        made = tallies.rebuild(list(snapshots.values_list("snapshot", flat=True)))
        counted = rebuild(assignments)
        self.stdout.write(f"Rebuilt the numbers of {made} submissions and of {counted} assignments.")
