"""What a class sees of its own answers, beside what the witnesses saw."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.template.loader import render_to_string

from courses.domain import sittings
from courses.domain.queries.reveal import Reveal, own_marks, reveal_of
from courses.domain.queries.saw import table_of
from courses.models import Course, Sitting
from courses.walkthroughs.room import Command
from courses.walkthroughs.steps import TableStep
from tests.rooms import answered, seats_in, shown, sitting_of, walkthrough_of

INJECTION, RACE, ROUNDING, NOWHERE = (
    ("shop.py", 7, 7),
    ("shop.py", 12, 12),
    ("prices.py", 2, 2),
    ("shop.py", 3, 3),
)
REVEAL = "what-you-saw"


@pytest.fixture
def sitting(ruth: User, course: Course) -> Sitting:
    """Ten people answered: six found the injection, two the race, three marked a sound line."""
    begun = sitting_of(course, ruth)
    seats = seats_in(begun, 10)
    for number, seat in enumerate(seats):
        marks = [INJECTION] if number < 6 else []
        marks += [RACE] if number in (0, 7) else []
        marks += [NOWHERE] if number in (1, 2, 8) else []
        answered(seat, marks, confidence=75 if number < 6 else 25, severity="critical")
    return begun


def page(reveal: Reveal, partial: str = "stage", **more: Any) -> str:
    """What the template makes of it."""
    return render_to_string(f"live/reveal.html#{partial}", {"reveal": reveal, **more})


def test_the_class_sees_how_many_marked_each_line(sitting: Sitting) -> None:
    reveal = reveal_of(shown(sitting, REVEAL), "find", 0)
    assert reveal.sums.seats == 10
    marked = {(file.path, line.number): line.seats for file in reveal.files for line in file.lines}
    assert marked["shop.py", 7] == 6
    assert marked["shop.py", 3] == 3
    assert marked["shop.py", 11] == 0, "what a witness spoke of stands there, though nobody marked it"
    html = page(reveal)
    assert "<strong>10</strong> answered" in html
    assert "sqlite3" in html, "the code itself is shown"
    assert "SQL injection" not in html, "what is wrong is not said before the witnesses are"


def test_beside_the_marks_stands_what_each_witness_saw(sitting: Sitting) -> None:
    reveal = reveal_of(shown(sitting, REVEAL, 1), "find", 1)
    voices = {line.number: [voice.siglum for voice in line.voices] for line in reveal.files[0].lines}
    assert voices[7] == ["X1"]
    assert voices[11] == ["X1"]
    assert voices[3] == []
    assert "SQL injection by name" in page(reveal)


def test_who_saw_what_has_the_class_as_one_more_column(sitting: Sitting) -> None:
    reveal = reveal_of(shown(sitting, REVEAL, 2), "find", 2)
    table = reveal.table
    assert [column.witness.siglum for column in table.columns] == ["T", "A1", "X1"]
    saw = {row.defect.id: [mark.saw for mark in row.marks] for row in table.rows}
    assert saw == {
        "injection": ["missed", "missed", "seen"],
        "race": ["missed", "missed", "seen"],
        "rounding": ["missed", "missed", "missed"],
    }
    by_class = {row.defect.id: row.by_class.percent for row in table.rows if row.by_class}
    assert by_class == {"injection": 60, "race": 20, "rounding": 0}
    html = page(reveal)
    assert "the class: 0.60, 6 of 10, 95 % interval 0.31 to 0.83" in html
    assert "3 of the class’s 11 marks stand beside every known defect" in html


def test_how_sure_people_were_is_held_against_how_right(sitting: Sitting) -> None:
    reveal = reveal_of(shown(sitting, REVEAL, 3), "find", 3)
    assert reveal.sure.picture is not None
    labels = [row.label.text for row in reveal.sure.picture.rows]
    assert labels == ["25 % sure, 2 people", "75 % sure, 6 people"]
    assert reveal.sure.picture.table.rows[1][2] == "7 of 9"
    assert "8 of 11 marks hit a known defect, 73 %" in page(reveal)


def test_of_three_answers_it_says_that_they_are_few(ruth: User, course: Course) -> None:
    begun = sitting_of(course, ruth)
    for seat in seats_in(begun, 3):
        answered(seat, [INJECTION])
    reveal = reveal_of(shown(begun, REVEAL), "find", 0)
    assert "So few say nothing about a class" in page(reveal)
    last = reveal_of(shown(begun, REVEAL, 3), "find", 3)
    assert "Nobody said how sure they were." in page(last)


def test_hidden_answers_are_nowhere_on_the_page(sitting: Sitting) -> None:
    shown(sitting, REVEAL)
    hidden = sittings.steer(sitting.pk, Command.HIDE, (6, 0))
    for beat in range(4):
        reveal = reveal_of(hidden, "find", beat)
        assert page(reveal).count("answers are hidden") == 1
        assert "answered" not in page(reveal)
        assert "<table" not in page(reveal, "phone", own=None)


def test_words_appear_once_they_are_let_through(sitting: Sitting) -> None:
    answer = answered(seats_in(sitting, 1)[0], words="<b>Bobby</b> Tables")
    now = shown(sitting, REVEAL)
    assert reveal_of(now, "find", 0).words == ()
    answer.let_through = True
    answer.save()
    sittings.changed(now)
    html = page(reveal_of(now, "find", 0))
    assert "&lt;b&gt;Bobby&lt;/b&gt; Tables" in html


def test_amara_sees_on_her_phone_whether_her_own_marks_hit(sitting: Sitting) -> None:
    seat = seats_in(sitting, 1)[0]
    answered(seat, [("shop.py", 8, 8), NOWHERE])
    at_first = reveal_of(shown(sitting, REVEAL), "find", 0)
    assert "hit" not in page(at_first, "phone", own=own_marks(at_first, seat, 0))
    reveal = reveal_of(shown(sitting, REVEAL, 1), "find", 1)
    near, beside = own_marks(reveal, seat, 0)
    assert [row.defect.id for row in near.hit] == ["injection"], "one line beside it is meant the same"
    assert beside.hit == ()
    html = page(reveal, "phone", own=(near, beside))
    assert "SQL injection in find" in html
    assert "no known defect here" in html


def test_asked_anew_only_the_new_answers_count(sitting: Sitting) -> None:
    now = shown(sitting, "find")
    now = sittings.steer(sitting.pk, Command.CLEAR, (3, 0))
    answered(seats_in(sitting, 1)[0], [RACE], round=1)
    assert reveal_of(now, "find", 0).sums.seats == 1


def test_a_preview_says_that_nobody_has_answered(ruth: User, course: Course) -> None:
    walkthrough = walkthrough_of(course, ruth)
    for beat in range(4):
        reveal = reveal_of(walkthrough, "find", beat)
        assert reveal.table.seats is None
        html = page(reveal)
        assert "the class" not in html
    assert "preview" in page(reveal_of(walkthrough, "find", 0))


def test_where_the_code_was_withdrawn_the_numbers_stay(sitting: Sitting) -> None:
    sitting.snapshots = {"v1": 987654}
    sitting.save()
    reveal = reveal_of(shown(sitting, REVEAL), "find", 0)
    html = page(reveal)
    assert "The code was withdrawn" in html
    assert "6 of 10" in html


def test_a_defect_that_a_later_step_names_keeps_its_title_until_then(
    ruth: User, course: Course, sitting: Sitting
) -> None:
    story = sitting.told()
    step = story.step("who-saw-what")
    assert isinstance(step, TableStep)
    moved = story.model_copy(
        update={"steps": (*story.steps[:4], story.step(REVEAL), step, *story.steps[4:6])}
    )
    reveal = reveal_of(shown(sitting, "find"), "find", 2, story=moved)
    assert [row.named for row in reveal.table.rows] == [False, False, True]
    html = page(reveal)
    assert "Defect 1, not named yet" in html
    assert "SQL injection" not in html
    assert "Money in floats" in html, "nobody will name it later, so the table does"


def test_a_table_uncovers_a_column_with_each_stroke(sitting: Sitting) -> None:
    step = sitting.told().step("who-saw-what")
    assert isinstance(step, TableStep)
    shown(sitting, "find")
    table = table_of(shown(sitting, "who-saw-what", 1), step, 1)
    assert [column.shown for column in table.columns] == [True, False, False]
    assert table.seats == 10
    assert table.rows[0].marks[2].saw == "unasked", "what is covered is not in the page either"
    html = render_to_string("live/reveal.html#table", {"table": table})
    assert html.count("data-covered") == 2
    whole = table_of(shown(sitting, "who-saw-what", 3), step, 3)
    assert [(column.seen, column.asked) for column in whole.columns] == [(0, 3), (0, 3), (2, 3)]


def test_three_hundred_seats_with_twenty_marks_each_are_summed_up_in_three_queries_and_once(
    ruth: User, course: Course, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    begun = sitting_of(course, ruth)
    dice = random.Random(5)
    for seat in seats_in(begun, 300):
        lines = [dice.randint(1, 14) for _ in range(20)]
        answered(seat, [("shop.py", line, min(14, line + 2)) for line in lines], confidence=50)
    now = shown(begun, REVEAL)
    reveal_of(now, "find", 0)
    cache.clear()
    with django_assert_max_num_queries(3):
        reveal = reveal_of(now, "find", 0)
    assert reveal.sums.marks == 6000
    with django_assert_max_num_queries(0):
        reveal_of(now, "find", 0)
