"""SARIF that other tools wrote, and SARIF that somebody broke."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place, Severity
from reviews.exchange import NotReadable, read_any, sarif
from reviews.exchange.imported import MOST_FINDINGS, known_path, placed
from tests.reviews.exchange.samples import location, log, result


def only(*results: dict[str, Any], **run: Any) -> Claim:
    """The one finding of a log of these results."""
    (claim,) = sarif.read(json.dumps(log(*results, **run))).findings
    return claim


def test_a_result_becomes_a_claim_of_its_tool() -> None:
    text = json.dumps(log(result(level="error", message={"text": "Bad query. Use parameters."})))
    read = read_any(text)
    assert (read.tool, read.version) == ("gosec", "2.21.0")
    (claim,) = read.findings
    assert claim == Claim(
        title="Bad query. Use parameters.",
        severity=Severity.MAJOR,
        path="shop.go",
        place=Place("shop.go", 7, 7),
        rule="G201",
    )
    assert read.testimonies[0].paths == ("shop.go",)


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({"level": "error"}, Severity.MAJOR),
        ({"level": "warning"}, Severity.MINOR),
        ({"level": "note"}, Severity.INFO),
        ({}, Severity.MINOR),
        ({"kind": "review"}, Severity.INFO),
        ({"level": "note", "properties": {"security-severity": "9.1"}}, Severity.CRITICAL),
        ({"properties": {"security-severity": 7}}, Severity.MAJOR),
        ({"properties": {"security-severity": "high"}}, Severity.MINOR),
        ({"properties": {"severity": "critical"}}, Severity.CRITICAL),
    ],
)
def test_severity_comes_from_the_score_else_from_the_level(said: dict[str, Any], severity: Severity) -> None:
    assert only(result(**said)).severity is severity


def test_a_level_that_is_not_given_is_the_rule_s_and_the_run_may_have_changed_it() -> None:
    rules = [{"id": "G201", "defaultConfiguration": {"level": "error"}}]
    assert only(result(), rules=rules).severity is Severity.MAJOR
    changed = {"descriptor": {"id": "G201"}, "configuration": {"level": "note"}}
    invocations = [{"executionSuccessful": True, "ruleConfigurationOverrides": [changed]}]
    assert only(result(), rules=rules, invocations=invocations).severity is Severity.INFO


@pytest.mark.parametrize(
    ("rule", "run", "said"),
    [
        ({"properties": {"tags": ["security", "external/cwe/cwe-089"]}}, {}, {}),
        ({"properties": {"cwe": ["CWE-89: SQL injection"]}}, {}, {}),
        ({"relationships": [{"target": {"id": "89", "toolComponent": {"name": "CWE"}}}]}, {}, {}),
        ({"fullDescription": {"text": "See CWE-89, that is CWE-89."}}, {}, {}),
        (
            {},
            {"taxonomies": [{"name": "CWE", "taxa": [{"id": "89"}]}]},
            {"taxa": [{"index": 0, "toolComponent": {"index": 0}}]},
        ),
    ],
)
def test_a_weakness_is_found_wherever_tools_put_it(
    rule: dict[str, Any], run: dict[str, Any], said: dict[str, Any]
) -> None:
    assert only(result(**said), rules=[{"id": "G201"} | rule], **run).cwe == 89


def test_a_description_that_names_several_weaknesses_names_none() -> None:
    rules = [{"id": "G201", "fullDescription": {"text": "Unlike CWE-89, CWE-78 is about commands."}}]
    assert only(result(), rules=rules).cwe is None


def test_a_message_is_looked_up_and_its_arguments_put_in() -> None:
    rules = [{"id": "G201", "messageStrings": {"unsafe": {"text": "'{0}' goes into {1} {{as it is}}, {9}."}}}]
    message = {"id": "unsafe", "arguments": ["name", "the query"]}
    assert only(result(message=message), rules=rules).title == "'name' goes into the query {as it is}, {9}."


def test_an_extension_has_rules_of_its_own() -> None:
    extension = {
        "name": "more",
        "rules": [{"id": "Z1", "messageStrings": {"m": {"text": "From the extension"}}}],
    }
    made = log(result(ruleId="Z1", rule={"index": 0, "toolComponent": {"index": 0}}, message={"id": "m"}))
    made["runs"][0]["tool"]["extensions"] = [extension]
    (claim,) = sarif.read(json.dumps(made)).findings
    assert claim.title == "From the extension"


def test_links_into_the_file_are_taken_out_of_a_message() -> None:
    text = "It depends on a [value \\[0\\]](1) and on [this](https://example.org/x)."
    assert (
        only(result(message={"text": text})).title
        == "It depends on a value [0] and on this (https://example.org/x)."
    )


@pytest.mark.parametrize(
    ("uri", "bases", "path"),
    [
        ("src/a%20b/%C3%BC.py", {}, "src/a b/ü.py"),
        ("./src/../app.py", {}, "app.py"),
        ("file:///home/ben/shop/app.py", {}, "/home/ben/shop/app.py"),
        ("file:///C:/shop/app.py", {}, "C:/shop/app.py"),
        ("C:\\shop\\app.py", {}, "C:/shop/app.py"),
        ("src\\app.py", {}, "src/app.py"),
        ("C%23/app.cs", {}, "C#/app.cs"),
        ("C#/app.cs", {}, "C#/app.cs"),
        ("app.py", {"uriBaseId": "SRC"}, "shop/src/app.py"),
        ("app.py", {"uriBaseId": "ROOT"}, "app.py"),
        ("app.py", {"uriBaseId": "RING"}, None),
    ],
)
def test_addresses_become_paths(uri: str, bases: dict[str, str], path: str | None) -> None:
    run = {
        "originalUriBaseIds": {
            "ROOT": {"uri": "file:///home/ben/"},
            "SRC": {"uri": "src/", "uriBaseId": "SHOP"},
            "SHOP": {"uri": "shop/", "uriBaseId": "ELSEWHERE"},
            "RING": {"uri": "r/", "uriBaseId": "RING"},
        }
    }
    where = {"physicalLocation": {"artifactLocation": {"uri": uri, **bases}, "region": {"startLine": 1}}}
    claim = only(result(locations=[where]), **run)
    assert claim.place is not None
    assert claim.place.path == (path if path is not None else f"{'r/' * 10}app.py")


def test_a_file_may_be_named_by_its_number_in_the_run_s_table() -> None:
    run = {"artifacts": [{"location": {"uri": "other.go"}}, {"location": {"uri": "shop.go"}}]}
    where = {"physicalLocation": {"artifactLocation": {"index": 1}, "region": {"startLine": 3}}}
    read = sarif.read(json.dumps(log(result(locations=[where]), **run)))
    assert read.findings[0].place == Place("shop.go", 3, 3)
    assert read.testimonies[0].paths == ("other.go", "shop.go"), "a file that is listed was looked at"


@pytest.mark.parametrize(
    ("region", "lines"),
    [
        ({"startLine": 3, "endLine": 5}, (3, 5)),
        ({"startLine": 3, "endLine": 5, "endColumn": 1}, (3, 4)),
        ({"startLine": 5, "endLine": 3}, (5, 5)),
        ({"charOffset": 100, "charLength": 5}, None),
        ({"startLine": 0}, None),
        ({"startLine": -4}, None),
        ({"startLine": 10**30}, None),
        ({"startLine": True}, None),
        ({"startLine": "7"}, None),
        (None, None),
    ],
)
def test_a_region_that_gives_no_lines_leaves_the_file(region: Any, lines: tuple[int, int] | None) -> None:
    where = {"physicalLocation": {"artifactLocation": {"uri": "shop.go"}, "region": region}}
    claim = only(result(locations=[where]))
    assert claim.path == "shop.go"
    assert claim.place == (Place("shop.go", *lines) if lines else None)


def test_more_locations_and_related_ones_are_further_places() -> None:
    related = [location("db.go", 2), location("shop.go", 7), location("whole.go")]
    claim = only(result(locations=[location("shop.go", 7), location("b.go", 1)], relatedLocations=related))
    assert claim.elsewhere == (Place("b.go", 1, 1), Place("db.go", 2, 2), Place("shop.go", 7, 7))


def test_what_the_tool_itself_took_back_is_left_out_with_its_reason() -> None:
    read = sarif.read(
        json.dumps(
            log(
                result(),
                result(suppressions=[{"kind": "inSource", "justification": "tested"}]),
                result(suppressions=[{"kind": "external", "status": "rejected"}]),
                result(kind="pass"),
                result(baselineState="absent"),
                result(message={}),
            )
        )
    )
    assert len(read.findings) == 2
    assert read.skipped == (
        "Result 2 of run 1 was left out: it was suppressed where the tool ran (tested).",
        "Result 4 of run 1 was left out: the tool says that the code passed.",
        "Result 5 of run 1 was left out: the tool says that it is gone since an earlier run.",
        "Result 6 of run 1 was left out: it says nothing.",
    )


def test_a_tool_that_took_everything_back_found_nothing() -> None:
    read = sarif.read(json.dumps(log(result(kind="pass"), result(kind="notApplicable"))))
    assert read.findings == ()
    assert len(read.skipped) == 2


def test_runs_of_one_tool_are_one_witness_and_those_of_another_another() -> None:
    made = log(result())
    second = copy.deepcopy(made["runs"][0])
    second["results"] = [result(ruleId="G104")]
    third = {"tool": {"driver": {"name": "staticcheck"}}, "results": []}
    made["runs"] += [second, third]
    read = sarif.read(json.dumps(made))
    assert [(item.tool, len(item.findings)) for item in read.testimonies] == [
        ("gosec", 2),
        ("staticcheck", 0),
    ]


def test_a_run_that_did_not_succeed_has_not_found_nothing() -> None:
    notice = {"level": "error", "message": {"text": "cannot parse shop.go"}}
    invocations = [{"executionSuccessful": False, "toolExecutionNotifications": [notice]}]
    (said,) = sarif.read(json.dumps(log(invocations=invocations))).testimonies
    assert said.failure == "cannot parse shop.go"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("<sarif/>", "not JSON (line 1, column 1)"),
        ("[" * 200_000, "nested deeper"),
        ('{"version": ' + "9" * 5_000 + "}", "not JSON"),
        ("[]", "not one object"),
        ('{"version": "2.0.0", "runs": []}', "only 2.1.0"),
        ('{"$schema": "sarif", "runs": []}', "only 2.1.0"),
        ('{"version": "2.1.0", "runs": []}', "no run of any tool"),
        (
            '{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}',
            "says nothing of what it found",
        ),
        (
            '{"version": "2.1.0", "runs": [{"externalPropertyFileReferences": {"results": [{}]}}]}',
            "results are in another file",
        ),
        ('{"version": "2.1.0", "runs": [{"results": [{}, 7, {"kind": "pass"}]}]}', "None of its findings"),
        ('{"diagnostics": []}', "neither SARIF"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(NotReadable, match=why.replace("(", r"\(").replace(")", r"\)")):
        read_any(text)


def test_a_file_larger_than_anybody_reads_is_refused() -> None:
    with pytest.raises(NotReadable, match="larger than 16 MB"):
        read_any('{"version": "2.1.0"}' + " " * 17_000_000)


def test_of_too_many_findings_the_worst_are_kept_and_the_rest_is_counted() -> None:
    results = [result(level="note", ruleId=f"N{n}") for n in range(MOST_FINDINGS)]
    results += [result(level="error", ruleId=f"E{n}") for n in range(3)]
    read = sarif.read(json.dumps(log(*results)))
    assert len(read.findings) == MOST_FINDINGS
    assert [claim.rule for claim in read.findings[-3:]] == ["E0", "E1", "E2"]
    assert read.skipped == ("3 further findings, none of them worse, were left out.",)


FULL = log(
    result(
        level="error",
        message={"id": "m", "arguments": ["x"]},
        locations=[location("src/a.py", 3, endLine=4, endColumn=1, snippet={"text": "x = 1\n"})],
        relatedLocations=[location("b.py", 1)],
        taxa=[{"index": 0, "toolComponent": {"index": 0}}],
        fixes=[{"description": {"text": "do"}, "artifactChanges": []}],
        suppressions=[{"kind": "inSource", "status": "rejected"}],
        properties={"security-severity": "5", "confidence": 0.5, "tags": ["cwe-1"], "severity": "info"},
        ruleIndex=0,
        provenance={"invocationIndex": 0},
    ),
    rules=[
        {"id": "G201", "messageStrings": {"m": {"text": "{0}"}}, "relationships": [{"target": {"id": "1"}}]}
    ],
    invocations=[{"executionSuccessful": True, "ruleConfigurationOverrides": []}],
    taxonomies=[{"name": "CWE", "taxa": [{"id": "89"}]}],
    artifacts=[{"location": {"uri": "src/a.py", "uriBaseId": "R"}, "roles": ["analysisTarget"]}],
    originalUriBaseIds={"R": {"uri": "file:///r/"}},
)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values within a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [deeper for key, item in inner for deeper in nodes(item, (*path, key))]


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        float("nan"),
        float("inf"),
        10**12,
        "",
        "\0\ud800",
        "file://[",
        "%zz",
        [],
        {},
        [[]],
        [{}],
        {"": []},
    ]
)


def test_the_log_that_is_broken_below_is_whole() -> None:
    made = copy.deepcopy(FULL)
    assert len(sarif.read(json.dumps(made)).findings) == 1


def findings_in(text: str) -> tuple[Claim, ...]:
    """What is read, none where the text is refused."""
    try:
        return read_any(text).findings
    except NotReadable:
        return ()


@given(st.lists(st.tuples(st.sampled_from(nodes(FULL)), JUNK), min_size=1, max_size=6))
def test_whatever_stands_in_a_field_it_is_read_or_refused_in_words(
    breaks: list[tuple[tuple[Any, ...], Any]],
) -> None:
    broken = copy.deepcopy(FULL)
    for path, junk in breaks:
        at: Any = broken
        try:
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = copy.deepcopy(junk)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier break took this part away
    for claim in findings_in(json.dumps(broken)):
        assert claim.title
        (claim.title + claim.path + claim.quote + claim.explanation).encode()


KNOWN = ("app.py", "src/app.py", "src/lib/db.py", "tests/db.py")


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("src/app.py", "src/app.py"),
        ("/home/ben/shop/src/app.py", "src/app.py"),
        ("/home/ben/shop/app.py", "app.py"),
        ("shop/src/lib/db.py", "src/lib/db.py"),
        ("lib/db.py", "src/lib/db.py"),
        ("db.py", "db.py"),
        ("other.py", "other.py"),
        ("", ""),
    ],
)
def test_a_tool_s_path_is_the_snapshot_s_file_that_it_can_only_mean(path: str, meant: str) -> None:
    assert known_path(path, KNOWN) == meant


def test_a_path_below_one_of_the_tool_s_folders_is_relative_to_it() -> None:
    assert known_path("/work/lib/db.py", KNOWN, roots=["/work/"]) == "src/lib/db.py"
    claim = Claim(
        "x", path="/w/app.py", place=Place("/w/app.py", 1, 1), elsewhere=(Place("/w/src/app.py", 2, 2),)
    )
    assert placed(claim, KNOWN) == Claim(
        "x", path="app.py", place=Place("app.py", 1, 1), elsewhere=(Place("src/app.py", 2, 2),)
    )
