"""What the table of witnesses teaches, the code around a place, and what became of each note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from courses.domain.queries.excerpt import AROUND, LONGEST, Sources
from courses.domain.queries.results import choose, lesson, outcome, saw_what
from courses.domain.queries.standing import standing_of
from courses.models import Course
from reviews.claims import Place
from reviews.gap.apparatus import Apparatus, Cell, Row, Sight, Witness
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Note
from reviews.snapshots.files import SourceFile
from tests.stories import INJECTION, RACE, ROUNDING, assignment, sealed

SIGHTS = {"+": Sight.SEEN, "-": Sight.MISSED, "/": Sight.UNABLE, " ": Sight.NOT_ASKED}


def table(columns: Mapping[str, str]) -> Apparatus:
    """A table from a drawing: a column's siglum with a mark for each defect (+ seen, - missed)."""
    names = {"S": "The student", "L": "Linters: ruff", "A": "Self-review: Opus", "D": "Devil: GPT"}
    witnesses = [
        Witness(siglum, siglum[0], names.get(siglum[0], f"Cross-model review: {siglum[1:] or 'GPT'}"))
        for siglum in columns
    ]
    count = max((len(marks) for marks in columns.values()), default=0)
    rows = tuple(
        Row(
            Defect(number=number + 1, title="", severity="major"),
            tuple(
                Cell(witness, SIGHTS[marks[number]])
                for witness, marks in zip(witnesses, columns.values(), strict=True)
            ),
            (),
            (),
        )
        for number in range(count)
    )
    return Apparatus(tuple(witnesses), rows, ())


def test_repetition_that_adds_nothing_is_said_and_what_a_stranger_saw() -> None:
    drawn = table({"S": "+--", "A1": "--+", "A2": "--+", "A3": "--+", "XGPT": "++-"})
    assert lesson(drawn) == (
        "Self-review A2 and A3 added no defect to those of A1. "
        "XGPT (GPT) saw 2 defects that self-review missed."
    )


def test_it_is_said_as_well_when_the_thesis_does_not_hold() -> None:
    drawn = table({"A1": "-+-", "A2": "++-", "XGPT": "++-"})
    assert lesson(drawn) == (
        "Self-review A2 added one defect to those of A1. XGPT (GPT) saw nothing that self-review missed."
    )


def test_who_could_not_review_counts_neither_as_seen_nor_as_missed() -> None:
    drawn = table({"A1": "/ /", "XGPT": "+++"[:3], "L": "+--", "S": "-+-"})
    assert lesson(drawn) == (
        "The student saw one defect that the linters missed; "
        "the linters saw one defect that the student missed."
    )
    drawn = table({"A1": "- /", "XGPT": "+++"})
    assert lesson(drawn) == "XGPT (GPT) saw one defect that self-review missed."


def test_without_anyone_to_compare_with_that_is_what_it_says() -> None:
    assert lesson(table({"A1": "-", "S": "+"})).startswith("No model of another family has read")
    assert lesson(table({"S": "+"})).startswith("No other reviewer has read")
    assert lesson(table({"S": ""})) == ""


@given(st.lists(st.text("+-", min_size=5, max_size=5), min_size=2, max_size=4))
def test_passes_that_repeat_the_first_never_add(marks: list[str]) -> None:
    columns = {f"A{n}": marks[0] for n in range(1, len(marks) + 1)}
    assert "added no defect" in lesson(table({**columns, "XGPT": marks[1]}))


def test_an_excerpt_lights_the_lines_and_shows_five_around(amara: User, course: Course) -> None:
    submission = sealed(assignment(course), amara, claims=(RACE, INJECTION))
    sources = Sources(submission.revisions.get().snapshot, ["shop.py"])
    (excerpt,) = sources.excerpts([sources.said(note) for note in Note.objects.filter(title=RACE.title)])
    assert [line.number for line in excerpt.lines] == list(range(11 - AROUND, 15))
    assert [line.number for line in excerpt.lines if line.lit == "left"] == [11, 12, 13]
    (said,) = next(line.said for line in excerpt.lines if line.number == 13)
    assert said.claim.title == RACE.title
    assert said.rows == (6, 8)


def test_far_apart_places_of_one_file_leave_a_gap_and_long_ones_are_cut(amara: User, course: Course) -> None:
    long = SourceFile("long.py", "".join(f"x = {n}\n" for n in range(1, 201)))
    near, far, huge = (
        replace(INJECTION, path="long.py", place=Place("long.py", *lines), quote="", title=title)
        for title, lines in (("a", (3, 3)), ("b", (120, 121)), ("c", (150, 199)))
    )
    submission = sealed(assignment(course), amara, files=[long], claims=(near, far, huge))
    sources = Sources(submission.revisions.get().snapshot, ["long.py"])
    (excerpt,) = sources.excerpts([sources.said(note) for note in Note.objects.order_by("title")])
    assert [line.number for line in excerpt.lines if line.skipped] == [115, 145]
    assert excerpt.lines[-1].number == 150 + LONGEST - 1 + AROUND
    assert excerpt.lines[0].number == 1


def test_the_workbench_knows_its_neighbours_and_what_a_dismissal_would_quote(
    ruth: User, amara: User, course: Course
) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION, RACE, ROUNDING))
    snapshot = submission.revisions.get().snapshot
    first, second, third = Defect.objects.order_by("number")
    decide(second, Decision(Defect.Standing.VALID), ruth)
    view = saw_what(snapshot, decided=True)

    chosen = choose(snapshot, view, third.number)
    assert chosen is not None
    assert (chosen.previous, chosen.next) == (second.number, None)
    assert chosen.next_undecided == first.number
    assert chosen.evidence == chosen.said[0].claim.quote.strip()
    assert choose(snapshot, view, 99) is None


def test_a_second_note_on_one_defect_hits_again_and_a_dismissed_one_is_a_false_alarm(
    ruth: User, amara: User, course: Course
) -> None:
    again = replace(INJECTION, title="SQL injection through the name in find")
    submission = sealed(assignment(course), amara, claims=(INJECTION, again, ROUNDING))
    for defect in Defect.objects.all():
        if defect.title == ROUNDING.title:
            decide(defect, Decision(Defect.Standing.INVALID, "Whole cents.", "import sqlite3"), ruth)
        else:
            decide(defect, Decision(Defect.Standing.VALID), ruth)
    gap = standing_of(submission).gap
    assert gap is not None
    found = outcome(saw_what(submission.revisions.get().snapshot, decided=True), gap)
    assert sorted(fate.word for fate in found.fates) == ["false alarm", "hit", "hit again"]
    assert found.missed == ()


def test_totals_leave_out_what_was_dismissed_only_for_those_who_may_know(
    ruth: User, amara: User, course: Course
) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION, ROUNDING))
    wrong = Defect.objects.get(title=ROUNDING.title)
    decide(wrong, Decision(Defect.Standing.INVALID, "Whole cents.", "import sqlite3"), ruth)
    snapshot = submission.revisions.get().snapshot
    assert [saw_what(snapshot, decided=may).columns[0].asked for may in (True, False)] == [1, 2]
