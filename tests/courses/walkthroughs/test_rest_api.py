"""The REST API in nine steps: what its story says of its code is so."""

from __future__ import annotations

import re

import pytest

from courses.walkthroughs import shelf, steps
from courses.walkthroughs.document import Document
from courses.walkthroughs.parts import Said
from courses.walkthroughs.steps import ChangeStep, QuestionStep, ReviewStep
from reviews.claims import Severity

FOLDER = shelf.RECORDED / "rest-api"

# What stands in the lines at which a defect shows, in every state that has it.
SIGNS = {
    ("sql-injection", "db.js"): ("WHERE id = ${id}",),
    ("patch-race", "server.js"): ("await db.getTask(req.params.id)", "await db.updateTask(updated)"),
    ("patch-race", "db.js"): ("UPDATE tasks SET title = ?, description = ?, status = ?",),
    ("no-rate-limit", "server.js"): ("app.post('/tasks', validateNewTask",),
    ("malformed-body", "server.js"): ("express.json(",),
    ("error-leak", "server.js"): ("error: error.message", "await db.deleteTask("),
    ("open-at-import", "db.js"): ("const db = new Database(",),
    ("epoch-timestamps", "db.js"): ("created_at INTEGER NOT NULL", "deleted_at INTEGER NOT NULL"),
    ("one-writer", "server.js"): ("const db = require('./db');",),
    ("no-pagination", "server.js"): ("db.listTasks(req.query.status)",),
    ("reused-id", "db.js"): ("    id INTEGER PRIMARY KEY,",),
    ("floating-promise", "server.js"): ("db.close().then(() => process.exit(0));",),
}


@pytest.fixture(scope="module")
def told() -> Document:
    return shelf.take("rest-api")


def lines(told: Document, code: str, path: str) -> tuple[str, ...]:
    return next(tuple(file.lines) for file in told.files[code] if file.path == path)


def review(told: Document, name: str) -> ReviewStep:
    step = told.story.step(name)
    assert isinstance(step, ReviewStep)
    return step


def findings(told: Document) -> list[tuple[str, Said]]:
    """All that is said, with the state of the code of which it is said."""
    return [(str(step.code), said) for step in told.story.reviews() for said in step.said]


def test_it_has_the_nine_steps_in_their_order_and_fills_a_lecture(told: Document) -> None:
    numbers = [int(found[1]) for step in told.story.steps if (found := re.match(r"Step (\d)", step.title))]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 10))
    assert 45 <= told.story.minutes <= 50


def test_a_presenter_knows_what_to_say_at_every_step_and_a_class_can_read_it(told: Document) -> None:
    for step in told.story.steps:
        assert step.notes.strip().endswith((".", "?")), step.id
        assert re.search(r"\b(minute|minutes)\b", step.notes), step.id
        assert step.minutes > 0, step.id
        assert len(step.body.split()) <= 60, step.id
        assert len(step.title) <= 40, step.id


def test_each_state_is_the_one_before_it_with_the_fixes_alone(told: Document) -> None:
    changes = [step for step in told.story.steps if isinstance(step, ChangeStep)]
    assert [(step.before, step.code) for step in changes] == [("v1", "v2"), ("v2", "v3"), ("v3", "v4")]
    for step in changes:
        before = {file.path: file.text for file in told.files[step.before]}
        folder = FOLDER / "code" / step.code
        own = {path.relative_to(folder).as_posix() for path in folder.rglob("*.js")}
        after = {file.path: file.text for file in told.files[step.code]}
        assert after.keys() >= before.keys()
        assert {path for path in after if before.get(path) != after[path]} == own


def test_every_finding_quotes_a_line_where_it_says_and_speaks_of_what_is_there(told: Document) -> None:
    for code, said in findings(told):
        defect = next(each for each in told.story.defects if each.id == said.defect)
        places = defect.places_in(code)
        assert places, said.title
        claim = said.claim()
        if claim.place is None:
            assert said.quote == ""
            continue
        cited = lines(told, code, said.path)[claim.place.first_line - 1 : claim.place.last_line]
        assert said.quote in [line.strip() for line in cited], said.title
        assert any(where.place and where.place.overlaps(claim.place) for where in places), said.title


