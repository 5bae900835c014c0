"""Each protocol as the pure function that it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, Ended, Next, NoReviewer, Outcome, Returned, Seat, Setup, Turn

OPUS = Seat(1, "Opus", "recorded", "claude-opus-4-6", "anthropic", "full review")
SONNET = Seat(2, "Sonnet", "recorded", "claude-sonnet-5-5", "anthropic", "full review")
GPT = Seat(3, "GPT", "recorded", "gpt-5.4", "openai", "full review")
RUFF = Seat(4, "ruff", "ruff", "", "", "full review")
BANDIT = Seat(5, "bandit", "bandit", "", "", "full review")


def setup(*seats: Seat, passes: int = 1) -> Setup:
    """Code that Opus wrote, before these reviewers."""
    return Setup("claude-opus-4-6", "anthropic", seats, passes)


def play(protocol: str, how: Setup, unable: frozenset[str] = frozenset()) -> tuple[list[Turn], Done]:
    """Let the protocol run to its end; the sigla in `unable` could not review."""
    turns: list[Turn] = []
    returned: list[Returned] = []
    following: Next = PROTOCOLS[protocol].step(how, ())
    while not isinstance(following, Done):
        assert following, "a protocol that asks nobody would wait for ever"
        turns += following
        for turn in following:
            ended = Ended.UNABLE if turn.siglum in unable else Ended.ANSWERED
            returned.append(Returned(turn, ended, "it timed out" if ended is Ended.UNABLE else ""))
        following = PROTOCOLS[protocol].step(how, returned)
    return turns, following


def sigla(turns: list[Turn]) -> list[tuple[str, str, int]]:
    return [(turn.siglum, turn.seat.name, turn.round) for turn in turns]


def test_all_linters_read_at_once_and_share_a_column() -> None:
    turns, done = play("linters", setup(RUFF, BANDIT))
    assert sigla(turns) == [("L", "ruff", 1), ("L", "bandit", 1)]
    assert done == Done(Outcome.COMPLETE)


def test_self_review_asks_the_author_itself_one_pass_after_another() -> None:
    turns, _ = play("self_review", setup(GPT, SONNET, OPUS, passes=3))
    assert sigla(turns) == [("A1", "Opus", 1), ("A2", "Opus", 2), ("A3", "Opus", 3)]


def test_self_review_falls_back_on_the_authors_family() -> None:
    turns, _ = play("self_review", setup(GPT, SONNET))
    assert sigla(turns) == [("A1", "Sonnet", 1)]


def test_self_review_without_kin_says_what_is_missing() -> None:
    with pytest.raises(NoReviewer, match="own family \\(anthropic\\)"):
        PROTOCOLS["self_review"].step(setup(GPT), ())


def test_a_stranger_is_one_by_family_whatever_the_plan_says() -> None:
    turns, _ = play("cross_model", setup(OPUS, SONNET, GPT, passes=2))
    assert sigla(turns) == [("X1", "GPT", 1), ("X2", "GPT", 2)]


def test_cross_model_is_refused_where_everyone_is_kin() -> None:
    with pytest.raises(NoReviewer, match="another family than the author's \\(anthropic\\)"):
        PROTOCOLS["cross_model"].step(setup(OPUS, SONNET), ())


def test_the_devils_advocate_is_a_stranger_if_there_is_one() -> None:
    assert sigla(play("adversarial", setup(OPUS, GPT))[0]) == [("D", "GPT", 1)]
    assert sigla(play("adversarial", setup(OPUS, passes=2))[0]) == [("D1", "Opus", 1), ("D2", "Opus", 2)]


def test_who_could_not_review_is_named_and_the_others_are_still_asked() -> None:
    turns, done = play("self_review", setup(OPUS, passes=4), unable=frozenset({"A2"}))
    assert [turn.siglum for turn in turns] == ["A1", "A2", "A3", "A4"]
    assert done == Done(Outcome.INCOMPLETE, "A2 Opus: it timed out")


@given(
    protocol=st.sampled_from(sorted(PROTOCOLS)),
    passes=st.integers(1, 8),
    strangers=st.integers(1, 3),
    unable=st.frozensets(st.sampled_from(["A1", "A3", "X1", "X2", "D", "L"])),
)
def test_every_protocol_ends_and_never_asks_one_place_twice(
    protocol: str, passes: int, strangers: int, unable: frozenset[str]
) -> None:
    others = [
        Seat(10 + i, f"GPT {i}", "recorded", f"gpt-{i}", "openai", "full review") for i in range(strangers)
    ]
    turns, done = play(protocol, setup(OPUS, *others, passes=passes), unable)
    places = [(turn.round, turn.position) for turn in turns]
    assert len(set(places)) == len(places)
    asked = {turn.siglum for turn in turns}
    assert (done.outcome is Outcome.INCOMPLETE) == bool(asked & unable)


def test_a_setup_survives_being_stored() -> None:
    before = setup(OPUS, GPT, passes=4)
    assert Setup.from_json(before.as_json()) == before
