"""What test runners print, and what it proves."""

from __future__ import annotations

import pytest

from reviews.snapshots.evidence import EVIDENCE_BYTES, TestEvidence, read_test_evidence
from reviews.snapshots.limits import UploadRefused

PYTEST_XML = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4">
<testcase classname="t" name="a"/><testcase name="b"><failure message="no">assert</failure></testcase>
<testcase name="c"><error>boom</error></testcase><testcase name="d"><skipped/></testcase>
</testsuite></testsuites>"""

NODE_XML = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="tasks" tests="2" disabled="0" errors="0" failures="0" skipped="0">
    <testcase name="creates" time="0.001" classname="test"/>
    <testsuite name="inner" tests="1" failures="0" skipped="0">
      <testcase name="deletes" classname="test"/>
    </testsuite>
  </testsuite>
  <testcase name="alone" classname="test"/>
  <!-- tests 3 -->
</testsuites>"""


def numbers(evidence: TestEvidence) -> tuple[int | None, int | None, int | None, bool | None]:
    return evidence.passed, evidence.failed, evidence.skipped, evidence.all_passed


def test_junit_counts_each_case_once() -> None:
    evidence = read_test_evidence(PYTEST_XML)
    assert (evidence.kind, *numbers(evidence)) == ("junit", 1, 2, 1, False)
    assert evidence.sentence == "2 of 3 tests failed, 1 skipped (JUnit XML)."
    nested = read_test_evidence("\ufeff\n" + NODE_XML)
    assert (nested.kind, *numbers(nested)) == ("junit", 3, 0, 0, True)
    assert nested.sentence == "All 3 tests passed (JUnit XML)."


def test_junit_with_suites_alone_is_read_from_the_outermost_counts() -> None:
    inner = '<testsuite tests="3" failures="1" errors="0" skipped="1"/>'
    outer = f'<testsuites tests="3" failures="1" skipped="1">{inner}</testsuites>'
    assert numbers(read_test_evidence(outer)) == (1, 1, 1, False)
    assert numbers(read_test_evidence(f"<testsuites>{inner}{inner}</testsuites>")) == (2, 2, 2, False)


def test_a_suite_that_failed_to_load_is_not_all_passed() -> None:
    xml = '<testsuite tests="1" errors="1"><testcase name="a"/></testsuite>'
    assert numbers(read_test_evidence(xml)) == (1, 1, 0, False)


def test_a_namespace_does_not_matter() -> None:
    assert numbers(read_test_evidence('<testsuite xmlns="urn:x"><testcase/></testsuite>')) == (1, 0, 0, True)


def test_entities_are_refused_politely() -> None:
    suite = '<testsuite><testcase name="&b;"/></testsuite>'
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>{suite}'
    with pytest.raises(UploadRefused, match="defines XML entities"):
        read_test_evidence(bomb)
    outside = (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&a;"/></testsuite>'
    )
    with pytest.raises(UploadRefused, match="defines XML entities"):
        read_test_evidence(outside)


def test_a_report_beyond_the_limit_is_refused() -> None:
    assert read_test_evidence("x" * (EVIDENCE_BYTES - 15) + "\n1 passed in 1s").passed == 1
    with pytest.raises(UploadRefused, match="larger than 1 MB"):
        read_test_evidence("x" * (EVIDENCE_BYTES + 1))


UNITTEST = (
    "..F\n----------------------------------------------------------------------\nRan 5 tests in 0.010s\n\n"
)
NODE_TAP = """TAP version 13
# Subtest: creates
ok 1 - creates
  ---
  duration_ms: 1.2
  ...
not ok 2 - deletes
1..2
# tests 2
# suites 0
# pass 1
# fail 1
# cancelled 0
# skipped 0
# todo 0
# duration_ms 60.1
"""
JEST = """PASS tests/api.test.js
Test Suites: {suites} total
Tests:       {tests} total
Snapshots:   0 total
Time:        1.2 s
Ran all test suites.
"""


