"""The presenter's keys: what each does, that heard twice it does it once, and that no answer comes late."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.walkthroughs.room import MOST_PAGES, TELLING, Command, Room, begun, is_late, obey, phone_mark
from courses.walkthroughs.story import Story
from tests import walked

STORY = walked.story(
    steps=[
        *walked.steps(),
        {"id": "again", "kind": "question", "title": "And now?", "marks": False, "choices": ["yes", "no"]},
        {
            "id": "last",
            "kind": "review",
            "title": "Once more",
            "protocol": "Self-review",
            "witnesses": ["A1"],
            "code": "v2",
        },
    ]
)
LINES, SELF, CROSS, SHOWN = (STORY.at(name) for name in ("lines", "self", "cross", "shown"))
AGAIN, LAST = STORY.at("again"), STORY.at("last")

WITNESSES = [{"siglum": siglum, "name": "A model"} for siglum in ("A1", "X1", "D1")]

Key = tuple[Command, int | None]
any_key: st.SearchStrategy[Key] = st.tuples(
    st.sampled_from(list(Command)),
    st.one_of(st.none(), st.integers(min_value=-1, max_value=len(STORY.steps))),
)
to_what_matters: st.SearchStrategy[Key] = st.tuples(
    st.just(Command.JUMP), st.sampled_from([LINES, SELF, CROSS, AGAIN, LAST])
)
"""From questions to witnesses and back: any keys hardly ever do that."""
keys: st.SearchStrategy[list[Key]] = st.lists(any_key | to_what_matters, max_size=40)


def press(room: Room, *commands: Command | Key, story: Story = STORY) -> Room:
    """Somebody who sees the room presses these keys."""
    for item in commands:
        command, to = (item, None) if isinstance(item, Command) else item
        room = obey(story, room, command, (room.step, room.beat), to)
    return room


def jumped(step: int, room: Room | None = None) -> Room:
    return press(room or begun(STORY), (Command.JUMP, step))


def is_open(room: Room, question: str = "lines") -> bool:
    return room.is_open(STORY, question)


# --- Whatever is pressed ----------------------------------------------------------------------------
@given(keys)
def test_a_room_is_always_somewhere_and_is_written_to_the_letter(pressed: list[Key]) -> None:
    room = press(begun(STORY), *pressed)
    assert 0 <= room.step < len(STORY.steps)
    assert 0 <= room.beat < STORY.steps[room.step].beats
    assert abs(room.page) <= MOST_PAGES
    assert Room.from_json(json.loads(json.dumps(room.as_json()))) == room


@given(keys)
def test_next_and_back_return(pressed: list[Key]) -> None:
    room = press(begun(STORY), *pressed)
    on = press(room, Command.NEXT)
    if (on.step, on.beat) != (room.step, room.beat):
        back = press(on, Command.BACK)
        assert (back.step, back.beat) == (room.step, room.beat)
        again = press(back, Command.NEXT)
        assert (again.step, again.beat) == (on.step, on.beat)


@given(keys, st.sampled_from(list(Command)), st.integers(min_value=0, max_value=len(STORY.steps)))
def test_a_command_that_arrives_twice_does_its_work_once(
    pressed: list[Key], command: Command, to: int
) -> None:
    room = press(begun(STORY), *pressed)
    seen = (room.step, room.beat)
    once = obey(STORY, room, command, seen, to)
    assert obey(STORY, once, command, seen, to) == once


@given(keys, keys, st.sampled_from(list(Command)))
def test_a_key_is_late_only_when_the_room_went_on_and_then_it_changes_nothing(
    pressed: list[Key], meanwhile: list[Key], command: Command
) -> None:
    room = press(begun(STORY), *pressed)
    is_off = command == Command.FREEZE and room.told
    assert is_off or not is_late(STORY, room, command, room.at(STORY))
    after = press(room, *meanwhile)
    if is_late(STORY, after, command, room.at(STORY)):
        assert obey(STORY, after, command, room.at(STORY)) == after


@given(keys, st.tuples(st.sampled_from(list(Command)), st.none()))
def test_another_place_begins_unscrolled_and_scrolling_is_no_news_to_a_phone(
    pressed: list[Key], key: Key
) -> None:
    room = press(begun(STORY), *pressed)
    after = press(room, key)
    if (after.step, after.beat) != (room.step, room.beat):
        assert after.page == 0
    if key[0] in (Command.DOWN, Command.UP):
        assert replace(after, page=room.page) == room
        assert phone_mark(STORY, after) == phone_mark(STORY, room)


@example([(Command.JUMP, AGAIN), (Command.JUMP, SELF), (Command.JUMP, AGAIN)])
@given(keys)
def test_no_answer_is_taken_after_a_witness_was_heard_unless_it_is_asked_anew(pressed: list[Key]) -> None:
    room = begun(STORY)
    heard: set[str] = set()
    knows: dict[str, set[str]] = {}
    """For each asking of a question, whom the class had heard when it began."""
    for command, to in pressed:
        room = press(room, (command, to))
        step = STORY.steps[room.step]
        if step.kind in TELLING:
            heard.add(step.id)
        if step.kind == "question":
            asking = f"{step.id}.{room.round_of(step.id)}"
            known = knows.setdefault(asking, set(heard))
            assert known == heard or not is_open(room, step.id)


@example([(Command.JUMP, AGAIN)])
@given(keys)
def test_answers_are_taken_only_to_the_question_on_the_screen(pressed: list[Key]) -> None:
    room = press(begun(STORY), *pressed)
    for question in STORY.questions():
        if is_open(room, question.id):
            assert STORY.steps[room.step] == question


# --- One by one -------------------------------------------------------------------------------------
def test_the_first_step_of_a_story_without_any() -> None:
    with pytest.raises(ValueError, match="without steps"):
        begun(walked.story(steps=[]))


def test_a_review_takes_a_stroke_for_each_finding() -> None:
    room = jumped(CROSS)
    places = []
    for _ in range(4):
        places.append((room.step, room.beat))
        room = press(room, Command.NEXT)
    assert places == [(CROSS, 0), (CROSS, 1), (CROSS, 2), (CROSS, 3)]
    assert (room.step, room.beat) == (CROSS + 1, 0)
    assert press(room, Command.BACK).beat == 3


def test_two_windows_that_press_next_together_move_on_once() -> None:
    room = jumped(LINES)
    seen = (room.step, room.beat)
    first = obey(STORY, room, Command.NEXT, seen)
    assert obey(STORY, first, Command.NEXT, seen) == first


def test_at_either_end_there_is_nothing_more() -> None:
    start = press(begun(STORY), (Command.BLACK, 1))
    assert press(start, Command.BACK) == start
    end = press(jumped(LAST), Command.REVEAL, (Command.BLACK, 1))
    assert press(end, Command.NEXT) == end
    assert press(end, (Command.JUMP, 99)) == end
    assert press(end, Command.JUMP) == end


def test_a_question_is_frozen_by_its_key_and_opened_by_it() -> None:
    asked = jumped(LINES)
    assert is_open(asked)
    frozen = press(asked, (Command.FREEZE, 1))
    assert not is_open(frozen)
    assert is_open(press(frozen, (Command.FREEZE, 0)))
    assert is_open(press(asked, Command.FREEZE, Command.FREEZE))


@pytest.mark.parametrize(
    ("command", "to", "meanwhile"),
    [
        (Command.NEXT, None, (Command.NEXT, None)),
        (Command.BACK, None, (Command.BACK, None)),
        (Command.REVEAL, None, (Command.REVEAL, None)),
        (Command.DOWN, 1, (Command.DOWN, 1)),
        (Command.UP, -1, (Command.DOWN, 1)),
        (Command.CLEAR, 1, (Command.CLEAR, 1)),
        (Command.FREEZE, 1, (Command.NEXT, None)),
        (Command.RECORDED, 1, (Command.NEXT, None)),
    ],
)
def test_a_key_is_late_once_another_window_moved_the_room(
    command: Command, to: int | None, meanwhile: Key
) -> None:
    room = jumped(LINES)
    seen = room.at(STORY)
    assert not is_late(STORY, room, command, seen, to)
    assert is_late(STORY, press(room, meanwhile), command, seen, to)


def test_a_key_is_not_late_where_it_is_meant_for_any_place_or_its_wish_came_true() -> None:
    room = jumped(LINES)
    seen = room.at(STORY)
    for command, to in ((Command.JUMP, 1), (Command.HIDE, 1), (Command.BLACK, 1)):
        assert not is_late(STORY, press(room, Command.NEXT), command, seen, to)
    assert not is_late(STORY, press(room, (Command.FREEZE, 1)), Command.FREEZE, seen, 1)


def test_a_key_that_opens_a_question_is_late_once_a_witness_was_heard() -> None:
    frozen = press(jumped(LINES), (Command.FREEZE, 1))
    told = jumped(LINES, jumped(SELF, frozen))
    assert is_late(STORY, told, Command.FREEZE, frozen.at(STORY), 0)


def test_who_pressed_freeze_for_another_step_freezes_nothing() -> None:
    room = jumped(LINES)
    assert obey(STORY, room, Command.FREEZE, (0, 0), 1) == room
    assert obey(STORY, room, Command.CLEAR, (0, 0), 1) == room


def test_going_on_freezes_and_going_back_before_any_witness_can_open() -> None:
    room = press(jumped(LINES), Command.NEXT)
    assert "lines" in room.frozen
    back = press(room, Command.BACK)
    assert not is_open(back)
    assert is_open(press(back, (Command.FREEZE, 0)))


def test_after_a_witness_only_asking_anew_opens() -> None:
    told = press(jumped(SELF, jumped(LINES)), Command.NEXT)
    back = jumped(LINES, told)
    assert press(back, (Command.FREEZE, 0)) == back
    anew = press(back, (Command.CLEAR, 1))
    assert is_open(anew)
    assert anew.round_of("lines") == 1


def test_a_review_that_was_jumped_over_tells_a_later_question_too() -> None:
    asked = jumped(AGAIN)
    assert is_open(asked, "again")
    heard = jumped(CROSS, asked)
    assert not is_open(jumped(AGAIN, heard), "again")


def test_a_review_that_the_class_knows_may_be_shown_again() -> None:
    asked = jumped(AGAIN, jumped(CROSS))
    shown_again = jumped(AGAIN, jumped(CROSS, asked))
    assert is_open(shown_again, "again")


def test_asked_anew_from_the_reveal_it_is_on_the_screen_again() -> None:
    reveal = press(jumped(LINES), Command.REVEAL)
    assert reveal.step == SHOWN
    anew = press(reveal, (Command.CLEAR, 1))
    assert anew.step == LINES
    assert is_open(anew)
    assert obey(STORY, anew, Command.CLEAR, (SHOWN, 0), 1) == anew


def test_reveal_shows_the_whole_step_or_leads_to_what_was_answered() -> None:
    assert press(jumped(CROSS), Command.REVEAL).beat == 3
    hidden = press(jumped(LINES), (Command.HIDE, 1))
    revealed = press(hidden, Command.REVEAL)
    assert (revealed.step, revealed.hidden) == (SHOWN, False)
    nowhere = press(jumped(AGAIN), Command.REVEAL)
    assert (nowhere.step, is_open(nowhere, "again")) == (AGAIN, False)


def test_black_ends_with_the_next_step() -> None:
    black = press(jumped(LINES), (Command.BLACK, 1))
    assert black.black
    assert not press(black, Command.NEXT).black
    assert not press(black, (Command.BLACK, 0)).black


def test_the_recording_is_a_switch_of_reviews_alone() -> None:
    review = press(jumped(CROSS), (Command.RECORDED, 1))
    assert review.recorded == {"cross"}
    assert press(review, (Command.RECORDED, 0)).recorded == frozenset()
    assert press(jumped(LINES), (Command.RECORDED, 1)) == jumped(LINES)


def test_phones_look_again_only_where_there_is_something_for_them() -> None:
    review = jumped(CROSS)
    assert phone_mark(STORY, press(review, Command.NEXT)) == phone_mark(STORY, review)
    asked = jumped(LINES)
    others = [
        press(asked, (Command.FREEZE, 1)),
        press(asked, (Command.BLACK, 1)),
        press(asked, (Command.CLEAR, 1)),
        press(asked, Command.REVEAL),
        press(asked, Command.REVEAL, Command.NEXT),
    ]
    marks = [phone_mark(STORY, room) for room in (asked, *others)]
    assert len(set(marks)) == len(marks)
    assert phone_mark(STORY, replace(asked, hidden=True)) == phone_mark(STORY, asked)


# --- Scrolling --------------------------------------------------------------------------------------
def test_what_is_long_is_scrolled_down_and_up_and_so_far_and_no_further() -> None:
    room = press(jumped(LINES), Command.DOWN, Command.DOWN, Command.UP)
    assert room.page == 1
    assert press(jumped(LINES), Command.UP).page == -1, "what is lit in the middle has lines above it"
    far = press(room, *[Command.DOWN] * (MOST_PAGES + 5))
    assert far.page == MOST_PAGES


def test_a_page_that_two_windows_turn_is_turned_once() -> None:
    room = press(jumped(LINES), (Command.DOWN, 1), (Command.DOWN, 1))
    assert room.page == 1
    assert obey(STORY, room, Command.DOWN, (0, 0), 2) == room, "its sender saw another place"


def test_a_panels_recording_is_shown_in_all_its_rounds() -> None:
    steps = walked.steps()
    steps[4:7] = [{**steps[5], "id": name, "witnesses": ["C1"], "said": []} for name in ("r1", "r2", "end")]
    story = walked.story(steps=steps, witnesses=[*WITNESSES, {"siglum": "C1", "name": "GPT 5.4"}])
    room = press(begun(story), (Command.JUMP, 5), Command.DOWN, (Command.RECORDED, 1), story=story)
    assert (room.recorded, room.page) == ({"r1", "r2", "end"}, 0)
    assert press(room, (Command.JUMP, 6), (Command.RECORDED, 0), story=story).recorded == frozenset()
