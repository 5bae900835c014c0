"""The closing lines of test runners, each read by one small function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """What a runner says of a whole run; None for what it does not say.

    `broken` is for what failed outside any test: a suite that did not load, a build.
    """

    runner: str
    passed: int | None
    failed: int | None
    skipped: int | None
    broken: bool = False

    @property
    def all_passed(self) -> bool:
        """Whether tests ran, and none failed or could not run."""
        return not self.failed and not self.broken and self.passed != 0

    def sentence(self) -> str:
        """The numbers for people: "2 of 14 tests failed, 1 skipped (pytest)."."""
        skipped = f", {self.skipped:,} skipped" if self.skipped else ""
        if self.failed and self.passed is not None:
            ran = self.passed + self.failed
            said = f"{self.failed:,} of {ran:,} {'test' if ran == 1 else 'tests'} failed"
        elif self.failed:
            said = f"{self.failed:,} {'test' if self.failed == 1 else 'tests'} failed"
        elif self.broken:
            said = "Part of the tests could not be run"
        elif self.passed is None:
            said = "All tests passed"
        elif self.passed:
            said = f"All {self.passed:,} tests passed" if self.passed > 1 else "The one test passed"
        else:
            said = "No test was run"
        return f"{said}{skipped} ({self.runner})."


# Where a runner's closing lines begin in the text, and what they say.
Reading = tuple[int, Tally]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def read_text_report(text: str) -> Tally | None:
    """What the report says whose closing lines stand nearest to the end; None where there is none."""
    plain = _COLOUR.sub("", text).replace("\r\n", "\n")
    readings = [reading for read in _RUNNERS if (reading := read(plain))]
    return max(readings, key=lambda reading: reading[0])[1] if readings else None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return max(pattern.finditer(text), key=re.Match.start, default=None)


def _counts(line: str) -> dict[str, int]:
    """The counts of a line such as "1 failed, 2 passed", by word."""
    counts: dict[str, int] = {}
    for number, word in re.findall(r"(\d{1,9}) ([a-z]+)", line):
        counts[word] = counts.get(word, 0) + int(number)
    return counts


_PYTEST = re.compile(r"^=* ?((?:\d{1,9} [a-z]+(?:, )?)+|no tests ran) in \d[\d.]*s\b[^\n]*$", re.MULTILINE)


def _pytest(text: str) -> Reading | None:
    found = _last(_PYTEST, text)
    if not found:
        return None
    said = _counts(found[1])
    return found.start(), Tally(
        "pytest",
        said.get("passed", 0) + said.get("xpassed", 0),
        said.get("failed", 0) + said.get("error", 0) + said.get("errors", 0),
        said.get("skipped", 0) + said.get("xfailed", 0),
    )


_UNITTEST = re.compile(
    r"^Ran (\d{1,9}) tests? in [\d.]+s\n\s*^(OK|FAILED|NO TESTS RAN)(?: \(([^)\n]*)\))?$", re.MULTILINE
)


def _unittest(text: str) -> Reading | None:
    found = _last(_UNITTEST, text)
    if not found:
        return None
    said = {word: int(number) for word, number in re.findall(r"([a-z ]+)=(\d{1,9})", found[3] or "")}
    said = {word.strip(): number for word, number in said.items()}
    failed = sum(said.get(word, 0) for word in ("failures", "errors", "unexpected successes"))
    skipped = said.get("skipped", 0) + said.get("expected failures", 0)
    passed = max(int(found[1]) - failed - skipped, 0)
    return found.start(), Tally("unittest", passed, failed, skipped, broken=found[2] == "FAILED")


_NODE = re.compile(r"^(?:#|\u2139) (tests|pass|fail|cancelled|skipped|todo) +(\d{1,9})$", re.MULTILINE)


def _node(text: str) -> Reading | None:
    """Node's own runner, by its spec or TAP reporter, and tape, which closes as node does."""
    found = list(_NODE.finditer(text))
    said = {match[1]: int(match[2]) for match in found}
    if "tests" not in said or "pass" not in said:
        return None
    failed = said.get("fail", 0) + said.get("cancelled", 0)
    skipped = said.get("skipped", 0) + said.get("todo", 0)
    return found[-1].start(), Tally("node", said["pass"], failed, skipped)


_TAP_PLAN = re.compile(r"^1\.\.(\d{1,9})", re.MULTILINE)
_TAP_LINE = re.compile(r"^(not )?ok\b(?: (\d+))?([^\n]*)$", re.MULTILINE)


def _tap(text: str) -> Reading | None:
    """Any producer of the Test Anything Protocol: the outermost lines, against the plan."""
    plan, lines = _last(_TAP_PLAN, text), list(_TAP_LINE.finditer(text))
    if not plan or not lines:
        return None
    excused = [bool(re.search(r"# *(skip|todo)", line[3], re.IGNORECASE)) for line in lines]
    failed = sum(bool(line[1]) and not out for line, out in zip(lines, excused, strict=True))
    tally = Tally("TAP", len(lines) - failed - sum(excused), failed, sum(excused), int(plan[1]) != len(lines))
    return lines[-1].start(), tally


_JEST = re.compile(r"^ *Tests:? +((?:\d{1,9} [a-z]+[,| ]*)+)(?:\(\d+\))?$", re.MULTILINE)
_JEST_SUITES = re.compile(
    r"^ *Test (?:Suites:|Files) +((?:\d{1,9} [a-z]+[,| ]*)+)(?:\(\d+\))?$", re.MULTILINE
)


def _jest(text: str) -> Reading | None:
    """Jest, and vitest, which sets bars for commas."""
    found, suites = _last(_JEST, text), _last(_JEST_SUITES, text)
    if not found:
        return None
    said = _counts(found[1])
    broken = bool(suites and _counts(suites[1]).get("failed"))
    skipped = sum(said.get(word, 0) for word in ("skipped", "todo", "pending"))
    runner = "jest" if ":" in found[0] else "vitest"
    return found.start(), Tally(runner, said.get("passed", 0), said.get("failed", 0), skipped, broken)


_MOCHA = re.compile(
    r"^ *(\d{1,9}) passing(?: \([^)\n]*\))?$(?:\n *(\d{1,9}) pending$)?(?:\n *(\d{1,9}) failing$)?",
    re.MULTILINE,
)


def _mocha(text: str) -> Reading | None:
    found = _last(_MOCHA, text)
    if not found:
        return None
    return found.start(), Tally("mocha", int(found[1]), int(found[3] or 0), int(found[2] or 0))


_GO_PACKAGE = re.compile(
    r"^(ok  |FAIL)[ \t]+\S+[ \t]+(?:[\d.]+s|\(cached\)|\[[^]\n]*\])[^\n]*$", re.MULTILINE
)
_GO_TEST = re.compile(r"^--- (PASS|FAIL|SKIP): ", re.MULTILINE)


def _go(text: str) -> Reading | None:
    """`go test`, which counts nothing; with -v each test has a line, without it only those that failed."""
    packages = list(_GO_PACKAGE.finditer(text))
    if not packages:
        return None
    outcomes = [match[1] for match in _GO_TEST.finditer(text)]
    is_verbose = "PASS" in outcomes
    failed = outcomes.count("FAIL")
    tally = Tally(
        "go test",
        outcomes.count("PASS") if is_verbose else None,
        failed,
        outcomes.count("SKIP") if is_verbose else None,
        any(match[1] == "FAIL" for match in packages),
    )
    return packages[-1].start(), tally


_RUNNERS: tuple[Callable[[str], Reading | None], ...] = (_pytest, _unittest, _tap, _node, _jest, _mocha, _go)
