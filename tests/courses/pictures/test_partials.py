"""The partials that draw the pictures: what a browser and a screen reader are given."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string

from courses.pictures.cells import heat, pairs
from courses.pictures.curve import Series, Step, curve
from courses.pictures.lines import lines
from courses.pictures.shares import shares
from reviews.gap.measures import proportion

EVIL = "<b onload=x>&\"'"
TITLE = f"What {EVIL} saw"
PICTURES = {
    "shares": ("shares", shares(TITLE, [(EVIL, proportion(3, 8), "student"), ("Consensus", None, "model")])),
    "heat": ("cells", heat(TITLE, [EVIL], [(EVIL, [proportion(3, 8)])])),
    "pairs": ("cells", pairs(TITLE, ["A1", EVIL], {("A1", EVIL): proportion(3, 8)})),
    "curve": ("curve", curve(TITLE, [Series(EVIL, (Step(500_000, 3, EVIL),))])),
    "lines": (
        "lines",
        lines(TITLE, [EVIL, "Invoices"], [(EVIL, [proportion(3, 8), None]), ("Ben", [0.5, 0.7])]),
    ),
}


class Page(HTMLParser):
    """Every element's tag and attributes, and the text of those that name a picture."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.named: dict[str, str] = {}
        self._inside = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.named[self._inside] = self.named.get(self._inside, "") + data


@pytest.fixture(params=PICTURES)
def drawn(request: pytest.FixtureRequest) -> Page:
    partial, picture = PICTURES[request.param]
    return Page(render_to_string(f"components/pictures/{partial}.html", {"picture": picture, "id": "seen"}))


def of(drawn: Page, tag: str) -> list[dict[str, Any]]:
    return [attributes for name, attributes in drawn.elements if name == tag]


def test_a_picture_is_an_image_with_a_name_and_a_description(drawn: Page) -> None:
    pictures = of(drawn, "svg")
    assert pictures
    for svg in pictures:
        assert svg["role"] == "img"
        title, description = svg["aria-labelledby"].split()
        assert drawn.named[title]
        assert drawn.named[description].endswith(".")
        wide, text = float(svg["viewbox"].split()[2]), float(svg["width"].removesuffix("rem"))
        assert wide / 16 == pytest.approx(text, abs=1e-3), "a unit is a sixteenth of a rem"
    ids = [attributes["id"] for _, attributes in drawn.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_inline_that_the_content_security_policy_forbids(drawn: Page) -> None:
    assert not of(drawn, "style")
    assert not of(drawn, "script")
    for _, attributes in drawn.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)


def test_what_people_typed_is_text(drawn: Page) -> None:
    assert not of(drawn, "b")
    regions = [
        attributes["aria-label"] or "" for _, attributes in drawn.elements if "aria-label" in attributes
    ]
    assert any(TITLE in label for label in regions)


def test_a_table_stands_behind_every_picture(drawn: Page) -> None:
    assert len(of(drawn, "table")) == 1
    assert [attributes["scope"] for attributes in of(drawn, "th")].count("row") >= 1
    assert of(drawn, "summary")


def test_every_mark_has_its_geometry(drawn: Page) -> None:
    for tag, names in {
        "line": "x1 x2 y1 y2",
        "circle": "cx cy r",
        "rect": "x y width height",
        "text": "x y",
    }.items():
        for attributes in of(drawn, tag):
            for name in names.split():
                assert float(attributes[name]) >= 0, (tag, name)
    for tag in ("polyline", "polygon"):
        for attributes in of(drawn, tag):
            assert len(attributes["points"].split()) >= 2
