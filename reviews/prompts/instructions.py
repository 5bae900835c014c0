"""The texts of instructions: one file a role and one a task, each with its version in the first line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reviews.briefs import Role, Task

_TEXTS = Path(__file__).with_name("texts")
_VERSION = re.compile(r"version: (\d{1,4})\n+")
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")

COMMON = "common"
"""The text that every reviewer is given, whatever its task."""

JUDGE = "judge"
"""The only text of a judge, who reviews nothing."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """A text of instructions. Whoever changes the text raises its version: the ledger names it."""

    name: str
    version: int
    text: str

    @property
    def label(self) -> str:
        """Name and version, as the ledger has them: "challenge 1"."""
        return f"{self.name} {self.version}"


@cache
def instructions(name: str) -> Instructions:
    """The text of that name. Raises LookupError where there is none, ValueError for one without version."""
    path = _TEXTS / f"{name}.md"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise LookupError(f"There are no instructions called {name!r}.")
    content = path.read_text(encoding="utf-8")
    version = _VERSION.match(content)
    if version is None:
        raise ValueError(f"{path.name} does not begin with its version.")
    return Instructions(name, int(version[1]), content[version.end() :].strip())


def system_for(task: Task) -> str:
    """The name of the text that a call begins with: the same in every call of its kind."""
    return JUDGE if task is Task.JUDGE else COMMON


def names_for(task: Task, role: str) -> tuple[str, ...]:
    """The texts that tell a reviewer what to do, besides the one that the call begins with.

    A role counts where code is reviewed in it; an empty one is a full review. Raises ValueError for
    a role that is not in `briefs.Role`.
    """
    part = Role(role or Role.FULL)
    in_role = (_OF_ROLE[part],)
    told = {Task.REVIEW: in_role, Task.AGAIN: (*in_role, Task.AGAIN.value), Task.JUDGE: ()}
    return told.get(task, (task.value,))


_OF_ROLE = {
    Role.FULL: "full-review",
    Role.CALLERS: "callers",
    Role.INTEGRATION: "integration",
    Role.CROSS_CUTTING: "cross-cutting",
    Role.SECURITY: "security",
    Role.ARCHITECTURE: "architecture",
    Role.IMPLEMENTATION: "implementation",
}