NODE_SPEC = "✔ creates (1ms)\n" + "".join(
    f"ℹ {word} {count}\n"
    for word, count in [("tests", 3), ("suites", 0), ("pass", 2), ("fail", 0), ("skipped", 1), ("todo", 0)]
)
GO_VERBOSE = """=== RUN   TestA
--- PASS: TestA (0.00s)
    --- PASS: TestA/x (0.00s)
--- SKIP: TestB (0.00s)
PASS
ok  \texample.com/t\t0.1s
"""
PYTEST_COLOURED = (
    "\x1b[32m===== \x1b[1m12 passed\x1b[0m, 2 skipped, 1 warning in 63.20s (0:01:03) =====\x1b[0m"
)


@pytest.mark.parametrize(
    ("text", "passed", "failed", "skipped", "all_passed"),
    [
        ("==== 3 passed in 0.12s ====\n", 3, 0, 0, True),
        (PYTEST_COLOURED, 12, 0, 2, True),
        ("1 failed, 2 passed, 1 xfailed, 1 error in 0.5s\n", 2, 2, 1, False),
        ("=== no tests ran in 0.01s ===", 0, 0, 0, False),
        ("=== 1 failed in 0.1s ===\n...\n=== 4 passed in 0.1s ===\n", 4, 0, 0, True),
        (UNITTEST + "OK\n", 5, 0, 0, True),
        (UNITTEST + "OK (skipped=1, expected failures=1)\n", 3, 0, 2, True),
        (UNITTEST + "FAILED (failures=1, errors=1, unexpected successes=1)\r\n", 2, 3, 0, False),
        ("Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", 0, 0, 0, False),
        (NODE_TAP, 1, 1, 0, False),
        (NODE_SPEC, 2, 0, 1, True),
        ("1..3\nok 1 - a\nok 2 - b # SKIP no\nnot ok 3 - c # TODO later\n", 1, 0, 2, True),
        ("1..3\nok 1\nok 2\n", 2, 0, 0, False),
        ("1..2\nok 1\nnot ok 2\n", 1, 1, 0, False),
        (JEST.format(suites="1 passed, 1", tests="9 passed, 9"), 9, 0, 0, True),
        (JEST.format(suites="1 failed, 1", tests="1 failed, 2 skipped, 1 todo, 3 passed, 7"), 3, 1, 3, False),
        (JEST.format(suites="1 failed, 1 passed, 2", tests="3 passed, 3"), 3, 0, 0, False),
        (" Test Files  1 passed (1)\n      Tests  1 failed | 3 passed | 1 skipped (5)\n", 3, 1, 1, False),
        ("  5 passing (12ms)\n  1 pending\n  2 failing\n\n  1) tasks\n", 5, 2, 1, False),
        ("ok  \texample.com/tasks\t0.004s\n?   \texample.com/cmd\t[no test files]\n", None, 0, None, True),
        (GO_VERBOSE, 1, 0, 1, True),
        ("--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.com/t\t0.1s\nFAIL\n", None, 1, None, False),
        ("FAIL\texample.com/t [build failed]\nFAIL\n", None, 0, None, False),
    ],
)
def test_the_closing_lines_of_runners(
    text: str, passed: int | None, failed: int, skipped: int | None, all_passed: bool
) -> None:
    evidence = read_test_evidence(text)
    assert (evidence.kind, *numbers(evidence)) == ("text", passed, failed, skipped, all_passed)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 passed in 0.1s", "The one test passed (pytest)."),
        ("no tests ran in 0.1s", "No test was run (pytest)."),
        ("1 failed in 0.1s", "1 of 1 test failed (pytest)."),
        ("ok  \tx\t0.1s", "All tests passed (go test)."),
        ("FAIL\tx [build failed]\n", "Part of the tests could not be run (go test)."),
    ],
)
def test_the_sentence_says_no_more_than_the_report(text: str, sentence: str) -> None:
    assert read_test_evidence(text).sentence == sentence


@pytest.mark.parametrize(
    "text", ["", "All tests pass!", "<html>1 test</html>", "<testsuite", "ok then", "passed"]
)
def test_what_cannot_be_read_is_kept_and_proves_nothing(text: str) -> None:
    evidence = read_test_evidence(text)
    assert (evidence.kind, *numbers(evidence)) == ("text", None, None, None, None)
    assert evidence.sentence == "This could not be read as a test result and is kept as text."
