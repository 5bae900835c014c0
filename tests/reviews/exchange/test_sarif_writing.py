"""What a review comes to, as other programs read it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, DefectType, Place, Severity
from reviews.exchange import sarif
from reviews.exchange.outcome import as_json
from tests.reviews.exchange.samples import (
    INJECTION,
    LIMIT,
    RACE,
    REFUTED,
    UNUSED,
    complaints,
    found,
    heard,
    outcome,
)

FOUR = (
    found("F1", INJECTION, lines="    return db.execute(\n        query)"),
    found("F2", RACE, outcome="dismissed", opinions=(REFUTED,)),
    found("F3", LIMIT, grounding="whole"),
    found("F4", UNUSED, siglum="L", reviewer="ruff"),
)


def run_of(log: dict[str, Any]) -> dict[str, Any]:
    (run,) = log["runs"]
    return dict(run)


def test_an_incomplete_review_is_valid_sarif_and_names_who_could_not_review_and_why() -> None:
    log = sarif.write(outcome(FOUR), "0.3")
    assert complaints(log) == []
    run = run_of(log)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [
        (n["descriptor"]["id"], n["level"], n["message"]["text"])
        for n in invocation["toolExecutionNotifications"]
    ]
    assert said == [
        ("not-complete", "error", "The review is incomplete. X2 Haiku: cut off"),
        ("left-out", "warning", "X1, GPT 5.4: shop/what is #1.py, an outline"),
        ("could-not-review", "error", "X2, Haiku: Haiku was cut off twice."),
    ]
    kinds = {kind["id"] for kind in run["tool"]["driver"]["notifications"]}
    assert kinds == {kind for kind, _, _ in said}
    assert [extension["name"] for extension in run["tool"]["extensions"]] == ["GPT 5.4", "Haiku"]


def test_a_complete_review_that_found_nothing_says_that_it_succeeded() -> None:
    log = sarif.write(outcome(state="complete", reason="", passes=(heard("X1", "GPT 5.4", findings=0),)))
    assert complaints(log) == []
    run = run_of(log)
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_each_finding_has_its_level_place_code_and_what_sarif_has_no_field_for() -> None:
    run = run_of(sarif.write(outcome(FOUR)))
    injection, race, limit, unused = run["results"]
    assert [item["level"] for item in run["results"]] == ["error", "error", "warning", "note"]
    physical = injection["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {
        "uri": "shop/what%20is%20%231.py",
        "uriBaseId": "SRCROOT",
        "index": 1,
    }
    assert physical["region"] == {
        "startLine": 7,
        "endLine": 8,
        "snippet": {"text": "    return db.execute(\n        query)"},
    }
    assert [item["physicalLocation"]["region"]["startLine"] for item in injection["relatedLocations"]] == [
        2,
        20,
    ]
    assert injection["properties"]["severity"] == "critical"
    assert injection["properties"]["confidence"] == 0.9
    assert injection["properties"]["siglum"] == "X1"
    assert injection["properties"]["grounded"] == "exact"
    assert race["properties"]["outcome"] == "dismissed"
    assert race["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "Claude Opus 4.6 (callers): It is parametrised.",
        }
    ]
    assert limit["locations"] == []
    assert "region" not in unused["locations"][0]["physicalLocation"]


def test_rules_are_the_tools_own_else_the_weakness_else_the_kind_of_defect() -> None:
    run = run_of(sarif.write(outcome(FOUR)))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["CWE-89", "odc/timing", "finding", "F401"]
    assert [rules[item["ruleIndex"]]["id"] for item in run["results"]] == [
        r["ruleId"] for r in run["results"]
    ]
    assert "external/cwe/cwe-089" in rules[0]["properties"]["tags"]
    assert run["taxonomies"][0]["taxa"][0]["id"] == "89"
    assert run["results"][0]["taxa"][0]["id"] == "89"


def test_a_link_that_a_reviewer_wrote_is_no_link_to_a_viewer() -> None:
    text = run_of(sarif.write(outcome(FOUR)))["results"][0]["message"]["text"]
    assert "[the name](" not in text
    assert "\\[the name\\](http://evil.example)" in text


def test_a_fingerprint_stays_when_lines_are_added_above_and_differs_from_file_to_file() -> None:
    moved = replace(INJECTION, place=Place(INJECTION.path, 70, 71))
    elsewhere = replace(INJECTION, path="b.py", place=Place("b.py", 7, 8))
    results = run_of(
        sarif.write(outcome([found("F1", INJECTION), found("F2", moved), found("F3", elsewhere)]))
    )
    first, second, third = (item["partialFingerprints"]["blindspotClaim/v1"] for item in results["results"])
    assert first == second
    assert first != third


def test_what_is_written_is_read_again_as_the_same_claims() -> None:
    text = json.dumps(sarif.write(outcome(FOUR)))
    again = sarif.read(text)
    assert again.tool == "Blindspot"
    assert again.skipped == (
        "Result 2 of run 1 was left out: it was suppressed where the tool ran "
        "(Claude Opus 4.6 (callers): It is parametrised.).",
    )
    injection, limit, unused = again.findings
    assert injection == replace(INJECTION, combines=(), rule="CWE-89")
    assert limit == replace(LIMIT, rule="finding")
    assert (unused.path, unused.place, unused.rule, unused.severity) == (
        "prices.py",
        None,
        "F401",
        Severity.INFO,
    )


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
paths = st.lists(
    st.text(
        st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"), min_size=1, max_size=12
    ).filter(lambda part: part.strip(".")),
    min_size=1,
    max_size=3,
).map("/".join)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    path = draw(paths)
    first = draw(st.integers(1, 500))
    place = Place(path, first, first + draw(st.integers(0, 30)))
    return Claim(
        title=draw(words),
        explanation=draw(words),
        severity=draw(st.sampled_from(Severity)),
        path=path,
        place=draw(st.sampled_from([place, None])),
        quote=draw(words),
        odc_type=draw(st.sampled_from([None, *DefectType])),
        cwe=draw(st.sampled_from([None, 22, 89])),
        confidence=draw(st.sampled_from([None, 0.0, 0.5, 1.0])),
        rule=draw(st.sampled_from(["", "S608"])),
    )


@given(st.lists(claims(), max_size=5))
def test_any_claims_are_valid_sarif_and_keep_place_severity_and_weakness(made: list[Claim]) -> None:
    made_outcome = outcome([found(f"F{n}", claim) for n, claim in enumerate(made, 1)], state="complete")
    log = json.loads(json.dumps(sarif.write(made_outcome)))
    assert complaints(log) == []
    again = sarif.read(json.dumps(log)).findings
    assert len(again) == len(made)
    for before, after in zip(made, again, strict=True):
        assert (after.path, after.place, after.severity) == (before.path, before.place, before.severity)
        assert (after.cwe, after.odc_type, after.confidence) == (
            before.cwe,
            before.odc_type,
            before.confidence,
        )


def test_the_whole_outcome_as_json_has_every_field_in_every_entry() -> None:
    printed = json.loads(json.dumps(as_json(outcome(FOUR))))
    assert printed["form"] == "blindspot-review-1"
    assert printed["review"]["blocking_findings"] == 1, "a dismissed finding does not block"
    for name in ("findings", "passes"):
        shapes = {tuple(entry) for entry in printed[name]}
        assert len(shapes) == 1, f"the {name} do not all have the same fields"
    answered, unable = printed["passes"]
    assert (answered["findings"], unable["findings"]) == (1, None), "nothing heard is not nothing found"
    assert unable["why"] == "Haiku was cut off twice."
    assert printed["findings"][1]["votes"][0]["reason"] == "It is parametrised."
    assert printed["spent"]["cost_usd"] == 0.0246


def test_a_panel_s_median_decides_how_bad_a_finding_is() -> None:
    mild = found("F1", INJECTION, outcome="confirmed", panel_severity=Severity.MINOR)
    made = outcome([mild], state="complete")
    assert made.blocking == ()
    assert run_of(sarif.write(made))["results"][0]["level"] == "warning"
    assert as_json(made)["findings"][0]["stated_severity"] == "critical"