def test_every_defect_stands_where_the_story_says_in_every_state_that_has_it(told: Document) -> None:
    for defect in told.story.defects:
        for code in {where.code for where in defect.places}:
            shown: dict[str, str] = {}
            for place in [where.place for where in defect.places_in(code) if where.place]:
                found = lines(told, code, place.path)
                assert place.last_line <= len(found), defect.id
                part = "\n".join(found[place.first_line - 1 : place.last_line])
                shown[place.path] = f"{shown.get(place.path, '')}\n{part}"
            for path, text in shown.items():
                assert all(sign in text for sign in SIGNS[defect.id, path]), (defect.id, code)


def test_the_story_is_the_published_one(told: Document) -> None:
    story = told.story
    author, stranger = story.witness("A1"), story.witness("X1")
    assert (author.name.split(",")[0], author.family) == ("Claude Opus 4.6", "anthropic")
    assert (stranger.name.split(",")[0], stranger.family) == ("GPT 5.4", "openai")
    assert {code.author for code in story.codes} == {"Claude Opus 4.6"}
    heard = [(step.witnesses, step.code, len(step.said)) for step in story.reviews()]
    assert heard == [
        (("A1",), "v1", 0),
        (("X1",), "v1", 4),
        (("D",), "v2", 4),
        (("X2",), "v3", 0),
        (("D2",), "v3", 3),
        (("K",), "v4", 2),
    ]
    injection = review(told, "s2-review").said[0]
    assert (injection.path, injection.first, injection.severity) == ("db.js", 34, Severity.CRITICAL)
    assert review(told, "s4-review").focus == "security and error handling"


def test_eight_are_counted_that_self_review_missed_and_the_remarks_on_the_design_are_advice(
    told: Document,
) -> None:
    by_witness = {
        step.witnesses[0]: {said.defect for said in step.said if said.defect} for step in told.story.reviews()
    }
    counted = {defect.id for defect in told.story.defects if not defect.advice}
    assert not by_witness["A1"]
    assert len(by_witness["X1"] | by_witness["D"]) == 8
    assert by_witness["X1"] | by_witness["D"] < counted
    assert by_witness["D2"] == {defect.id for defect in told.story.defects if defect.advice}
    assert counted - by_witness["X1"] - by_witness["D"] == by_witness["K"]
    assert "**Eight defects**" in told.story.step("s9-ships").body


def test_what_a_review_names_is_gone_in_the_next_state_and_what_nobody_names_stays(told: Document) -> None:
    after = {"s2-review": "v2", "s4-review": "v3", "s7-review": "v4"}
    for name, code in after.items():
        left = {defect.id for defect in told.story.defects_in(code)}
        assert not left & {said.defect for said in review(told, name).said}
    key = {said.defect for said in review(told, "answer-key").said}
    assert {defect.id for defect in told.story.defects_in("v4")} == key


def test_the_class_marks_before_any_witness_speaks_of_what_it_was_asked(told: Document) -> None:
    story = told.story
    marks = [step for step in story.questions() if step.marks]
    assert [(step.id, step.code) for step in marks] == [("first-marks", "v1"), ("second-marks", "v2")]
    for question in marks:
        at = story.at(question.id)
        earlier = [step for step in story.steps[:at] if isinstance(step, ReviewStep)]
        assert all(step.code != question.code for step in earlier)
        reveal = story.reveal_of(question.id)
        assert reveal is not None
        assert any(isinstance(step, ReviewStep) for step in story.steps[at:reveal])


def test_the_last_question_is_right_about_how_many_are_left(told: Document) -> None:
    question = told.story.step("how-many-left")
    assert isinstance(question, QuestionStep)
    assert question.right is not None
    assert question.choices[question.right] == "One or two"
    assert len(told.story.defects_in("v4")) == 2


def test_the_results_of_the_tests_are_those_that_were_printed(told: Document) -> None:
    printed = [step for step in told.story.steps if isinstance(step, steps.TestsStep)]
    assert [(step.witness, step.code, step.passed) for step in printed] == [
        ("T", "v1", 12),
        ("L", "v1", 0),
        ("T", "v2", 13),
        ("T", "v3", 16),
        ("T", "v4", 19),
    ]
    for step in printed:
        assert step.green
        assert "ms)" not in step.output
        if step.witness == "T":
            assert f"\nℹ pass {step.passed}\nℹ fail {step.failed}\n" in step.output


def test_nothing_in_the_folder_names_another_machine() -> None:
    for path in (path for path in FOLDER.rglob("*") if path.is_file()):
        assert path.name not in ("package-lock.json", ".npmrc")
        assert "node_modules" not in path.parts
        assert not re.findall(r"https?://(?!127\.0\.0\.1)", path.read_text(encoding="utf-8")), path
