"""A judge is asked in both orders, and believed only where these agree; without database or worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviews.briefs import Pair, Side, Task
from reviews.claims import Place, Stance, Vote
from reviews.protocols.base import Outcome, Returned, Setup, Turn
from reviews.protocols.judging import JUDGING, PAIRS_A_CALL, is_swapped, shown_at
from tests.reviews.protocols.stage import GPT, STUDENT, answered, play, setup, unable

Says = Callable[[str, bool], bool]
"""What a judge says of a pair, by its reference and whether it is shown the other way round."""


def pair(number: int) -> Pair:
    place = Place("shop.py", number, number)
    return Pair(
        f"P{number}",
        Side(f"finding-{number}", f"  one {number}", (place,)),
        Side(f"note-{number}", f"  other {number}", (place,)),
    )


def before(count: int) -> Setup:
    """A judge before so many pairs."""
    return replace(setup(GPT, STUDENT), pairs=tuple(pair(number) for number in range(1, count + 1)))


def judge(says: Says) -> Callable[[Turn], Returned]:
    def answer(turn: Turn) -> Returned:
        swapped = is_swapped(turn.position)
        refs = [exhibit.title.removeprefix("Pair ") for exhibit in turn.exhibits]
        return answered(turn, votes=[_vote(ref, says(ref, swapped), swapped=swapped) for ref in refs])

    return answer


def _vote(ref: str, same: bool, *, swapped: bool) -> Vote:
    reason = f"{ref} {'swapped' if swapped else 'as it is'}"
    return Vote(ref, Stance.CONFIRM if same else Stance.REFUTE, reason)


def judged(count: int, says: Says) -> dict[str, tuple[bool | None, str]]:
    _, done = play("judging", before(count), judge(says))
    assert done.outcome is Outcome.COMPLETE
    return {said["ref"]: (said["same"], said["reason"]) for said in done.result["pairs"]}


def test_each_dozen_of_pairs_is_shown_twice_the_second_time_the_other_way_round() -> None:
    returned, _ = play("judging", before(13), judge(lambda *_: True))
    assert [(item.turn.siglum, item.turn.round, item.turn.task) for item in returned] == [
        ("J1", 1, Task.JUDGE),
        ("J2", 1, Task.JUDGE),
        ("J3", 1, Task.JUDGE),
        ("J4", 1, Task.JUDGE),
    ]
    assert {item.turn.seat for item in returned} == {GPT}, "a student judges nothing"
    as_is, swapped, *rest = ([exhibit.title for exhibit in item.turn.exhibits] for item in returned)
    assert as_is == [f"Pair P{number}" for number in range(1, 13)]
    assert swapped == as_is[::-1]
    assert rest == [["Pair P13"], ["Pair P13"]]
    assert returned[0].turn.exhibits[0].text == "Claim A\n  one 1\n\nClaim B\n  other 1"
    assert returned[1].turn.exhibits[-1].text == "Claim A\n  other 1\n\nClaim B\n  one 1"


def test_what_the_judge_is_shown_names_nobody() -> None:
    returned, _ = play("judging", before(2), judge(lambda *_: True))
    shown = "".join(exhibit.title + exhibit.text for item in returned for exhibit in item.turn.exhibits)
    assert shown.count("Claim A") == 4
    assert "note" not in shown
    assert "finding" not in shown


def test_its_word_counts_where_both_orders_agree() -> None:
    assert judged(3, lambda ref, _: ref != "P2") == {
        "P1": (True, "P1 as it is"),
        "P2": (False, "P2 as it is"),
        "P3": (True, "P3 as it is"),
    }


def test_a_contradiction_is_no_word_and_both_reasons_are_kept() -> None:
    said = judged(2, lambda ref, swapped: ref == "P1" and swapped)
    assert said["P2"] == (False, "P2 as it is")
    same, reason = said["P1"]
    assert same is None
    assert reason == (
        "The judge contradicted itself when the two were shown the other way round. "
        "Once it called them the same: “P1 swapped” Once it did not: “P1 as it is”"
    )


def test_the_names_of_the_claims_come_back_in_their_order() -> None:
    _, done = play("judging", before(1), judge(lambda *_: True))
    assert [(said["first"], said["second"]) for said in done.result["pairs"]] == [("finding-1", "note-1")]


def test_what_was_answered_in_one_order_only_stays_uncertain() -> None:
    def answer(turn: Turn) -> Returned:
        return unable(turn) if turn.position == 4 else judge(lambda *_: True)(turn)

    _, done = play("judging", before(PAIRS_A_CALL + 2), answer)
    assert done.outcome is Outcome.INCOMPLETE
    assert done.reason == "J4 GPT: it timed out"
    assert [said["ref"] for said in done.result["pairs"]] == [f"P{n}" for n in range(1, PAIRS_A_CALL + 1)]


def test_where_nothing_is_uncertain_nobody_is_asked() -> None:
    returned, done = play("judging", before(0))
    assert (returned, done.outcome, done.result) == ([], Outcome.COMPLETE, {"pairs": []})


@given(st.integers(0, 40))
def test_every_pair_is_shown_once_in_each_order(count: int) -> None:
    how = before(count)
    most = JUDGING.calls(how).most
    for swapped in (False, True):
        places = [place for place in range(1, most + 1) if is_swapped(place) is swapped]
        shown = [pair for place in places for pair in shown_at(how, place)]
        assert sorted(item.ref for item in shown) == sorted(item.ref for item in how.pairs)
        assert all(item.first.name.startswith("note" if swapped else "finding") for item in shown)
    assert shown_at(how, most + 1) == ()


@given(
    st.dictionaries(st.sampled_from([f"P{n}" for n in range(1, 15)]), st.tuples(st.booleans(), st.booleans()))
)
def test_swapping_everything_changes_no_word(said: dict[str, tuple[bool, bool]]) -> None:
    """A judge who says in the one order what it said in the other comes to the same."""

    def says(ref: str, swapped: bool) -> bool:
        return said.get(ref, (False, False))[swapped]

    one = judged(14, says)
    other = judged(14, lambda ref, swapped: says(ref, not swapped))
    assert {ref: same for ref, (same, _) in one.items()} == {ref: same for ref, (same, _) in other.items()}


def test_a_setup_with_pairs_survives_being_stored() -> None:
    how = replace(before(3), judge=7)
    assert Setup.from_json(how.as_json()) == how


def test_a_reason_is_one_line_and_bounded_whatever_was_said() -> None:
    def answer(turn: Turn) -> Returned:
        return answered(turn, votes=[Vote("P1", Stance.CONFIRM, "first\n\nsecond " + "x" * 9_000)])

    _, done = play("judging", before(1), answer)
    reason = done.result["pairs"][0]["reason"]
    assert reason.startswith("first second x")
    assert len(reason) == 600
