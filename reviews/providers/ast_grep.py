"""ast-grep: the project's own rules for JavaScript and TypeScript. https://ast-grep.github.io/.

The rules are written once, for TSX, whose grammar reads JavaScript, JSX and nearly all TypeScript.
Plain TypeScript files, where <T> can also open a generic arrow function or a cast, get a copy of
each rule under the TypeScript grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from reviews.claims import Claim, DefectType, Severity
from reviews.providers.analyser import Analyser, Reading, Written, located
from reviews.providers.process import Finished
from reviews.snapshots.files import SourceFile

RULES = Path(__file__).parent / "rules"
SEVERITY = {
    "error": Severity.CRITICAL,
    "warning": Severity.MAJOR,
    "info": Severity.MINOR,
    "hint": Severity.INFO,
}
SCANNED = re.compile(r"(?m)^sg: entity\|file\|(.+): (?:language=|skipped=emptyFile)")
"""How `--inspect=entity` names a file that was read; in an empty one there is nothing to find."""
TEST_FILE = re.compile(r"(^|/)(tests?|__tests__|spec)/|\.(test|spec)\.[cm]?[jt]sx?$")
COPY = "-typescript"
"""What the id of a rule's copy for the TypeScript grammar ends in."""


class AstGrep(Analyser):
    """Runs `ast-grep scan` with our rules alone; `ast-grep-ignore` comments silence nothing."""

    name: ClassVar[str] = "ast-grep"
    reads: ClassVar[str] = "JavaScript and TypeScript files (.js, .mjs, .cjs, .jsx, .ts, .mts, .cts, .tsx)"
    endings: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".tsx"), ".tsx"),
        **dict.fromkeys((".ts", ".mts", ".cts"), ".ts"),
    }

    def text(self, file: SourceFile) -> str:
        """The text with its ignore comments disarmed, of the same length; no option turns them off."""
        return re.sub("ast-grep-ignore", "ast-grep.ignore", file.text)

    def equipment(self) -> Mapping[str, str]:
        """The configuration and the rules."""
        return {"sgconfig.yml": "ruleDirs: [rules]\n", "rules/all.yml": rules()}

    def arguments(self, names: Sequence[str]) -> list[str]:
        """Everything ast-grep is told."""
        return [
            "scan",
            "--config=../home/sgconfig.yml",
            "--json=stream",
            "--include-metadata",
            "--inspect=entity",
            "--color=never",
            *(f"--no-ignore={kind}" for kind in ("hidden", "dot", "exclude", "global", "parent", "vcs")),
            "--",
            *names,
        ]

    def read(self, finished: Finished, written: Written) -> Reading:
        """One JSON object a line, each a match; and, from the other stream, which files it scanned."""
        items = [json.loads(line) for line in finished.output.split("\n") if line]
        scanned = {written.original(name).path for name in SCANNED.findall(finished.errors)}
        return Reading(
            findings=[claim(item, written) for item in items if not is_noise(item, written)],
            unread=frozenset({file.path for file in written.files.values()} - scanned),
        )


@cache
def rules() -> str:
    """All our rules as one YAML text, each also for TypeScript's grammar unless it is about JSX."""
    written = [path.read_text() for path in sorted(RULES.glob("*.yml"))]
    copies = [
        re.sub(r"(?m)^id: (.+)$", rf"id: \1{COPY}", rule).replace("language: Tsx", "language: TypeScript")
        for rule in written
        if "jsx_" not in rule
    ]
    return "\n---\n".join(written + copies)


def is_noise(item: Mapping[str, Any], written: Written) -> bool:
    """Whether the rule says nothing of a test: a test's passwords are made up."""
    path = written.original(item["file"]).path
    return "quiet_in_tests" in item["metadata"] and TEST_FILE.search(path) is not None


def claim(item: Mapping[str, Any], written: Written) -> Claim:
    """One match as a claim. ast-grep counts lines from 0."""
    file = written.original(item["file"])
    span, facts = item["range"], item["metadata"]
    place, quote = located(file, span["start"]["line"] + 1, span["end"]["line"] + 1)
    return Claim(
        title=item["message"],
        explanation=" ".join(item["note"].split()),
        severity=SEVERITY[item["severity"]],
        path=file.path,
        place=place,
        quote=quote,
        odc_type=DefectType(facts["odc"]),
        cwe=facts["cwe"],
        suggested_fix=facts.get("fix", ""),
        rule=item["ruleId"].removesuffix(COPY),
    )
