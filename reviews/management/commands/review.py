"""`manage.py review PATH…`: reviews code at the terminal, by the same engine and into the same rows."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db.models import Q

from reviews.claims import clean_text
from reviews.engine.alone import UNKNOWN, change_since, run_here, start_alone
from reviews.engine.opening import Planned
from reviews.engine.outcomes import spent_of
from reviews.engine.spent import paid_for
from reviews.management.terminal import COULD_NOT, Refused, TerminalCommand, add_forms
from reviews.management.words import printable, progress, spent
from reviews.models import Pass, Review, Reviewer
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, Protocol
from reviews.snapshots.limits import UploadLimits, UploadRefused
from reviews.snapshots.worktree import Gathered, read_changes, read_paths

MOST_PASSES, MOST_ROUNDS = 8, 5
USUAL_PASSES = {"self_review": 4}
FOCUS_CHARACTERS = 2_000
LEFT_OUT_SHOWN = 10

OFFERED = {name: protocol for name, protocol in PROTOCOLS.items() if protocol.planned}


class Command(TerminalCommand):
    """Store the code, seal it without notes, review it, and print what came of it."""

    help = (
        "Review files and folders. Exit status 0: reviewed, and nothing blocking; 1: blocking findings "
        "(critical or major, and not dismissed); 2: could not review."
    )

    verbose = True

    def add_arguments(self, parser: CommandParser) -> None:
        """What to review, how, and by whom."""
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = "protocols:\n" + "\n".join(f"  {p.name:<15} {p.purpose}" for p in OFFERED.values())
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
        parser.add_argument(
            "--base", metavar="REV", help="review only what changed since this commit or branch"
        )
        parser.add_argument(
            "--protocol",
            metavar="NAME",
            type=lambda name: name.replace("-", "_"),
            choices=OFFERED,
            default="linters",
            help="one of those below; linters is the usual one",
        )
        parser.add_argument("--author-model", metavar="M", default="", help="which model wrote the code")
        parser.add_argument(
            "--reviewer",
            metavar="R",
            action="append",
            default=[],
            help="ask this reviewer, by its name or its model's; again for more",
        )
        parser.add_argument("--passes", metavar="N", type=bounded(MOST_PASSES), help=f"1 to {MOST_PASSES}")
        parser.add_argument("--rounds", metavar="N", type=bounded(MOST_ROUNDS), help=f"1 to {MOST_ROUNDS}")
        parser.add_argument("--focus", metavar="TEXT", help="what to look at most of all")
        parser.add_argument("--background", action="store_true", help="leave it to the site's workers")
        add_forms(parser)

    def handle(self, **options: Any) -> None:
        """Review, and print the outcome. Raises Refused, and SystemExit with the status."""
        self.verbose = options["verbosity"] > 0
        protocol = OFFERED[options["protocol"]]
        check_taken(protocol, options)
        gathered = gather(options["paths"], options["base"])
        self.note_left_out(gathered)
        review = start_alone(gathered.files, options["author_model"], plan(protocol, options, gathered))
        if not options["author_model"] and protocol.asks_models:
            self.note(
                f"The author is {UNKNOWN}, so nobody can tell who is a stranger to it: see --author-model."
            )
        if options["background"]:
            self.leave(review)
        else:
            self.run_here(review)
            self.finish(review, options)

    def run_here(self, review: Review) -> None:
        """Run it in this process. Raises SystemExit when it is cancelled by Ctrl-C."""
        try:
            run_here(review, self.tell)
        except KeyboardInterrupt:
            review.refresh_from_db()
            paid = spent(spent_of(paid_for(review.pk)))
            self.note(f"\nReview {review.pk} is {review.state}. Already paid: {paid}")
            raise SystemExit(COULD_NOT) from None

    def leave(self, review: Review) -> None:
        """Leave it to the workers, and say how to hear of it."""
        if review.ended:
            self.note(printable(review.reason))
        elif settings.EMBEDDED_BROKER:
            self.note("The site takes it up now if it runs (make run), else as soon as it does.")
        self.note(f"Follow it with “manage.py review_status {review.pk}” and “review_result {review.pk}”.")
        self.stdout.write(str(review.pk))

    def tell(self, item: Pass) -> None:
        """Progress goes to the standard error: the standard output holds the outcome alone."""
        if line := progress(item):
            self.note(line)

    def note_left_out(self, gathered: Gathered) -> None:
        """Say which files are not reviewed."""
        for path, why in gathered.left_out[:LEFT_OUT_SHOWN]:
            self.note(printable(f"Left out: {path}, {why}"))
        if len(gathered.left_out) > LEFT_OUT_SHOWN:
            self.note(f"Left out: {len(gathered.left_out) - LEFT_OUT_SHOWN:,} more")

    def note(self, line: str) -> None:
        """A line on the standard error; none with --verbosity 0."""
        if self.verbose:
            self.stderr.write(line, style_func=str)


def bounded(most: int) -> Any:
    """A reader of whole numbers from 1 to `most`, for argparse."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}")
        return int(text)

    return number


