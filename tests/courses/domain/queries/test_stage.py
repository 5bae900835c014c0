"""A step as it stands on the stage: what is lit, what changed, what was heard, and how it ended."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from courses.domain.queries.stage import (
    ChangeScene,
    CodeScene,
    OutputScene,
    PlanScene,
    QuestionScene,
    ReviewScene,
    Stage,
    stage_of_sitting,
    stage_of_walkthrough,
)
from courses.domain.sittings import begin, steer
from courses.models import Course, Walkthrough
from courses.walkthroughs.room import Command
from tests import walked


@pytest.fixture
def shop(course: Course, ruth: User) -> Walkthrough:
    return walked.walkthrough(course, ruth)


def at(shop: Walkthrough, step_id: str, beat: int = 0) -> Stage:
    return stage_of_walkthrough(shop, shop.told().at(step_id), beat)


def read(stage: Stage) -> str:
    """What the stage says, as a text without its elements."""
    return " ".join(strip_tags(render_to_string("live/stage.html", {"stage": stage})).split())


def test_the_lines_in_question_are_lit_and_named(shop: Walkthrough) -> None:
    stage = at(shop, "code")
    assert isinstance(stage.scene, CodeScene)
    assert stage.scene.listing is not None
    assert [row.number for row in stage.scene.listing.rows if row.lit] == [6, 7]
    assert stage.scene.listing.lit == "lines 6 to 7"
    assert (stage.number, stage.of) == (2, 12)
    assert "in question: 6 def find(name)" not in read(stage)
    assert "the first version, written by Claude Opus 4.6 shop.py lines 6 to 7" in read(stage)


def test_code_that_was_taken_back_leaves_a_sentence(shop: Walkthrough) -> None:
    sitting = begin(shop, shop.made_by)  # type: ignore[arg-type]
    sitting.snapshots = {}
    sitting.room = {**sitting.room, "step": 1}
    assert "whoever wrote it took it back" in read(stage_of_sitting(sitting))
    sitting.room = {**sitting.room, "step": shop.told().at("fix")}
    assert "whoever wrote it took it back" in read(stage_of_sitting(sitting))


def test_a_change_is_told_by_signs_and_by_words(shop: Walkthrough) -> None:
    stage = at(shop, "fix")
    assert isinstance(stage.scene, ChangeScene)
    changed, new = stage.scene.files
    assert (changed.path, changed.word, changed.added, changed.removed) == ("shop.py", "changed", 1, 1)
    assert (new.path, new.word, new.added, new.removed) == ("test_shop.py", "new", 5, 0)
    signs = [(line.sign, line.old, line.new) for line in changed.hunks[0].lines if line.sign != " "]
    assert signs == [("-", 7, None), ("+", None, 7)]
    assert "removed: return db.execute(f" in read(stage)
    assert "added: return db.execute('SELECT" in read(stage)


def test_output_of_tests_comes_with_its_count(shop: Walkthrough) -> None:
    stage = at(shop, "green")
    assert isinstance(stage.scene, OutputScene)
    assert stage.scene.verdict == "4 tests pass"
    assert "4 tests pass the first version recorded $ pytest -q .... 4 passed in 0.02s" in read(stage)


@pytest.mark.parametrize(
    ("witness", "passed", "failed", "words"),
    [
        ("T", 1, 0, "1 test passes"),
        ("T", 22, 2, "2 of 24 tests fail"),
        ("T", 0, 0, "Nothing failed"),
        ("L", 0, 0, "The linter complains of nothing"),
        ("L", 0, 1, "1 complaint"),
    ],
)
def test_the_count_of_a_run_in_words(
    course: Course, ruth: User, witness: str, passed: int, failed: int, words: str
) -> None:
    step = {
        "id": "run",
        "kind": "tests",
        "title": "Run",
        "witness": witness,
        "code": "v1",
        "output": "",
        "passed": passed,
        "failed": failed,
    }
    stage = stage_of_walkthrough(walked.walkthrough(course, ruth, steps=[step]), 0)
    assert isinstance(stage.scene, OutputScene)
    assert stage.scene.verdict == words


def test_a_revised_plan_marks_what_changed(shop: Walkthrough) -> None:
    stage = at(shop, "plan-2")
    assert isinstance(stage.scene, PlanScene)
    assert [(piece.change, piece.text) for piece in stage.scene.pieces] == [
        ("same", "1. Sell\n"),
        ("removed", "2. Count\n"),
        ("added", "2. Count in a transaction\n"),
    ]
    assert "removed: Count added: Count in a transaction" in read(stage)


def test_a_review_comes_in_finding_by_finding(shop: Walkthrough) -> None:
    began, first, second, ended = (at(shop, "cross", beat) for beat in range(4))
    assert "GPT 5.4 OpenAI recorded reads the first version" in read(began)
    assert isinstance(first.scene, ReviewScene)
    assert first.scene.now is not None
    assert (first.scene.now.said.title, first.scene.now.where) == ("SQL injection in find", "shop.py:7")
    assert first.scene.listing is not None
    assert [row.number for row in first.scene.listing.rows if row.lit] == [7]
    assert "recorded critical shop.py:7 SQL injection in find" in read(first)
    assert "Two buyers" not in read(first)
    assert isinstance(second.scene, ReviewScene)
    assert len(second.scene.heard) == 2
    assert isinstance(ended.scene, ReviewScene)
    assert ended.scene.tally == "1 critical, 1 major"
    assert "2 findings: 1 critical, 1 major These two." in read(ended)


def test_nothing_found_and_could_not_review_are_told_apart(shop: Walkthrough) -> None:
    nothing, unable = read(at(shop, "self", 1)), read(at(shop, "late", 1))
    assert "Nothing found Looks good to me." in nothing
    assert "Could not review" not in nothing
    assert "Could not review: the provider answered with nothing that can be read" in unable
    assert "not the same as having found nothing" in unable
    assert "Nothing found" not in unable


def test_a_panel_is_told_by_what_became_of_each_claim(course: Course, ruth: User) -> None:
    said = [
        {**walked.INJECTION, "outcome": "confirmed"},
        {
            **walked.RACE,
            "outcome": "dismissed",
            "reason": "The shop runs in one thread.",
            "quote": "db = sqlite3.connect('shop.db')",
        },
    ]
    steps = walked.steps()
    steps[5] = {**steps[5], "said": said}
    stage = stage_of_walkthrough(walked.walkthrough(course, ruth, steps=steps), 5, 3)
    words = read(stage)
    assert words.index("Confirmed by two or more 1") < words.index("Dismissed, with the reason 1")
    assert "The shop runs in one thread. db = sqlite3.connect(&#x27;shop.db&#x27;)" in words


def test_a_question_says_what_to_do_and_how_to_join(shop: Walkthrough) -> None:
    sitting = begin(shop, shop.made_by)  # type: ignore[arg-type]
    sitting = steer(sitting.pk, Command.JUMP, (0, 0), to=2)
    stage = stage_of_sitting(sitting)
    assert isinstance(stage.scene, QuestionScene)
    assert stage.scene.open
    assert [listing.path for listing in stage.scene.listings] == ["shop.py"]
    assert "Mark the lines where something is wrong." in read(at(shop, "lines"))


def test_what_was_written_by_others_is_only_text(course: Course, ruth: User) -> None:
    steps = walked.steps()
    steps[0] = {**steps[0], "title": "<script>alert(1)</script>", "body": "<img src=x onerror=alert(1)>"}
    stage = stage_of_walkthrough(walked.walkthrough(course, ruth, steps=steps), 0)
    html = render_to_string("live/stage.html", {"stage": stage})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<script" not in html
    assert "<img" not in html


def test_a_step_that_is_not_there(shop: Walkthrough) -> None:
    with pytest.raises(IndexError):
        stage_of_walkthrough(shop, 12)
    assert at(shop, "self", 99).beat == 1
