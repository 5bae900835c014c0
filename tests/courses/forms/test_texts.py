"""The next version of a text: something, and something else than before."""

from __future__ import annotations

import pytest

from courses.forms.texts import TextForm

BEFORE = "# Plan\n\n1. Read.\n2. Write.\n"


@pytest.mark.parametrize(
    "text", ["", "   ", "\r\n\r\n", BEFORE, BEFORE.replace("\n", "\r\n"), f"\n{BEFORE}\n\n"]
)
def test_nothing_new_is_refused(text: str) -> None:
    assert not TextForm({"text": text}, before=BEFORE).is_valid()


def test_a_text_keeps_its_white_space_but_for_the_browsers_line_ends() -> None:
    form = TextForm({"text": "\t1. Read.\r\n  2. Write in one.\r\n"}, before=BEFORE)
    assert form.is_valid()
    assert form.cleaned_data["text"] == "\t1. Read.\n  2. Write in one.\n"


def test_the_form_begins_with_the_version_before() -> None:
    assert "1. Read." in TextForm(before=BEFORE).as_p()
