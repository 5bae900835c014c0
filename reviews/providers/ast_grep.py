"""ast-grep: the project's own rules for JavaScript and TypeScript. https://ast-grep.github.io/.

The rules are written once, for TSX, whose grammar reads JavaScript, JSX and nearly all TypeScript.
Plain TypeScript files, where <T> can also open a generic arrow function or a cast, get a copy of
each rule under the TypeScript grammar.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
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
HEAD = re.compile(
    r"""id:\ (?P<id>\S+)\n
    language:\ Tsx\n
    severity:\ (?P<severity>\w+)\n
    message:\ (?P<message>.+)\n
    note:\ \|\n(?P<note>(?:\ \ .+\n)+)
    metadata:\n
    \ \ cwe:\ (?P<cwe>\d+)\n
    \ \ odc:\ (?P<odc>\w+)\n
    (?P<quiet>\ \ quiet_in_tests:\ true\n)?
    \ \ fix:\ >-\n(?P<fix>(?:\ {4}.+\n)+)""",
    re.VERBOSE,
)
"""How each rule file begins; ast-grep reads it as YAML, we read what we say of a finding."""
SCANNED = re.compile(r"(?m)^sg: entity\|file\|(.+): (?:language=|skipped=emptyFile)")
"""How `--inspect=entity` names a file that was read; in an empty one there is nothing to find."""
EXPRESS_4 = frozenset({"async-route-without-catch"})
EXPRESS = re.compile(r'"express"\s*:\s*"[\^~>=v\s]*(\d{1,3})\b')
"""The major version of Express in a package.json."""
TEST_FILE = re.compile(r"(^|/)(tests?|__tests__|spec)/|\.(test|spec)\.[cm]?[jt]sx?$")
COPY = "-typescript"
"""What the id of a rule's copy for the TypeScript grammar ends in."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ours: what a finding of it says, and its text for ast-grep."""

    id: str
    severity: Severity
    message: str
    note: str
    cwe: int
    odc_type: DefectType
    fix: str
    quiet_in_tests: bool
    text: str

    @classmethod
    def parse(cls, text: str) -> Rule:
        """A rule from its file. Raises ValueError where the head is not of the form `HEAD`."""
        head = HEAD.match(text)
        if head is None:
            raise ValueError(f"not the head of a rule: {text[:60]!r}")
        return cls(
            id=head["id"],
            severity=SEVERITY[head["severity"]],
            message=head["message"],
            note=" ".join(head["note"].split()),
            cwe=int(head["cwe"]),
            odc_type=DefectType(head["odc"]),
            fix=" ".join(head["fix"].split()),
            quiet_in_tests=head["quiet"] is not None,
            text=text,
        )

    @property
    def texts(self) -> list[str]:
        """The rule for TSX, and its copy for TypeScript unless it is about JSX."""
        if "jsx_" in self.text:
            return [self.text]
        copy = self.text.replace(f"id: {self.id}", f"id: {self.id}{COPY}", 1)
        return [self.text, copy.replace("language: Tsx", "language: TypeScript", 1)]


@cache
def rules() -> Mapping[str, Rule]:
    """All our rules by id."""
    found = [Rule.parse(path.read_text()) for path in sorted(RULES.glob("*.yml"))]
    return {rule.id: rule for rule in found}


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
        texts = [text for rule in rules().values() for text in rule.texts]
        return {"sgconfig.yml": "ruleDirs: [rules]\n", "rules/all.yml": "\n---\n".join(texts)}

    def arguments(self, names: Sequence[str]) -> list[str]:
        """Everything ast-grep is told.

        SARIF rather than ast-grep's own JSON, which repeats the code around every match: one large
        file would make megabytes of it.
        """
        return [
            "scan",
            "--config=../home/sgconfig.yml",
            "--format=sarif",
            "--inspect=entity",
            "--color=never",
            *(f"--no-ignore={kind}" for kind in ("hidden", "dot", "exclude", "global", "parent", "vcs")),
            "--",
            *names,
        ]

    def read(self, finished: Finished, written: Written) -> Reading:
        """SARIF's results as claims; and, from the other stream, which files were scanned."""
        (said,) = json.loads(finished.output)["runs"]
        claims = [claim(result, written) for result in said["results"]]
        moot = EXPRESS_4 if express_awaits(written.submitted) else frozenset()
        scanned = {written.original(name).path for name in SCANNED.findall(finished.errors)}
        return Reading(
            findings=[found for found in claims if found.rule not in moot and not is_noise(found)],
            unread=frozenset({file.path for file in written.files.values()} - scanned),
        )


def express_awaits(files: Iterable[SourceFile]) -> bool:
    """Whether a package.json asks for Express 5 or newer, which waits for a handler's promise."""
    asked = (EXPRESS.search(file.text) for file in files if PurePosixPath(file.path).name == "package.json")
    return any(major is not None and int(major[1]) >= 5 for major in asked)


def is_noise(found: Claim) -> bool:
    """Whether the rule says nothing of a test: a test's passwords are made up."""
    return rules()[found.rule].quiet_in_tests and TEST_FILE.search(found.path) is not None


def claim(result: Mapping[str, Any], written: Written) -> Claim:
    """One result (SARIF 2.1.0, section 3.27) as a claim."""
    rule = rules()[result["ruleId"].removesuffix(COPY)]
    where = result["locations"][0]["physicalLocation"]
    file = written.original(where["artifactLocation"]["uri"])
    place, quote = located(file, where["region"]["startLine"], where["region"]["endLine"])
    return Claim(
        title=rule.message,
        explanation=rule.note,
        severity=rule.severity,
        path=file.path,
        place=place,
        quote=quote,
        odc_type=rule.odc_type,
        cwe=rule.cwe,
        suggested_fix=rule.fix,
        rule=rule.id,
    )
