"""What the worker is asked to do: ids in, one call down."""

from __future__ import annotations

from celery import shared_task

from reviews.engine import answer_keys, clearances, passes, sweep


@shared_task(name="reviews.tasks.run_pass")
def run_pass(pass_id: int) -> None:
    """Run one pass; a pass that is gone or taken is nobody's work any more."""
    passes.run(pass_id)


@shared_task(name="reviews.tasks.clear_snapshot")
def clear_snapshot(snapshot_id: int) -> None:
    """Clear handed-in code of names and secrets before anybody is called."""
    clearances.clear_ahead(snapshot_id)


@shared_task(name="reviews.tasks.apply_key")
def apply_key(key_id: int) -> None:
    """Measure the sealed snapshots of an answer key against it as it stands now."""
    answer_keys.catch_up(key_id)


@shared_task(name="reviews.tasks.sweep")
def sweep_lost(lost_after: float = sweep.LOST_AFTER) -> None:
    """Continue what a crash or a lost message left behind."""
    sweep.sweep(lost_after)
