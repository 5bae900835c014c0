"""What stands on the stage is read from the last row: every ink on every paper reaches 7 to 1."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

LEAST = 7.0
INKS = {
    *("ink", "ink-2", "ink-3", "accent", "accent-strong", "student", "model", "danger"),
    *("code-comment", "code-string", "code-name", "code-value"),
}
PAPERS = {"paper", "paper-sunk", "paper-raised", "student-wash", "model-wash", "danger-wash", "accent-wash"}


def tokens() -> dict[str, tuple[str, str]]:
    """The colours that the stage sets, light and dark, by name."""
    css = (settings.BASE_DIR / "static" / "css" / "stage.css").read_text()
    found = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", css)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_ink_on_every_paper(theme: int) -> None:
    known = tokens()
    assert known.keys() >= INKS | PAPERS, "the stage takes a colour from the other pages"
    faint = {
        f"{ink} on {paper}: {ratio:.2f}"
        for ink in INKS
        for paper in PAPERS
        if (ratio := contrast(known[ink][theme], known[paper][theme])) < LEAST
    }
    assert faint == set()
