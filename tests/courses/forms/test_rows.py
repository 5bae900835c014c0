"""Repeated fields: what was typed is kept row by row, what is empty is passed over, what is ticked is out."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict

from courses.forms.rows import Kind, Rows, rows_of
from courses.forms.step_rows import SAID, LinesRow, said
from tests.rooms import shop_story

KIND = Kind(LinesRow, "place", "Places", most=4, ordered=True)


def sent(*given: dict[str, Any], **counts: Any) -> QueryDict:
    """Rows as a browser sends them."""
    data = QueryDict(mutable=True)
    data.update({"lit-TOTAL_FORMS": str(len(given)), "lit-INITIAL_FORMS": "0", **counts})
    for number, row in enumerate(given):
        data.update({f"lit-{number}-{name}": str(value) for name, value in row.items()})
    return data


def bound(*given: dict[str, Any], **counts: Any) -> Rows:
    """The rows of what was sent."""
    return rows_of("lit", KIND, shop_story(), sent(*given, **counts))


def test_rows_come_in_their_order_without_those_that_are_empty_or_ticked() -> None:
    rows = bound(
        {"path": "b.py", "first": 3, "ORDER": 2},
        {"path": "", "first": "", "last": "", "ORDER": 9},
        {"path": "out.py", "ORDER": 1, "DELETE": "on"},
        {"path": "a.py", "last": 2, "first": 5, "ORDER": 1},
    )
    assert rows.is_valid(), rows.problems
    assert [(row["path"], row["first"], row["last"]) for row in rows.values] == [
        ("a.py", 2, 5),
        ("b.py", 3, 3),
    ]


def test_rows_without_a_place_in_the_order_come_last_as_they_stand() -> None:
    rows = bound({"path": "c.py"}, {"path": "d.py"}, {"path": "a.py", "ORDER": 7})
    assert rows.is_valid()
    assert [row["path"] for row in rows.values] == ["a.py", "c.py", "d.py"]


def test_a_row_that_was_stored_and_is_emptied_is_none() -> None:
    rows = bound({"path": "", "first": "", "ORDER": 1}, **{"lit-INITIAL_FORMS": "1"})
    assert rows.is_valid()
    assert rows.values == []


@pytest.mark.parametrize(
    ("given", "counts", "said_so"),
    [
        ([{"first": 3}], {}, "Place 1, File: Give the file that these lines are in."),
        (
            [{"path": "a.py", "first": 0}],
            {},
            "Place 1, From line: Ensure this value is greater than or equal to 1.",
        ),
        ([{"path": "a.py"}] * 5, {}, "There is room for 4 here. Take some out."),
        ([{"path": "a.py"}] * 5, {"lit-TOTAL_FORMS": "99999999"}, "There is room for 4 here. Take some out."),
        ([], {"lit-TOTAL_FORMS": "many"}, "The form came in pieces. Send it again."),
    ],
)
def test_what_is_wrong_is_said_with_the_row(
    given: list[dict[str, Any]], counts: dict[str, str], said_so: str
) -> None:
    rows = bound(*given, **counts)
    assert not rows.is_valid()
    assert said_so in rows.problems
    assert len(rows.forms) <= 24


def test_seldom_used_fields_are_folded_away_until_they_say_something() -> None:
    rows = rows_of(
        "said",
        SAID,
        shop_story(),
        initial=[{"title": "A race"}, {"title": "Docker", "reason": "It is none."}],
    )
    assert [row.is_open for row in rows.forms] == [False, True]
    row = rows.forms[0]
    assert {"quote", "outcome"} <= {field.name for field in row.seldom_fields}
    assert {field.name for field in row.often} & {field.name for field in row.seldom_fields} == set()
    assert {"ORDER", "DELETE"} & {field.name for field in (*row.often, *row.seldom_fields)} == set()


def test_a_finding_says_how_sure_its_witness_is_as_a_probability() -> None:
    row = {
        "witness": "X1", "title": "A race", "severity": "major", "explanation": "", "path": "", "first": None,
        "last": None, "quote": "", "fix": "", "cwe": None, "outcome": "", "reason": "", "odc_type": "",
        "defect": "", "confidence": 0,
    }  # fmt: skip
    assert said(row)["confidence"] == 0
    assert said(row | {"confidence": 75})["confidence"] == 0.75
    assert said(row | {"confidence": None})["confidence"] is None
    assert (said(row)["odc_type"], said(row)["defect"]) == (None, None)
