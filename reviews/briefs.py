"""What a reviewer can be asked to do, as plain data: roles, tasks, and what is shown besides code.

Nothing here knows of Django, a database or a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reviews.claims import Place


class Role(StrEnum):
    """What a reviewer of code is asked to look at."""

    FULL = "full review"
    CALLERS = "callers"
    INTEGRATION = "integration"
    CROSS_CUTTING = "cross-cutting"
    SECURITY = "security"
    ARCHITECTURE = "architecture"
    IMPLEMENTATION = "implementation"


class Task(StrEnum):
    """What a pass is asked to do. Each has a text of instructions in `reviews/prompts/texts`."""

    REVIEW = "review"
    """The code, in the turn's role."""
    AGAIN = "again"
    """The code once more, after one's own earlier findings: what was missed?"""
    CHALLENGE = "challenge"
    """The devil's advocate."""
    CONFER = "confer"
    """Confirm, refute or withdraw the panel's findings."""
    REVIEW_TEXT = "review-text"
    """Findings and a verdict on a document: a plan, or a text."""
    REVISE = "revise"
    """A new version of a document, after somebody's findings on it."""
    AGAINST_PLAN = "against-plan"
    """The code, held against an approved plan."""
    PATCH = "patch"
    """A unified diff that mends one defect."""
    REVIEW_PATCH = "review-patch"
    """Findings and a verdict on somebody's patch."""
    JUDGE = "judge"
    """Whether two claims are of one defect."""

    @property
    def writes(self) -> bool:
        """Whether it is answered with a text rather than with findings."""
        return self in (Task.REVISE, Task.PATCH)

    @property
    def reads_code(self) -> bool:
        """Whether the code is shown: a plan is read before there is any, and a judge is shown some lines."""
        return self not in (Task.REVIEW_TEXT, Task.REVISE, Task.JUDGE)

    @property
    def about_code(self) -> bool:
        """Whether its findings are claims about the snapshot."""
        return self in (Task.REVIEW, Task.AGAIN, Task.CHALLENGE, Task.CONFER, Task.AGAINST_PLAN)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A text that a pass is shown besides the code.

    `title` is ours. `text` comes from outside: it is fenced before a model sees it.
    """

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text under review that is not the whole code: a plan. `path` is its file in the snapshot."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two claims of a pair.

    `name` is its row's ("note-12"), which no model is told. `words` come from outside, each line of
    them indented. `places` are the lines of code that are shown with it.
    """

    name: str
    words: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two claims that may be of one defect, and the reference by which a judge speaks of them ("P3")."""

    ref: str
    first: Side
    second: Side

    @property
    def swapped(self) -> Pair:
        """The same pair, shown the other way round."""
        return Pair(self.ref, self.second, self.first)
