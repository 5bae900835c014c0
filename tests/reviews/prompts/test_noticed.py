"""What is noticed is kept within bounds, and nothing of it is dropped without a word."""

from __future__ import annotations

from reviews.prompts.noticed import (
    MOST_OF_A_KIND,
    QUOTE_CHARACTERS,
    WORDS_CHARACTERS,
    Kind,
    Noticed,
    few,
)


def test_the_kinds_are_those_that_are_stored() -> None:
    from reviews.models import Notice

    assert {kind.value for kind in Kind} == set(Notice.Kind.values)


def test_of_each_kind_so_many_are_kept_and_the_rest_is_counted() -> None:
    secrets = [Noticed(Kind.SECRET, "a.py", line, "q", "w" * 500) for line in range(1, 1_001)]
    hidden = [Noticed(Kind.HIDDEN, "b.py", 2, " q ", "w"), Noticed(Kind.HIDDEN, "b.py", 1, "x" * 900, "w")]
    kept = few([*secrets, *hidden])
    assert len(kept) == MOST_OF_A_KIND + 2
    assert kept[MOST_OF_A_KIND - 1].words.endswith("; and 800 more in other places")
    assert all(len(item.words) <= WORDS_CHARACTERS and len(item.quote) <= QUOTE_CHARACTERS for item in kept)
    assert [(item.line, item.quote) for item in kept[-2:]] == [
        (1, "x" * (QUOTE_CHARACTERS - 1) + "…"),
        (2, "q"),
    ]
