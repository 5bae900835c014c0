"""What is left of a sitting when the code that it showed must go: numbers."""

from __future__ import annotations

from courses.domain import sittings
from courses.models import Answer, LiveRun, Sitting
from courses.walkthroughs.bare import bare


def only_numbers(sitting_id: int) -> set[int]:
    """End a sitting, and keep of it which lines were marked, what was chosen, and who saw which defect.

    Gone are the names of files, every word of its story, every word that somebody sent from a phone
    (it may quote the code), and the reviews that ran live. Returns the ids of the snapshots that it
    held, which nobody of it needs any more. The caller holds the transaction.
    """
    sittings.end(sitting_id)
    sitting = Sitting.objects.select_for_update().get(pk=sitting_id)
    runs = LiveRun.objects.filter(sitting=sitting)
    snapshots = {*sitting.snapshots.values(), *runs.values_list("snapshot", flat=True)}
    runs.delete()
    left = bare(sitting.told())
    sitting.story = left.story.model_dump(mode="json", exclude_defaults=True)
    sitting.snapshots = {}
    sitting.save(update_fields=["story", "snapshots"])
    answers = list(Answer.objects.filter(seat__sitting=sitting))
    for answer in answers:
        answer.words, answer.let_through = "", None
        # A mark on a file that the story does not know says nothing.
        answer.marks = [
            [left.paths[path], first, last] for path, first, last in answer.marks if path in left.paths
        ]
    Answer.objects.bulk_update(answers, ["words", "let_through", "marks"], batch_size=200)
    return snapshots