def check_taken(protocol: Protocol, options: dict[str, Any]) -> None:
    """Raises Refused for an option that the protocol has no use for."""
    for name in ("passes", "rounds", "focus"):
        if options[name] is not None and name not in protocol.takes:
            takes = ", ".join(f"--{item}" for item in ("passes", "rounds", "focus") if item in protocol.takes)
            raise Refused(f"{protocol.label} takes no --{name}. It takes {takes or 'none of these options'}.")
    if options["focus"] is not None and not 1 <= len(options["focus"].strip()) <= FOCUS_CHARACTERS:
        raise Refused(f"--focus takes a text of 1 to {FOCUS_CHARACTERS:,} characters.")


def gather(paths: Sequence[str], base: str | None) -> Gathered:
    """The files to review. Raises Refused."""
    limits = UploadLimits(**settings.UPLOAD_LIMITS)
    try:
        if base is None:
            return read_paths(paths, limits, Path.cwd())
        return read_changes(paths, base, limits, Path.cwd())
    except UploadRefused as refused:
        raise Refused(printable("\n".join(refused.messages))) from refused


def plan(protocol: Protocol, options: dict[str, Any], gathered: Gathered) -> Planned:
    """The one line of the review's plan. Raises Refused."""
    usual = Planned(protocol.name)
    return Planned(
        protocol.name,
        passes=options["passes"] or USUAL_PASSES.get(protocol.name, usual.passes),
        reviewer_ids=tuple(reviewer.pk for reviewer in reviewers(protocol, options["reviewer"])),
        rounds=options["rounds"] or usual.rounds,
        focus=clean_text((options["focus"] or "").strip()),
        shown=(change_since(options["base"], gathered.diff),) if gathered.diff else (),
        even_off=True,
    )


def reviewers(protocol: Protocol, names: Sequence[str]) -> list[Reviewer]:
    """The reviewers that were named, switched on or not. Raises Refused for a name that does not fit."""
    found = {reviewer.pk: reviewer for reviewer in (reviewer_named(protocol, name) for name in names)}
    return list(found.values())


def reviewer_named(protocol: Protocol, name: str) -> Reviewer:
    """The reviewer of that name, else the only one of that model; one that is switched on goes first."""
    askable = Reviewer.objects.filter(provider__in=settings.REVIEW_PROVIDERS).exclude(provider=PERSON)
    by_model = Q(model__name__iexact=name) | Q(model__label__iexact=name)
    found = list(askable.filter(name__iexact=name)) or list(askable.filter(by_model))
    found = [reviewer for reviewer in found if reviewer.active] or found
    fitting = [reviewer for reviewer in found if bool(reviewer.model_id) == protocol.asks_models]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(reviewer.name for reviewer in fitting)
        raise Refused(f"Several reviewers are made of {name}: {names}. Name one of them.")
    if found:
        asks = "models" if protocol.asks_models else "analysers"
        raise Refused(f"{protocol.label} asks {asks}, and {found[0].name} is none.")
    there = askable.filter(model__isnull=not protocol.asks_models).values_list("name", flat=True)
    known = ", ".join(there[:20]) or "none yet; an administrator adds them on the site"
    raise Refused(f"No reviewer and no reviewer's model is called {name!r}. There are: {known}.")
