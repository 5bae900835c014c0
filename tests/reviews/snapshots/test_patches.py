"""Which lines a diff changes, as the new files count them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviews.snapshots.diffs import unified
from reviews.snapshots.files import SourceFile
from reviews.snapshots.patches import changed_lines, read_patch

texts = st.lists(st.sampled_from("abc"), min_size=1, max_size=12).map(lambda lines: "\n".join(lines) + "\n")


def touched(old: str, new: str) -> set[int]:
    """The lines of the new text that a diff between the two touches."""
    diff = unified([SourceFile("a.py", old)], [SourceFile("a.py", new)])
    places = changed_lines(read_patch(diff, ["a.py"])) if diff else []
    assert all(place.path == "a.py" for place in places)
    return {line for place in places for line in range(place.first_line, place.last_line + 1)}


def test_added_lines_are_changed_and_so_are_the_neighbours_of_what_was_taken_away() -> None:
    assert touched("a\nb\nc\n", "a\nx\nb\nc\n") == {2}
    assert touched("a\nb\nc\n", "a\nc\n") == {1, 2}
    assert touched("a\nb\n", "b\n") == {1}
    assert touched("a\n", "a\n") == set()


def test_every_line_of_a_new_file_is_changed_and_a_deleted_file_has_none() -> None:
    new = unified([], [SourceFile("a.py", "a\nb\n")])
    assert [place.first_line for place in changed_lines(read_patch(new, []))] == [1, 2]
    gone = unified([SourceFile("a.py", "a\n")], [])
    assert changed_lines(read_patch(gone, ["a.py"])) == []


@given(texts, texts)
def test_lines_that_a_diff_does_not_touch_stand_in_both_texts_in_their_order(old: str, new: str) -> None:
    changed = touched(old, new)
    kept = [line for number, line in enumerate(new.splitlines(), 1) if number not in changed]
    rest = iter(old.splitlines())
    assert all(line in rest for line in kept), "a line that was not there before counts as unchanged"
    assert bool(changed) == (old != new)
