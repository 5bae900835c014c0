"""An answer key goes from one course to another as a file, and comes out as it went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, DefectType, Place, Severity
from reviews.exchange import NotReadable, answer_key
from reviews.exchange.answer_key import FOUND, PLANTED, Known
from reviews.models import KeyEntry
from tests.reviews.exchange.samples import INJECTION, LIMIT, RACE, UNUSED, complaints, log, result

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
ENTRIES = (Known(INJECTION), Known(RACE, FOUND), Known(LIMIT), Known(UNUSED, FOUND))


def words(alphabet: str = "abc ÄÖ(){}[]'\"`:#;,-<>/", **size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, **size).map(lambda text: " ".join(text.split()))


paths = st.sampled_from(("shop.py", "src/what is #1.py", "a/b/ü.ts"))
places = st.builds(
    lambda path, first, more: Place(path, first, first + more),
    paths,
    st.integers(1, 9999),
    st.integers(0, 99),
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """A claim as an answer key holds it: a title of one line, no confidence, a quotation only in a file."""
    place = draw(st.none() | places)
    path = place.path if place else draw(st.just("") | paths)
    return Claim(
        title=draw(words(min_size=1, max_size=150).filter(bool)),
        explanation=draw(words(max_size=200)),
        severity=draw(st.sampled_from(Severity)),
        path=path,
        place=place,
        quote=draw(words(max_size=80)) if path else "",
        odc_type=draw(st.none() | st.sampled_from(DefectType)),
        cwe=draw(st.none() | st.integers(1, 9999)),
        suggested_fix=draw(words(max_size=60)),
        elsewhere=tuple(draw(st.lists(places, max_size=3, unique=True))),
    )


known = st.builds(Known, claims(), st.sampled_from((PLANTED, FOUND)))


def own(*entries: Any, **values: Any) -> str:
    return json.dumps({"blindspot-answer-key": 1, "entries": list(entries), **values})


@given(st.lists(known, min_size=1, max_size=5))
def test_what_is_exported_as_json_comes_back_as_it_was(entries: list[Known]) -> None:
    file = answer_key.read(json.dumps(answer_key.as_json(entries)))
    assert (list(file.entries), file.skipped) == (entries, ())


@given(st.lists(known, min_size=1, max_size=5, unique_by=lambda item: item.claim))
def test_what_is_exported_as_sarif_is_valid_and_comes_back_as_it_was(entries: list[Known]) -> None:
    written = answer_key.as_sarif(entries, NOW)
    assert complaints(written) == []
    back = answer_key.read(json.dumps(written)).entries
    assert [(item.origin, _plain(item.claim)) for item in back] == [
        (item.origin, _plain(item.claim)) for item in entries
    ]


def _plain(claim: Claim) -> dict[str, Any]:
    """The claim but for the rule that SARIF gives each result."""
    return {name: getattr(claim, name) for name in Claim.__slots__ if name not in ("rule", "combines")}


def test_the_json_says_what_its_fields_mean_and_nothing_that_it_does_not_know() -> None:
    written = answer_key.as_json([Known(RACE, FOUND), Known(LIMIT)])
    assert written == {
        "blindspot-answer-key": 1,
        "entries": [
            {
                "title": "Two buyers take the same stock",
                "severity": "major",
                "type": "timing",
                "file": "prices.py",
                "lines": [1, 1],
                "quote": "def total(prices, tax):",
                "origin": "found",
            },
            {"title": "No rate limit anywhere", "severity": "minor", "origin": "planted"},
        ],
    }


def test_sarif_names_the_weakness_and_the_place() -> None:
    written = answer_key.as_sarif(ENTRIES, NOW, "0.5")
    (run,) = written["runs"]
    assert run["automationDetails"]["id"].startswith("Blindspot/answer-key/")
    first = run["results"][0]
    assert first["taxa"][0]["id"] == "89"
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 7
    assert [item["properties"]["origin"] for item in run["results"]] == [
        "planted",
        "found",
        "planted",
        "found",
    ]


def test_what_another_tool_found_becomes_what_was_found_in_earlier_work() -> None:
    file = answer_key.read(json.dumps(log(result(), result(kind="pass"))))
    assert [(item.origin, item.claim.title, item.claim.path) for item in file.entries] == [
        ("found", "SQL string formatting", "shop.go")
    ]
    assert file.skipped == ("Result 2 of run 1 was left out: the tool says that the code passed.",)


def test_an_entry_needs_no_more_than_a_title() -> None:
    (entry,) = answer_key.read(own({"title": " No rate limit "})).entries
    assert entry == Known(Claim("No rate limit", severity=Severity.MAJOR), PLANTED)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("a text", "Entry 2 was left out: it is not an object."),
        ({}, "Entry 2 was left out: it has no title."),
        ({"title": 7}, "its title is not text"),
        (
            {"title": "X", "sevrity": "major"},
            "(“X”) was left out: it has a field “sevrity”; known are title,",
        ),
        ({"title": "X", "severity": "bad"}, "its severity is not one of critical, major, minor, info"),
        ({"title": "X", "type": ["timing"]}, "its type is not one of function,"),
        ({"title": "X", "origin": "told"}, "its origin is not one of planted, found"),
        ({"title": "X", "cwe": "89"}, "its cwe is not a number from 1 to 9,999"),
        ({"title": "X", "cwe": True}, "its cwe is not a number"),
        ({"title": "X", "lines": [1, 2]}, "it gives lines, but names no file"),
        ({"title": "X", "file": "a.py", "lines": 7}, "its lines are not two numbers"),
        ({"title": "X", "file": "a.py", "lines": [7, 3]}, "its lines are not in order"),
        ({"title": "X", "quote": "x = 1"}, "it quotes a line, but names no file"),
        ({"title": "X", "elsewhere": "a.py"}, "its “elsewhere” is not a list of at most 20 places"),
        ({"title": "X", "elsewhere": [{"file": "a.py"}]}, "its lines are not two numbers"),
    ],
)
def test_an_entry_that_cannot_stand_is_left_out_with_its_reason_and_the_others_are_kept(
    entry: object, why: str
) -> None:
    file = answer_key.read(own({"title": "First"}, entry, {"title": "Third"}))
    assert [item.claim.title for item in file.entries] == ["First", "Third"]
    (reason,) = file.skipped
    assert reason.startswith("Entry 2")
    assert why in reason


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "The file is not JSON"),
        ("[]", "not one object"),
        ('{"entries": []}', "neither an answer key (an object with “blindspot-answer-key” and “entries”)"),
        ('{"blindspot-answer-key": 2, "entries": []}', "of form 2; only form 1 is read"),
        ('{"blindspot-answer-key": true, "entries": []}', "of form True"),
        ('{"blindspot-answer-key": 1}', "no list of “entries”"),
        ('{"blindspot-answer-key": 1, "entries": []}', "holds no entries"),
        (own({"titel": "X"}), "No entry could be taken over. Entry 1 was left out: it has a field “titel”"),
        (json.dumps(log()), "The file holds no findings"),
        ('{"version": "2.0.0", "runs": []}', "only 2.1.0 is read"),
    ],
)
def test_a_file_of_which_nothing_can_be_taken_over_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(NotReadable) as refused:
        answer_key.read(text)
    assert why in str(refused.value)


def test_a_file_that_is_too_long_is_cut_and_says_so() -> None:
    file = answer_key.read(own(*({"title": f"Number {number}"} for number in range(502))))
    assert len(file.entries) == answer_key.MOST_ENTRIES
    assert file.skipped == ("2 further entries were left out: a file may hold 500.",)


def test_the_origins_are_those_of_the_rows() -> None:
    assert {PLANTED, FOUND} == set(KeyEntry.Origin.values)
