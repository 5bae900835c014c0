"""What Blindspot's commands have in common: strict options, exit statuses, and how a review is printed."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import traceback
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError, connections

from reviews.engine.outcomes import outcome
from reviews.exchange import sarif
from reviews.exchange.outcome import Outcome, as_json
from reviews.management.words import report
from reviews.models import Review

FINE, BLOCKING, COULD_NOT = 0, 1, 2
"""Exit statuses: reviewed and nothing blocking; blocking findings; could not review."""

LEAST_WIDTH, MOST_WIDTH = 50, 100


class Refused(CommandError):
    """Why a command did not do what it was asked, in words for who typed it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=COULD_NOT)


class TerminalCommand(BaseCommand):
    """A command that takes no option for another, and whose exit status can be relied on.

    Whatever goes wrong ends with COULD_NOT: a bug of ours must not look like a blocking finding.
    """

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """The usual parser, but that options must be written out."""
        return super().create_parser(prog_name, subcommand, **{"allow_abbrev": False, **options})

    def run_from_argv(self, argv: list[str]) -> None:
        """Run as a program. Raises SystemExit."""
        try:
            super().run_from_argv(argv)
        except KeyboardInterrupt:
            sys.exit(COULD_NOT)
        except Exception:
            traceback.print_exc()
            sys.exit(COULD_NOT)

    def execute(self, *arguments: Any, **options: Any) -> str | None:
        """Run, with the engine's news kept quiet. Raises Refused where the database has no tables."""
        log = logging.getLogger("blindspot")
        before = log.level
        if options["verbosity"] < 2:
            log.setLevel(logging.ERROR)
        try:
            return super().execute(*arguments, **options)
        except (OperationalError, ProgrammingError) as error:
            name = connections["default"].settings_dict["NAME"]
            raise Refused(
                f"The database {name} cannot be used ({error}). If it is new, run “manage.py migrate” first."
            ) from error
        finally:
            log.setLevel(before)

    def finish(self, review: Review, options: dict[str, Any]) -> None:
        """Print what came of a review in the form asked for. Raises SystemExit unless all is fine."""
        found = outcome(review)
        self.stdout.write(printed(found, options))
        if status := exit_status(found):
            sys.exit(status)


def add_forms(parser: CommandParser) -> None:
    """The options that choose how an outcome is printed."""
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print the whole outcome as JSON")
    forms.add_argument("--sarif", action="store_true", help="print the findings as SARIF 2.1.0")


def printed(found: Outcome, options: dict[str, Any]) -> str:
    """The outcome as text, JSON or SARIF."""
    if options["json"]:
        return json.dumps(as_json(found), indent=2)
    if options["sarif"]:
        return json.dumps(sarif.write(found), indent=2)
    width = shutil.get_terminal_size().columns
    return report(found, max(LEAST_WIDTH, min(width, MOST_WIDTH)))


def exit_status(found: Outcome) -> int:
    """What the outcome means to a script. Blocking findings stand even where somebody could not review."""
    if not found.ended or found.state == Review.State.CANCELLED:
        return COULD_NOT
    if found.blocking:
        return BLOCKING
    return FINE if found.complete else COULD_NOT


def review_numbered(number: int) -> Review:
    """The review of that number. Raises Refused."""
    review = Review.objects.select_related("snapshot").filter(pk=number).first()
    if review is None:
        raise Refused(f"There is no review {number}. “manage.py review_status” lists the latest.")
    return review
