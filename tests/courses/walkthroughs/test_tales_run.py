"""Four shipped walkthroughs hold what they say: what runs is as recorded, quotations stand in the code."""

from __future__ import annotations

import re

import pytest

from courses.walkthroughs import steps
from courses.walkthroughs.parts import Said, Where
from reviews.families import family_of
from tests.courses.walkthroughs.recording import printed_by_tests
from tests.courses.walkthroughs.running import code_of, story_of

TALES = ("blind-for-ever", "four-reviewers", "plan-before-code", "reviewer-under-attack")

MOST_WORDS = 60
"""Of a step's body: more cannot be read from the last row."""
MOST_LINES, LONGEST_LINE = 120, 110
NO_MODELS = "TLS"


@pytest.mark.parametrize("slug", TALES)
def test_ruth_can_teach_it_in_a_quarter_of_an_hour(slug: str) -> None:
    story = story_of(slug)
    assert 12 <= story.minutes <= 20
    assert {"question", "reveal", "table"} <= {step.kind for step in story.steps}
    for step in story.steps:
        assert step.title, step.id
        assert step.notes, f"{step.id} leaves whoever presents it alone"
        assert len(step.body.split()) <= MOST_WORDS, f"{step.id} is no text for a projector"


@pytest.mark.parametrize("slug", TALES)
def test_it_says_what_is_recorded_and_whose_family_speaks(slug: str) -> None:
    story = story_of(slug)
    assert "The code is ours" in story.source
    assert "shown as recordings: no model was asked" in story.source
    for witness in story.witnesses:
        named = "" if witness.letter in NO_MODELS or witness.siglum == "C" else family_of(witness.name)
        assert witness.family == named, witness.name


@pytest.mark.parametrize("slug", TALES)
def test_no_class_answers_after_it_has_heard_what_is_wrong(slug: str) -> None:
    """Every question to mark lines comes before any review of the code that it asks about."""
    story = story_of(slug)
    for question in story.questions():
        assert story.reveal_of(question.id) is not None, question.id
        for review in story.reviews():
            if question.marks and review.code == question.code:
                assert story.at(question.id) < story.at(review.id), question.id


@pytest.mark.parametrize("slug", TALES)
def test_its_code_can_be_read_on_a_wall(slug: str) -> None:
    for state in story_of(slug).codes:
        for path, text in code_of(slug, state.name).items():
            if state.name != "prompt":
                assert text.count("\n") <= MOST_LINES, f"{path} of {state.name}"
                assert max(map(len, text.split("\n"))) <= LONGEST_LINE, f"{path} of {state.name}"


@pytest.mark.parametrize("slug", TALES)
def test_every_quoted_line_stands_at_its_place(slug: str) -> None:
    story = story_of(slug)
    for review in story.reviews():
        subject = code_of(slug, review.code) if review.code else {"": plan_of(slug, str(review.plan))}
        for said in review.said:
            if said.first is None and said.path:
                assert said.path in subject, "a file's name is spoken of"
                continue
            assert said.quote, said.title
            assert any(said.quote in line for line in lines_of(subject, said)), said.title


@pytest.mark.parametrize("slug", TALES)
def test_every_defect_shows_at_lines_that_are_there(slug: str) -> None:
    for defect in story_of(slug).defects:
        for where in defect.places:
            assert where.first, defect.id
            assert any(line.strip() for line in lines_of(code_of(slug, where.code), where)), defect.id


def plan_of(slug: str, step_id: str) -> str:
    """The text of a plan's step."""
    step = story_of(slug).step(step_id)
    assert isinstance(step, steps.PlanStep)
    return step.plan


def lines_of(files: dict[str, str], where: Said | Where) -> list[str]:
    """The lines of a place; without numbers all of the file's."""
    lines = files[where.path].removesuffix("\n").split("\n")
    if where.first is None:
        return lines
    last = where.last or where.first
    assert last <= len(lines), f"{where.path} has no line {last}"
    return lines[where.first - 1 : last]


@pytest.mark.parametrize("slug", TALES)
def test_what_its_tests_print_today_is_what_was_recorded(slug: str) -> None:
    for file, text in printed_by_tests(slug):
        assert file.read_text(encoding="utf-8") == text, (
            f"{file.name}: see tests/courses/walkthroughs/recording.py"
        )


@pytest.mark.parametrize("slug", TALES)
def test_what_is_said_of_the_tests_is_what_they_print(slug: str) -> None:
    shown = [
        step for step in story_of(slug).steps if isinstance(step, steps.TestsStep) and step.witness == "T"
    ]
    assert shown
    for step in shown:
        assert counted(step.output) == (step.passed, step.failed), step.id
        assert step.green, "their tests are green, that is the point"


def counted(output: str) -> tuple[int, int]:
    """How many tests passed and failed, as Node or unittest says it."""
    if found := re.search(r"^ℹ pass (\d+)\nℹ fail (\d+)$", output, re.M):
        return int(found[1]), int(found[2])
    ran = re.search(r"^Ran (\d+) tests?$", output, re.M)
    assert ran, output
    failed = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
    return int(ran[1]) - failed, failed
