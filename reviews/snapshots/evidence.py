"""What a test run's own report says: how many tests passed, failed and were skipped.

The report is evidence that a student hands in with code; nothing of it is trusted or executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reviews.snapshots.limits import UploadRefused, size_text
from reviews.snapshots.runners import Tally, read_text_report

EVIDENCE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TestEvidence:
    """A test report in numbers. All of them are None where the text is no report that is known.

    `passed` may be None alone: Go, for one, says that all passed without saying how many.
    `failed` counts errors too. `sentence` says it for people.
    """

    # pytest would collect a class of this name.
    __test__: ClassVar[bool] = False

    kind: Literal["junit", "text"]
    passed: int | None
    failed: int | None
    skipped: int | None
    all_passed: bool | None
    sentence: str


def read_test_evidence(text: str) -> TestEvidence:
    """Reads JUnit XML, or the closing lines of pytest, unittest, TAP, node, jest, vitest, mocha or go test.

    Raises UploadRefused for text over EVIDENCE_BYTES, and for XML that defines entities.
    """
    if len(text.encode(errors="surrogatepass")) > EVIDENCE_BYTES:
        raise UploadRefused(
            [f"The test report is larger than {size_text(EVIDENCE_BYTES)}. Keep its end only."]
        )
    if text.lstrip("\ufeff \t\r\n").startswith("<") and (tally := _junit(text.lstrip("\ufeff \t\r\n"))):
        return _evidence("junit", tally)
    if tally := read_text_report(text):
        return _evidence("text", tally)
    unread = "This could not be read as a test result and is kept as text."
    return TestEvidence("text", None, None, None, None, unread)


def _evidence(kind: Literal["junit", "text"], tally: Tally) -> TestEvidence:
    return TestEvidence(kind, tally.passed, tally.failed, tally.skipped, tally.all_passed, tally.sentence())


# --- JUnit ---------------------------------------------------------------------------------------
def _junit(text: str) -> Tally | None:
    """The numbers of a JUnit report, None for any other XML. Raises UploadRefused for entities."""
    try:
        root: Element = fromstring(text)
    except DefusedXmlException as refused:
        raise UploadRefused([
            "The test report defines XML entities, which no test runner does. "
            "Hand in the report as the runner wrote it."
        ]) from refused  # fmt: skip
    except (ParseError, ValueError):
        return None
    if _tag(root) not in ("testsuites", "testsuite"):
        return None
    cases = [element for element in root.iter() if _tag(element) == "testcase"]
    counted = _from_cases(cases) if cases else _from_attributes(root)
    # A suite that failed before its first test is in the suites' own counts alone.
    failed = max(counted.failed or 0, _from_attributes(root).failed or 0)
    return Tally("JUnit XML", counted.passed, failed, counted.skipped)


def _tag(element: Element) -> str:
    """The name without its namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _from_cases(cases: list[Element]) -> Tally:
    """Each test case once, however its suites are nested."""
    marks = [{_tag(child) for child in case} for case in cases]
    failed = sum(bool(mark & {"failure", "error"}) for mark in marks)
    skipped = sum("skipped" in mark and not mark & {"failure", "error"} for mark in marks)
    return Tally("JUnit XML", len(cases) - failed - skipped, failed, skipped)


def _from_attributes(root: Element) -> Tally:
    """The counts of the outermost suites that have any, which include those of the suites within."""
    tests = failed = skipped = 0
    for suite in _outermost(root):
        tests += _number(suite, "tests")
        failed += _number(suite, "failures") + _number(suite, "errors")
        skipped += _number(suite, "skipped") + _number(suite, "disabled")
    return Tally("JUnit XML", max(tests - failed - skipped, 0), failed, skipped)


def _outermost(root: Element) -> Iterator[Element]:
    waiting = [root]
    while waiting:
        suite = waiting.pop()
        if "tests" in suite.attrib:
            yield suite
        else:
            waiting.extend(child for child in suite if _tag(child) == "testsuite")


def _number(suite: Element, name: str) -> int:
    value = suite.get(name, "")
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else 0
