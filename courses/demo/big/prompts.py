"""What models are told of a submission, and what they reply, as the ledger keeps it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field

from courses.demo.big.exercises import Tree
from courses.demo.big.hearing import Heard
from courses.demo.big.statements import part_of_reply
from reviews.briefs import Task
from reviews.claims import Stance
from reviews.models import Blob
from reviews.prompts.compose import Prompt, compose
from reviews.prompts.fence import mark
from reviews.prompts.pack import pack
from reviews.protocols.base import Turn

ROOM = 100_000
"""Tokens of code that a reviewer can read; these exercises take a few hundred."""

CHECKED = "every function with its callers"

_MARK = re.compile(r"(?<=<<<)[0-9a-f]{20}(?= )")


@dataclass(slots=True)
class Prompts:
    """The prompts of one exercise. Texts that several calls share are kept as blobs, each once."""

    _names: dict[str, str] = field(default_factory=dict)
    _new: list[Blob] = field(default_factory=list)
    _packed: dict[str, tuple[str, str]] = field(default_factory=dict)
    _made: dict[tuple[str, Task, str], Prompt] = field(default_factory=dict)

    def prompt(self, tree: Tree, turn: Turn) -> Prompt:
        """What is said to whoever has this turn; made once where nothing but the code is shown."""
        role = turn.role or turn.seat.role
        if turn.exhibits:
            return self._compose(tree, turn, role)
        key = (tree.sha256, turn.task, role)
        if key not in self._made:
            self._made[key] = self._compose(tree, turn, role)
        return self._made[key]

    def blob(self, text: str) -> str:
        """The name of a shared text."""
        if text not in self._names:
            self._names[text] = hashlib.sha256(text.encode()).hexdigest()
            self._new.append(Blob(sha256=self._names[text], text=text))
        return self._names[text]

    def new_blobs(self) -> list[Blob]:
        """The shared texts that came since this was asked last."""
        new, self._new = self._new, []
        return new

    def _compose(self, tree: Tree, turn: Turn, role: str) -> Prompt:
        if tree.sha256 not in self._packed:
            text = pack(tree.files, ROOM).text
            self._packed[tree.sha256] = text, mark(tree.sha256, [text])
        text, material_mark = self._packed[tree.sha256]
        made = compose(text, turn.task, role, exhibits=turn.exhibits, material_mark=material_mark)
        # Its boundary is drawn afresh for each request; here the same course is to be the same.
        drawn = mark(f"{tree.sha256}/{turn.siglum}", [exhibit.text for exhibit in turn.exhibits])
        return Prompt(made.system, made.material, _MARK.sub(drawn, made.task), made.instructions)


def reply_of(heard: Heard) -> str:
    """The JSON that a model replied with."""
    if not heard.returned.answered:
        return "I cannot help with this."
    votes = [
        {
            "ref": vote.ref,
            "stance": vote.stance,
            "reason": vote.reason,
            "quote": vote.quote,
            "file": vote.path or None,
            "severity": vote.severity if vote.stance is Stance.CONFIRM else None,
        }
        for vote in heard.returned.votes
    ]
    return json.dumps(
        {
            "verdict": heard.returned.verdict,
            "summary": heard.returned.why,
            "findings": [part_of_reply(said) for said in heard.said],
            "votes": votes,
            "checked": [CHECKED],
            "not_reviewed": [],
        }
    )
