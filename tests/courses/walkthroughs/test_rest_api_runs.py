"""The REST API in nine steps really runs: it prints what is shown, and has the defects that are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from courses.walkthroughs import shelf, steps
from courses.walkthroughs.document import Document
from tests.node import packages, run, unpack
from tests.tasks_api import shown

STATES = ("v1", "v2", "v3", "v4")


@pytest.fixture(scope="module")
def told() -> Document:
    return shelf.take("rest-api")


@pytest.fixture(scope="module")
def node_modules() -> Path:
    return packages((shelf.RECORDED / "rest-api" / "code" / "v1" / "package.json").read_bytes())


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(told: Document, state: str, node_modules: Path, tmp_path: Path) -> Path:
    """A state of the code as it was handed in, with its packages."""
    unpack(told.files[state], tmp_path)
    (tmp_path / "node_modules").symlink_to(node_modules)
    return tmp_path


def recorded(told: Document, witness: str, state: str) -> str:
    """The output that the story shows of this witness; the linter said the same of every state."""
    return next(
        step.output
        for step in told.story.steps
        if isinstance(step, steps.TestsStep)
        and step.witness == witness
        and (witness == "L" or step.code == state)
    )


def without_durations(output: str) -> str:
    """What the spec reporter printed, less how long each test and all of them took.

    To record a state anew, put this into `outputs/`, and the counts into its step.
    """
    lines = (re.sub(r" \(\d+(\.\d+)?ms\)$", "", line) for line in output.splitlines(keepends=False))
    return "".join(f"{line}\n" for line in lines if not line.startswith("ℹ duration_ms "))


def test_its_own_tests_pass_and_print_what_is_shown(told: Document, state: str, folder: Path) -> None:
    ran = run(["node", "--test", "--test-reporter=spec"], folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert without_durations(ran.stdout) == recorded(told, "T", state)


def test_the_linter_says_nothing_and_prints_what_is_shown(told: Document, state: str, folder: Path) -> None:
    ran = run(["npm", "run", "lint"], folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout == recorded(told, "L", state)


def test_it_shows_the_defects_that_the_story_says_and_no_others(
    told: Document, state: str, folder: Path
) -> None:
    found = shown(folder)
    assert set(found) == {defect.id for defect in told.story.defects}
    there = {name for name, is_there in found.items() if is_there}
    assert there == {defect.id for defect in told.story.defects_in(state)}
