"""What holds of every protocol, whatever its reviewers answer."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.briefs import Task
from reviews.claims import Claim, Place, Severity, Stance, Verdict, Vote
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, NoReviewer, Outcome, Returned, Seat, Setup, Turn
from tests.reviews.protocols.stage import (
    DEFECT,
    GEMINI,
    GPT,
    LLAMA,
    OPUS,
    PLAN,
    RUFF,
    SONNET,
    STUDENT,
    Answer,
    answered,
    play,
    setup,
    silent,
    unable,
)

SETUPS = st.builds(
    lambda others, passes, rounds, revised_by: setup(
        OPUS, *others, STUDENT, passes=passes, rounds=rounds, revised_by=revised_by
    ),
    others=st.lists(st.sampled_from([SONNET, GPT, GEMINI, LLAMA]), min_size=1, unique=True).filter(
        lambda seats: seats != [SONNET]
    ),
    passes=st.integers(1, 8),
    rounds=st.integers(1, 7),
    revised_by=st.sampled_from(["model", "student"]),
)
EVERY_PROTOCOL = st.sampled_from(sorted(PROTOCOLS))


TEXTS = {Task.REVISE: ["", "one text", "another text"], Task.PATCH: ["a patch"]}


def at_random(dice: Random, failing: float = 0.0) -> Answer:
    """Reviewers who answer anything at all, and sometimes not."""

    def answer(turn: Turn) -> Returned:
        if dice.random() < failing:
            return unable(turn)
        return answered(
            turn,
            [_finding(dice) for _ in range(dice.randrange(3))],
            [_vote(dice) for _ in range(dice.randrange(4))],
            dice.choice([None, *Verdict]),
            dice.choice(TEXTS[turn.task]) if turn.task.writes else "",
        )

    return answer


def _finding(dice: Random) -> Claim:
    line = dice.randrange(1, 30)
    parts = tuple(f"F{dice.randrange(1, 9)}" for _ in range(dice.randrange(3)))
    place = Place("shop.py", line, line)
    severity = dice.choice(list(Severity))
    return Claim(f"finding {dice.randrange(99)}", severity=severity, place=place, combines=parts)


def _vote(dice: Random) -> Vote:
    reason = dice.choice(["", "because"])
    return Vote(
        f"F{dice.randrange(9)}", dice.choice(list(Stance)), reason, "x = 1", grounded=dice.random() < 0.5
    )


@given(protocol=EVERY_PROTOCOL, how=SETUPS, dice=st.randoms(use_true_random=False))
def test_the_calls_made_are_never_fewer_nor_more_than_was_said(
    protocol: str, how: Setup, dice: Random
) -> None:
    said = PROTOCOLS[protocol].calls(how)
    returned, _ = play(protocol, how, at_random(dice))
    # Programs are run and students are asked: neither is a call.
    made = sum(PROTOCOLS[protocol].asks_models and item.turn.seat.provider != PERSON for item in returned)
    assert said.least <= made <= said.most


@given(protocol=EVERY_PROTOCOL, how=SETUPS, dice=st.randoms(use_true_random=False))
def test_every_protocol_ends_and_asks_each_place_of_each_round_once(
    protocol: str, how: Setup, dice: Random
) -> None:
    returned, _ = play(protocol, how, at_random(dice, failing=0.2))
    places = [(item.turn.round, item.turn.position) for item in returned]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    assert {number for number, _ in places} == set(range(1, max([0, *dict(places)]) + 1))
    assert all(item.turn.siglum.startswith(PROTOCOLS[protocol].letter) for item in returned)


@given(protocol=EVERY_PROTOCOL, how=SETUPS, dice=st.randoms(use_true_random=False))
def test_who_could_not_answer_makes_it_incomplete_and_is_named(
    protocol: str, how: Setup, dice: Random
) -> None:
    returned, done = play(protocol, how, at_random(dice, failing=0.2))
    failed = [item for item in returned if not item.answered]
    if failed:
        assert done.outcome is Outcome.INCOMPLETE
        assert all(f"{item.turn.seat.name}: it timed out" in done.reason for item in failed)
    else:
        assert done.outcome is Outcome.COMPLETE


@given(protocol=EVERY_PROTOCOL, how=SETUPS, dice=st.randoms(use_true_random=False))
def test_a_student_revises_and_is_asked_for_nothing_else(protocol: str, how: Setup, dice: Random) -> None:
    returned, _ = play(protocol, how, at_random(dice))
    asked = {item.turn.task.value for item in returned if item.turn.seat == STUDENT}
    assert protocol == "linters" or asked <= {"revise"}


@pytest.mark.parametrize("protocol", sorted(PROTOCOLS))
def test_nobody_is_asked_where_nobody_can_be(protocol: str) -> None:
    if protocol == "imported":
        assert play(protocol, setup())[0] == []
        return
    with pytest.raises(NoReviewer, match="need|No analyser"):
        PROTOCOLS[protocol].step(setup(), ())
    if protocol != "linters":
        with pytest.raises(NoReviewer, match="need"):
            PROTOCOLS[protocol].calls(setup())


@pytest.mark.parametrize("protocol", sorted(set(PROTOCOLS) - {"linters", "imported"}))
def test_a_student_alone_is_no_reviewer(protocol: str) -> None:
    with pytest.raises(NoReviewer):
        PROTOCOLS[protocol].step(setup(STUDENT, revised_by="student"), ())


def test_calls_are_counted_before_there_is_any_code() -> None:
    seats = (OPUS, GPT, GEMINI, LLAMA)
    bare = Setup("claude-opus-4-6", "anthropic", seats, passes=2, rounds=3)
    counted = {name: protocol.calls(bare) for name, protocol in PROTOCOLS.items()}
    assert {name: (calls.least, calls.most) for name, calls in counted.items()} == {
        "linters": (0, 0),
        "self_review": (2, 2),
        "cross_model": (6, 6),
        "adversarial": (2, 2),
        "roles": (4, 4),
        "plan_loop": (2, 6),
        "back_and_forth": (1, 7),
        "consensus": (4, 12),
        "rescue": (2, 2),
        "imported": (0, 0),
        "judging": (0, 0),
        "plan_reading": (4, 4),
    }


def test_letters_and_names_tell_protocols_apart() -> None:
    letters = [protocol.letter for protocol in PROTOCOLS.values()]
    assert sorted(letters) == sorted("LAXDRMBCFIJV")
    assert [name for name, protocol in PROTOCOLS.items() if not protocol.planned] == [
        "rescue",
        "imported",
        "judging",
        "plan_reading",
    ]
    assert all(
        protocol.takes <= {"passes", "rounds", "focus", "revised_by"} for protocol in PROTOCOLS.values()
    )


def test_a_plan_sets_only_what_makes_a_difference() -> None:
    """What a protocol takes changes whom it asks or how often; what it does not take changes nothing."""

    def asked(protocol: str, **values: int | str) -> list[object]:
        how = setup(OPUS, GPT, STUDENT, **values)  # type: ignore[arg-type]
        returned, _ = play(protocol, how, _never_content)
        return [(item.turn.seat, item.turn.task) for item in returned]

    for name in set(PROTOCOLS) - {"linters"}:
        takes = PROTOCOLS[name].takes
        assert (asked(name, passes=1) != asked(name, passes=2)) == ("passes" in takes), name
        assert (asked(name, rounds=1) != asked(name, rounds=2)) == ("rounds" in takes), name
        by_student = asked(name, revised_by="student")
        assert (asked(name, revised_by="model") != by_student) == ("revised_by" in takes), name


def _never_content(turn: Turn) -> Returned:
    """Somebody who always finds something else that is wrong, and always rewrites."""
    title = f"number {turn.round} by {turn.position}"
    return answered(
        turn,
        [Claim(title, severity=Severity.MAJOR)],
        verdict=Verdict.NEEDS_ATTENTION,
        text=f"{title}, mended",
    )


def test_a_setup_survives_being_stored() -> None:
    before = setup(OPUS, GPT, passes=4, rounds=2, revised_by="student")
    assert (before.document, before.exhibit) == (PLAN, DEFECT)
    assert Setup.from_json(before.as_json()) == before


@pytest.mark.parametrize("family", ["", "unknown"])
def test_nobody_is_a_stranger_to_an_author_whom_nobody_knows(family: str) -> None:
    how = setup(OPUS, GPT, author=Seat(9, "?", "recorded", "", family, ""))
    assert how.kin == how.strangers == ()


def test_an_analyser_among_the_seats_is_nobodys_kin_and_no_stranger() -> None:
    how = setup(RUFF, OPUS, GPT)
    assert [seat.name for seat in (*how.kin, *how.strangers)] == ["Opus", "GPT"]
    assert silent(Turn(RUFF, 1, 1, "L")).answered
