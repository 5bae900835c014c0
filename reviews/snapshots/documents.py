"""Finds the document among a snapshot's files: the plan that an implementation should follow."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviews.briefs import Document
from reviews.snapshots.files import SourceFile

_MARKDOWN = re.compile(r"\.(md|markdown)$", re.IGNORECASE)
_PLAN = re.compile(r"(^|[/_.-])(plan|design|proposal|spec)([/_.-]|$)", re.IGNORECASE)


def plan_among(files: Sequence[SourceFile]) -> Document | None:
    """The plan: a Markdown file named so (PLAN.md, docs/design.md), else the only Markdown that is no readme.

    The one closest to the top wins; None where there is none.
    """
    texts = [file for file in files if _MARKDOWN.search(file.path)]
    named = sorted((file for file in texts if _PLAN.search(file.path)), key=_depth)
    others = [file for file in texts if not file.path.lower().rsplit("/", 1)[-1].startswith("readme")]
    chosen = named[0] if named else others[0] if len(others) == 1 else None
    return Document(chosen.path, chosen.text) if chosen else None


def _depth(file: SourceFile) -> tuple[int, str]:
    return file.path.count("/"), file.path
