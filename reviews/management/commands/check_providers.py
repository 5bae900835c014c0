"""`manage.py check_providers`: which reviewers answer, and what to do where one does not."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.engine.checks import Check, check_all

WIDTH = 100
HEADS = ("", "reviewer", "provider", "model", "seconds")


class Command(BaseCommand):
    """Ask every model that an active reviewer speaks for one tiny question, and run the analysers."""

    help = "Try every reviewer that is switched on. Exit status 0 if all work, 1 if some do not."

    def add_arguments(self, parser: CommandParser) -> None:
        """How it is printed."""
        parser.add_argument("--json", action="store_true", help="Print a list of objects, one a check.")

    def handle(self, **options: Any) -> None:
        """Print what was found; a failure is said in the exit status, too."""
        checks = check_all()
        asked = [check for check in checks if check.asked]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(check) for check in checks], indent=2, ensure_ascii=False))
        elif not checks:
            self.stdout.write("No reviewer is switched on. An administrator can switch one on.")
        else:
            self.stdout.write("\n".join(table(checks)))
        broken = sum(not check.works for check in asked)
        if broken:
            raise CommandError(f"{broken} of {len(asked)} do not work.", returncode=1)


def table(checks: Sequence[Check]) -> Iterator[str]:
    """Lines of text: aligned columns, and under each row what was said and what to do."""
    rows = [HEADS, *(_cells(check) for check in checks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row, check in zip(rows, [None, *checks], strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)]
        yield "  ".join([*cells, row[-1].rjust(widths[-1])]).rstrip()
        if check is not None:
            indent = " " * (widths[0] + 2)
            said = check.says + (f" ({check.answered_by})" if check.answered_by else "")
            for text in (said, check.what_to_do):
                yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _cells(check: Check) -> tuple[str, ...]:
    state = "works" if check.works else "FAILS" if check.asked else "-"
    seconds = f"{check.seconds:.1f}" if check.asked else ""
    return state, check.name, check.provider, check.model, seconds
