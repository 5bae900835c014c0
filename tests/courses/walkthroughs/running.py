"""Runs the code of the walkthroughs that are shipped, and gives what it prints as it is recorded."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from courses.walkthroughs import shelf
from courses.walkthroughs.document import Document
from courses.walkthroughs.story import Story
from tests.node import run, unpack

PLAIN = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@cache
def document_of(slug: str) -> Document:
    """A walkthrough of the shelf."""
    return shelf.take(slug)


def story_of(slug: str) -> Story:
    """Its story."""
    return document_of(slug).story


def code_of(slug: str, state: str) -> dict[str, str]:
    """The files of a state of its code, by path."""
    return {file.path: file.text for file in document_of(slug).files[state]}


def lay_out(slug: str, state: str, folder: Path) -> Path:
    """A copy of a state's files alone."""
    return unpack(document_of(slug).files[state], folder)


def tests_of(command: str) -> list[str]:
    """How the tests are run whose command is shown to the class; skips where their program is missing."""
    if command.startswith("python"):
        return [sys.executable, "-m", "unittest", "-v"]
    return [node(), "--test", "--test-reporter=spec"]


def node() -> str:
    """Node, or a skipped test."""
    return shutil.which("node") or pytest.skip(
        "node is not on this machine: what is written for it cannot run"
    )


def printed(arguments: list[str], folder: Path) -> str:
    """What a program printed, as it is recorded: see `steady`."""
    ran = run(arguments, folder, **PLAIN)
    return steady(ran.stdout + ran.stderr, folder)


_DURATIONS = re.compile(r" \(\d[\d.]*ms\)$|^ℹ duration_ms .*\n|(?<=^Ran )(\d+ tests?) in \d[\d.]*s$", re.M)


def steady(text: str, folder: Path) -> str:
    """The output without what differs from run to run: durations, and the folder that it ran in.

    From Node's spec reporter go the times in brackets and the line `duration_ms`, from unittest the
    time at the end of "Ran 8 tests"; nothing else is changed.
    """
    return _DURATIONS.sub(r"\1", text).replace(f"{folder}/", "").strip() + "\n"


def shown(slug: str, state: str, folder: Path, script: str) -> dict[str, Any]:
    """What a script that drives a state of the code printed as JSON; JavaScript where the code is."""
    lay_out(slug, state, folder)
    javascript = any(path.endswith(".js") for path in code_of(slug, state))
    name = "shown.js" if javascript else "shown.py"
    (folder / name).write_text(script, encoding="utf-8")
    ran = run([node() if javascript else sys.executable, name], folder, **PLAIN)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
