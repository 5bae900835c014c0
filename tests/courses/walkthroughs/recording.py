"""What the shipped walkthroughs record, made anew: `python -m tests.courses.walkthroughs.recording SLUG …`.

From a terminal it writes the recordings; the tests compare them.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from courses.walkthroughs.shelf import RECORDED
from reviews.briefs import Role, Task
from reviews.prompts.compose import compose
from reviews.prompts.fence import MARK_LETTERS, mark
from reviews.prompts.pack import pack
from reviews.prompts.redact import clear
from reviews.snapshots.files import SourceFile
from tests.courses.walkthroughs.running import document_of, lay_out, printed, tests_of

ATTACKED = "reviewer-under-attack"
ROOM = 100_000
"""Tokens for code: as much as a usual model reads."""


def printed_by_tests(slug: str) -> Iterator[tuple[Path, str]]:
    """Each file with a recorded output of tests, and what they print today."""
    story = json.loads((RECORDED / slug / "story.json").read_text(encoding="utf-8"))
    for step in story["steps"]:
        if step["kind"] == "tests":
            with tempfile.TemporaryDirectory() as folder:
                laid = lay_out(slug, step["code"], Path(folder))
                yield RECORDED / slug / step["output"]["file"], printed(tests_of(step["command"]), laid)


def attacking_files() -> tuple[SourceFile, ...]:
    """The files that attack their reviewer."""
    return tuple(document_of(ATTACKED).files["v1"])


def prompt_told() -> Iterator[tuple[Path, str]]:
    """The files with what a reviewer of the attacking code was told, and what it would be told today."""
    packed = pack(clear(attacking_files(), ()).files, ROOM)
    prompt = compose(packed.text, Task.REVIEW, Role.FULL, material_mark=mark(ATTACKED, [packed.text]))
    folder = RECORDED / ATTACKED / "code" / "prompt"
    yield folder / "1-system.md", f"{prompt.system}\n"
    yield folder / "2-material.txt", f"{prompt.material}\n"
    yield folder / "3-task.md", f"{prompt.task}\n"


def without_marks(text: str) -> str:
    """A prompt with its marks made equal: one of them is drawn at random for each request."""
    return re.sub(rf"\b[0-9a-f]{{{MARK_LETTERS}}}\b", "M" * MARK_LETTERS, text)


def main(slugs: Sequence[str]) -> None:
    """Writes the recordings of these walkthroughs anew; a file that differs in its marks alone is left."""
    for slug in slugs:
        for file, text in (*printed_by_tests(slug), *(prompt_told() if slug == ATTACKED else ())):
            if not file.is_file() or without_marks(file.read_text(encoding="utf-8")) != without_marks(text):
                file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
