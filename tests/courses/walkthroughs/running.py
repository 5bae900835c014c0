"""Runs the code of the walkthroughs that are shipped, and gives what it prints as it is recorded."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import courses
from courses.walkthroughs.document import read_story
from courses.walkthroughs.story import Story

RECORDED = Path(courses.__file__).parent / "walkthroughs" / "recorded"

NODE_TESTS = ("node", "--test", "--test-reporter=spec")
PYTHON_TESTS = ("python", "-m", "unittest", "-v")


def story_of(slug: str) -> Story:
    """The story of a folder, with the texts that stand in files beside it."""

    def told(data: Any) -> Any:
        if isinstance(data, dict):
            if set(data) == {"file"}:
                return (RECORDED / slug / data["file"]).read_text(encoding="utf-8")
            return {key: told(value) for key, value in data.items()}
        return [told(item) for item in data] if isinstance(data, list) else data

    return read_story(told(json.loads((RECORDED / slug / "story.json").read_text(encoding="utf-8"))))


def code_of(slug: str, state: str) -> dict[str, str]:
    """The files of a state, by path: those of its base, less the removed ones, and its own."""
    folder = RECORDED / slug / "code" / state
    base, removed = folder / ".base", folder / ".removed"
    files = code_of(slug, base.read_text().strip()) if base.is_file() else {}
    for path in removed.read_text().split() if removed.is_file() else ():
        del files[path]
    own = (path for path in folder.rglob("*") if path.is_file() and path not in (base, removed))
    return files | {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in own}


def lay_out(slug: str, state: str, folder: Path) -> Path:
    """A copy of a state's files alone."""
    for path, text in code_of(slug, state).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def run(arguments: Sequence[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder with next to nothing of our environment; skips where it is missing.

    "python" is the one that runs the tests.
    """
    program, *rest = arguments
    if program == "python":
        program = sys.executable
    elif shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine: what is written for it cannot run")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    plain = {"NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [program, *rest],
        cwd=folder,
        env=kept | plain | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def printed(arguments: Sequence[str], folder: Path, **environment: str) -> str:
    """What a program printed, as it is recorded: see `steady`."""
    ran = run(arguments, folder, **environment)
    return steady(ran.stdout + ran.stderr, folder)


def tests_of(command: str) -> tuple[str, ...]:
    """How the tests are run whose command is shown to the class."""
    return NODE_TESTS if command.startswith("node") else PYTHON_TESTS


_DURATIONS = re.compile(
    r" \(\d[\d.]*ms\)$|^ℹ duration_ms .*\n|(?<=tests) in \d[\d.]*s$|(?<=test) in \d[\d.]*s$", re.M
)


def steady(text: str, folder: Path) -> str:
    """The output without what differs from run to run: durations, and the folder that it ran in.

    From Node's spec reporter go the times in brackets and the line `duration_ms`, from unittest the
    time at the end of "Ran 8 tests"; nothing else is changed.
    """
    return _DURATIONS.sub("", text).replace(f"{folder}/", "").strip() + "\n"


def shown(slug: str, state: str, folder: Path, script: str) -> dict[str, Any]:
    """What a script that drives a state of the code printed as JSON; JavaScript where the code is."""
    lay_out(slug, state, folder)
    javascript = any(path.endswith(".js") for path in code_of(slug, state))
    (folder / f"shown{'.js' if javascript else '.py'}").write_text(script, encoding="utf-8")
    ran = run(["node", "shown.js"] if javascript else ["python", "shown.py"], folder)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
