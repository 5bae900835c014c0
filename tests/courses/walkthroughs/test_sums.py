"""What a class answered, summed up: the counts, whatever people marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.walkthroughs.marks import merged
from courses.walkthroughs.sums import SLACK, Given, Level, heat, hit_by, sums
from reviews.claims import Place, Severity

paths = st.sampled_from(["db.js", "server.js"])
places = st.builds(
    lambda path, first, more: Place(path, first, first + more), paths, st.integers(1, 60), st.integers(0, 9)
)
answers = st.builds(
    Given,
    marks=st.lists(places, max_size=6).map(tuple),
    severity=st.none() | st.sampled_from(Severity),
    choice=st.none() | st.integers(0, 2),
    confidence=st.none() | st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 1]),
)
classes = st.lists(answers, max_size=20)
defects = st.dictionaries(
    st.sampled_from(["injection", "race", "limit"]), st.lists(places, min_size=1, max_size=3)
)
ALL = dict.fromkeys(["injection", "race", "limit"], Severity.MAJOR)


def lines_of(marks: tuple[Place, ...]) -> set[tuple[str, int]]:
    return {(mark.path, line) for mark in marks for line in range(mark.first_line, mark.last_line + 1)}


@given(classes)
def test_a_seat_counts_once_a_line_however_often_it_marks_it(room: list[Given]) -> None:
    counted: dict[tuple[str, int], int] = {}
    for one in room:
        for spot in lines_of(one.marks):
            counted[spot] = counted.get(spot, 0) + 1
    found = {
        (path, line): run.seats
        for path, runs in heat(room).items()
        for run in runs
        for line in range(run.first, run.last + 1)
    }
    assert found == counted


@given(st.lists(places, max_size=8))
def test_marks_put_together_are_the_same_lines_and_apart(marks: list[Place]) -> None:
    joined = merged(marks)
    assert lines_of(tuple(joined)) == lines_of(tuple(marks))
    assert sum(place.last_line - place.first_line + 1 for place in joined) == len(lines_of(tuple(marks)))


@given(places, defects)
def test_a_mark_hits_what_it_overlaps_or_stands_beside(mark: Place, known: dict[str, list[Place]]) -> None:
    meant = {
        name
        for name, stands in known.items()
        for place in stands
        if place.path == mark.path
        and place.first_line - SLACK <= mark.last_line
        and mark.first_line <= place.last_line + SLACK
    }
    assert hit_by(mark, known) == meant


@given(classes, defects)
def test_the_sums_add_up(room: list[Given], known: dict[str, list[Place]]) -> None:
    found = sums(room, known, severities=ALL, choices=3, right=1)
    assert found.seats == len(room)
    assert set(found.hits) == (set(known) if room else set())
    for name, share in found.hits.items():
        assert share.whole == len(room)
        assert share.part == sum(any(name in hit_by(mark, known) for mark in one.marks) for one in room)
        assert 0 <= share.low <= share.value + 1e-9 <= share.high + 2e-9 <= 1 + 2e-9
    if found.any_hit:
        assert found.any_hit.part >= max(share.part for share in found.hits.values())
    assert 0 <= found.beside <= found.marks == sum(len(one.marks) for one in room)
    assert sum(found.choices) == sum(one.choice is not None for one in room)


@given(classes, defects)
def test_every_mark_with_a_confidence_is_in_one_level(
    room: list[Given], known: dict[str, list[Place]]
) -> None:
    found = sums(room, known, severities=ALL)
    stated = [(one.confidence, mark) for one in room if one.confidence is not None for mark in one.marks]
    if not known or not stated:
        assert found.sure is None
        return
    assert found.sure is not None
    assert sum(level.right.whole for level in found.sure.levels) == len(stated) == found.sure.measured.n
    assert sum(level.seats for level in found.sure.levels) == found.sure.seats
    for level in found.sure.levels:
        assert level.low - 1e-9 <= level.stated <= level.high + 1e-9
        assert level.right.low <= level.right.value + 1e-9


@given(classes, defects)
def test_the_order_of_the_answers_says_nothing(room: list[Given], known: dict[str, list[Place]]) -> None:
    first, second = (sums(order, known, severities=ALL, choices=3) for order in (room, room[::-1]))
    assert (first.heat, first.hits, first.beside, first.choices) == (
        second.heat, second.hits, second.beside, second.choices,
    )  # fmt: skip


def test_ten_marks_of_one_person_tell_no_more_than_one_person() -> None:
    """Ruth asks how sure her class was; Ben alone marked ten lines, all of them right."""
    place = Place("db.js", 34, 34)
    ben = Given(tuple(Place("db.js", 34, 34) for _ in range(10)), confidence=0.9)
    found = sums([ben], {"injection": [place]}, severities=ALL)
    assert found.sure is not None
    (level,) = found.sure.levels
    assert isinstance(level, Level)
    assert (level.right.part, level.right.whole, level.seats) == (10, 10, 1)
    assert level.right.low < 0.25, "as of one answer, not of ten"


def test_who_calls_the_injection_minor_is_milder_than_it_is() -> None:
    known = {"injection": [Place("db.js", 34, 34)], "race": [Place("server.js", 28, 31)]}
    severities = {"injection": Severity.CRITICAL, "race": Severity.MAJOR}
    room = [
        Given((Place("db.js", 34, 34),), Severity.MINOR),
        Given((Place("db.js", 35, 35),), Severity.CRITICAL),
        Given((Place("server.js", 30, 30),), Severity.CRITICAL),
        Given((Place("db.js", 34, 34), Place("server.js", 30, 30)), Severity.MAJOR),
    ]
    found = sums(room, known, severities=severities)
    assert found.weighed is not None
    assert (found.weighed.milder, found.weighed.same, found.weighed.worse) == (1, 1, 1)


def test_without_a_known_defect_nobody_can_be_right() -> None:
    found = sums([Given((Place("db.js", 1, 1),), confidence=0.5)], {}, severities={})
    assert found.any_hit is None
    assert found.sure is None
    assert found.beside == 1


def test_a_choice_is_right_or_not_at_the_confidence_it_was_made_with() -> None:
    room = [
        Given(choice=1, confidence=0.9),
        Given(choice=0, confidence=0.9),
        Given(choice=None, confidence=0.1),
    ]
    found = sums(room, {}, severities={}, choices=2, right=1)
    assert found.choices == (1, 1)
    assert found.right is not None
    assert found.right.part == 1
    assert found.sure is not None
    assert found.sure.measured.n == 2
