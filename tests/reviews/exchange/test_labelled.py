"""Groups of claims as JSON lines: what is read, and how a line that is wrong is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reviews.claims import Place, Severity
from reviews.exchange import NotReadable
from reviews.exchange.labelled import company, read_heaps, read_sides, written_clusters, written_pairs

RACE = {"text": "The stock is read, then written, without a lock", "severity": "High"}
LOCK = {"text": "No lock around the stock", "path": "shop.py", "line_start": 11, "line_end": 13}


def lines(*groups: Any) -> str:
    return "".join(f"{json.dumps(group)}\n" for group in groups)


def sides(name: str = "a", **also: Any) -> dict[str, Any]:
    return {"group": name, "left": [RACE], "right": [LOCK], **also}


def test_claims_come_with_what_they_say_of_place_and_severity() -> None:
    [group] = read_sides(lines(sides(matches=[[0, 0]], unlabelled=[])))
    assert group.name == "a"
    assert group.left[0].explanation == RACE["text"]
    assert group.left[0].severity is Severity.MAJOR
    assert group.left[0].place is None
    assert group.right[0].place == Place("shop.py", 11, 13)
    assert group.matches == ((0, 0),)


def test_a_group_need_not_be_labelled_and_one_line_may_be_one_number() -> None:
    [heap] = read_heaps("\n" + lines({"group": "a", "claims": [{**LOCK, "line_end": None}, RACE]}))
    assert heap.claims[0].place == Place("shop.py", 11, 11)
    assert heap.clusters == ()


def test_groups_with_a_left_claim_in_common_are_company() -> None:
    other = {"text": "Something else"}
    groups = read_sides(lines(sides("a"), sides("b", right=[other]), sides("c", left=[other])))
    assert [[claim.explanation for claim in others] for others in company(groups)] == [
        [other["text"]],
        [LOCK["text"]],
        [],
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "this is not JSON"),
        ("[1]", "not an object"),
        (json.dumps({"left": [], "right": []}), "“group” is missing"),
        (json.dumps({"group": "b", "left": []}), "“right” is missing"),
        (json.dumps(sides("a")), "the group “a” stands on line 1 already"),
        (json.dumps(sides("b", left=[{}])), "claim 0 of “left” has no “text”"),
        (json.dumps(sides("b", left=["x"])), "claim 0 of “left” is not an object"),
        (json.dumps(sides("b", left=[{"text": "x", "severity": "bad"}])), "is none of critical, major"),
        (json.dumps(sides("b", left=[{"text": "x", "path": 1}])), "“path” of claim 0 of “left” is not text"),
        (json.dumps(sides("b", left=[{"text": "x", "line_start": 3}])), "names lines, but no “path”"),
        (json.dumps(sides("b", left=[{**LOCK, "line_end": 2}])), "the first not above the last"),
        (json.dumps(sides("b", matches=[[0, 1]])), "“matches” names the claim 1, which there is not"),
        (json.dumps(sides("b", matches=[[0]])), "is two indexes"),
        (json.dumps(sides("b", matches={})), "“matches” is not an array"),
    ],
)
def test_a_line_that_is_wrong_is_named_with_its_fault(line: str, fault: str) -> None:
    with pytest.raises(NotReadable) as refused:
        read_sides(lines(sides("a")) + line + "\n")
    assert str(refused.value).startswith("Line 2: ")
    assert fault in str(refused.value)


def test_a_file_without_groups_is_refused() -> None:
    with pytest.raises(NotReadable, match="holds no group"):
        read_heaps("\n\n")
    with pytest.raises(NotReadable, match="names the claim 7"):
        read_heaps(lines({"group": "a", "claims": [RACE], "clusters": [[7]]}))


def test_predictions_are_one_line_a_group() -> None:
    assert written_pairs("ä", [(0, 1, 0.75)]) == '{"group": "ä", "pairs": [[0, 1, 0.75]]}\n'
    assert written_clusters("a", [[0, 2], [1]]) == '{"group": "a", "clusters": [[0, 2], [1]]}\n'
