"""Reviews of code that nobody handed in, from the terminal: the same rows, the same engine.

They can be run here and now, by threads of this process; neither a broker nor a worker is needed. The
site's workers may take passes of the same review meanwhile: leases keep them apart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from reviews.briefs import Exhibit
from reviews.engine import passes, reviews, seals
from reviews.engine.opening import Planned, opening
from reviews.engine.snapshots import store
from reviews.families import family_of
from reviews.models import LanguageModel, Pass, Provenance, Review, Snapshot
from reviews.snapshots.files import SourceFile

CHANGED_SINCE = "What changed in these files since"
UNKNOWN = "unknown"
"""The author, and its family, where nobody said which model wrote the code."""

LOOK_EVERY = 0.1
"""Seconds between two looks at the rows: a pass may be due again, or taken by a worker."""

LET_GO_SECONDS = 5.0
"""So long the threads of a cancelled review get to let go of their calls."""


CHANGE_CHARACTERS = 120_000
"""So much of a diff is shown to reviewers."""

CUT = "\n[The rest of the diff is left out; the files are whole.]\n"


def change_since(base: str, diff: str) -> Exhibit:
    """The exhibit that tells reviewers which lines are new: the files that they read are whole."""
    cut = diff if len(diff) <= CHANGE_CHARACTERS else diff[:CHANGE_CHARACTERS] + CUT
    return Exhibit(f"{CHANGED_SINCE} {base}: only that is to be reviewed", cut)


def start_alone(files: Sequence[SourceFile], author_model: str, planned: Planned) -> Review:
    """Store the files, seal them without notes, and begin one review of them."""
    with transaction.atomic():
        snapshot = store(files)
        _record_author(snapshot, author_model.strip())
        seals.seal(snapshot, found_nothing=False)
        (review,) = reviews.start(opening(snapshot, [planned]))
    return review


def run_here(review: Review, tell: Callable[[Pass], None]) -> None:
    """Run the review's passes in threads until it has ended, all of a round at once.

    `tell` is given each pass when its state has changed. On Ctrl-C the review is cancelled, the
    threads let go of their calls, and KeyboardInterrupt goes on.
    """
    running = _Running(review)
    told: dict[int, tuple[str, int, int]] = {}
    try:
        while True:
            review.refresh_from_db()
            items = list(review.passes.select_related("reviewer").defer("raw", "text", "exhibits"))
            for item in items:
                now = (item.state, item.attempt, item.failures)
                if told.get(item.pk) != now:
                    told[item.pk] = now
                    tell(item)
            if review.ended:
                return
            running.start_due()
            if all(item.ended for item in items):
                # A worker that took the last pass may have died before it went on.
                reviews.advance(review.pk)
            running.wait()
    except KeyboardInterrupt:
        reviews.cancel(review, None)
        running.let_go()
        raise


class _Running:
    """The threads that run passes of one review."""

    def __init__(self, review: Review) -> None:
        self.review = review
        self.threads: dict[int, threading.Thread] = {}
        self.ended = threading.Event()
        self.failure: BaseException | None = None

    def start_due(self) -> None:
        """Start a thread for every pass that can be taken now. Raises what broke in a thread before."""
        if self.failure is not None:
            raise self.failure
        now = timezone.now()
        due = Q(state=Pass.State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))
        abandoned = Q(state=Pass.State.RUNNING, leased_until__lt=now)
        for pass_id in self.review.passes.filter(due | abandoned).values_list("pk", flat=True):
            thread = self.threads.get(pass_id)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(
                    target=self._run, args=(pass_id,), name=f"pass-{pass_id}", daemon=True
                )
                self.threads[pass_id] = thread
                thread.start()

    def wait(self) -> None:
        """Until a pass has ended, or it is time for the next look."""
        self.ended.wait(LOOK_EVERY)
        self.ended.clear()

    def let_go(self) -> None:
        """Wait until the threads have seen that nobody waits for them, but not for ever."""
        until = time.monotonic() + LET_GO_SECONDS
        for thread in self.threads.values():
            thread.join(max(until - time.monotonic(), 0))

    def _run(self, pass_id: int) -> None:
        try:
            passes.run(pass_id)
        except BaseException as failure:
            self.failure = failure
        finally:
            connection.close()
            self.ended.set()


def _record_author(snapshot: Snapshot, name: str) -> None:
    """Who wrote the code: a model known by this name or label, another of this name, or nobody known."""
    known = (
        LanguageModel.objects.filter(Q(name__iexact=name) | Q(label__iexact=name)).first() if name else None
    )
    Provenance.objects.create(
        snapshot=snapshot,
        model=known,
        author=known.label if known else name[:100] or UNKNOWN,
        model_name=known.name if known else name[:100],
        family=known.family if known else family_of(name)[:50] or UNKNOWN,
    )
