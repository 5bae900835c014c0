"""What is left of a session: its page, its answers for a spreadsheet, two side by side, own marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from courses.domain import live_runs, sittings
from courses.domain.people import create_course
from courses.models import Answer, Course, Membership, Seat, Sitting
from courses.walkthroughs.room import Command
from courses.walkthroughs.story import Story
from reviews.engine import passes
from reviews.models import Pass
from tests import stories
from tests.people import client_of
from tests.replies import review_reply
from tests.rooms import answered, sat_through, seats_in, shop_story, shown, sitting_of
from tests.servers.models import Answer as Said
from tests.servers.models import StandIn
from tests.stories import model_reviewer

INJECTION, RACE, NOWHERE = ("shop.py", 7, 7), ("shop.py", 11, 13), ("shop.py", 3, 3)


def text_of(client: Client, name: str, *args: int, **query: Any) -> str:
    """The page of that name, which must be there."""
    response = client.get(reverse(f"courses:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def rows_of(client: Client, sitting: Sitting) -> list[dict[str, str]]:
    """The answers as a spreadsheet reads them."""
    response: Any = client.get(reverse("courses:sitting_csv", args=[sitting.pk]))
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_ruth_reads_after_class_what_it_saw(course: Course, ruth: User) -> None:
    page = text_of(client_of(ruth), "sitting", sat_through(course, ruth, 12, 20, group="Tuesday").pk)
    assert "Tuesday" in page
    assert "<strong>20</strong> answered" in page
    assert "the class: 0.60, 12 of 20, 95 % interval 0.39 to 0.78" in page
    assert "8 of the class’s 20 marks stand beside every known defect" in page
    assert "12 of 20 marks hit a known defect, 60 %" in page
    assert "12 called it as bad as it is" in page
    assert "Give them three minutes" not in page, "a presenter's notes are no numbers"


def test_a_session_in_which_nobody_answered_says_so(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    page = text_of(client_of(ruth), "sitting", sitting.pk)
    assert "Nobody answered anything" in page
    assert "still open" in page


def test_what_was_asked_anew_tells_how_many_answered_before(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    shown(sitting, "find")
    for seat in seats_in(sitting, 7):
        answered(seat, [NOWHERE])
    sittings.steer(sitting.pk, Command.CLEAR, (3, 0))
    answered(sitting.seats.all()[0], [INJECTION], round=1)
    page = text_of(client_of(ruth), "sitting", sitting.pk)
    assert "Asked 2 times; what stands here is the last time. Before, 7 answered." in page
    assert "<strong>1</strong> answered" in page


def test_what_was_heard_live_is_there_before_the_session_ends(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = sitting_of(course, ruth)
    shown(sitting, "find")
    for seat in seats_in(sitting, 6):
        answered(seat, [RACE])
    shown(sitting, "stranger")
    # The recording speaks of two defects, the real reviewer of one, and that in other words.
    stand_in.answers = lambda _: Said(review_reply(replace(stories.RACE, title="Two buyers at once")))
    live_runs.run(sitting.pk, "stranger", ruth)
    for queued in Pass.objects.filter(state=Pass.State.QUEUED):
        passes.run(queued.pk)
    shown(sitting, "who-saw-what", 3)
    while_it_runs = text_of(client_of(ruth), "sitting", sitting.pk)
    assert "Two buyers at once" in while_it_runs
    assert "SQL injection by name" not in while_it_runs, "that is the recording's"
    sittings.end(sitting.pk)
    assert "Two buyers at once" in text_of(client_of(ruth), "sitting", sitting.pk)


def test_where_the_code_was_withdrawn_the_page_keeps_its_numbers(course: Course, ruth: User) -> None:
    sitting = sat_through(course, ruth, 12, 20)
    Sitting.objects.filter(pk=sitting.pk).update(snapshots={})
    page = text_of(client_of(ruth), "sitting", sitting.pk)
    assert "The code was withdrawn" in page
    assert "12 of 20" in page


def test_the_time_of_each_step_stands_against_its_plan(course: Course, ruth: User) -> None:
    sitting = sat_through(course, ruth, 1, 5)
    Sitting.objects.filter(pk=sitting.pk).update(times={"find": 200.0})
    page = text_of(client_of(ruth), "sitting", sitting.pk)
    assert "3 min 0 s" in page
    assert "3 min 20 s" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_as_often_for_many_seats_as_for_one(
    course: Course, ruth: User, django_assert_num_queries: Callable[[int], Any], count: int
) -> None:
    sitting = sat_through(course, ruth, count, count)
    client = client_of(ruth)
    text_of(client, "sitting", sitting.pk)
    with django_assert_num_queries(11):
        text_of(client, "sitting", sitting.pk)


def test_the_spreadsheet_has_a_row_for_each_seat_and_question_and_no_person(
    course: Course, ruth: User, amara: User
) -> None:
    sitting = sat_through(course, ruth, 2, 3)
    first = sitting.seats.all()[0]
    first.member = Membership.objects.get(user=amara)
    first.save()
    Answer.objects.filter(seat=first).update(words="=cmd|' /C calc'!A0", let_through=True)
    rows = rows_of(client_of(ruth), sitting)
    assert sorted(row["seat"] for row in rows) == ["1", "2", "3"]
    assert sorted(row["marked"] for row in rows) == ["shop.py:3", "shop.py:7", "shop.py:7"]
    assert sorted(row["hit"] for row in rows) == ["", "injection", "injection"]
    assert [row["words"] for row in rows if row["words"]] == ["'=cmd|' /C calc'!A0"], "no formula"
    text = str(rows)
    assert "amara" not in text.lower()
    assert str(sitting.started_at.year) not in text, "no times of day"


def test_words_that_nobody_let_through_are_in_no_spreadsheet(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    answered(seats_in(sitting, 1)[0], [RACE], words="my phone number is")
    (row,) = rows_of(client_of(ruth), sitting)
    assert row["words"] == ""


def test_two_spreadsheets_number_the_seats_differently(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    for number, seat in enumerate(seats_in(sitting, 40), 1):
        answered(seat, [("shop.py", number, number)])
    client = client_of(ruth)
    first, second = ([row["marked"] for row in rows_of(client, sitting)] for _ in range(2))
    assert sorted(first) == sorted(second)
    assert first != second


def test_ruth_compares_two_groups(course: Course, ruth: User) -> None:
    tuesday, friday = (
        sat_through(course, ruth, 56, 70, group="Tuesday"),
        sat_through(course, ruth, 48, 80, group="Friday"),
    )
    page = text_of(client_of(ruth), "sitting_compare", tuesday.pk, **{"with": friday.pk})
    assert "Tuesday and Friday" in page
    assert "+0.20" in page
    assert "0.05 to 0.33" in page, "as in the paper"
    assert "may be none" in page, "of the race, which nobody saw"
    assert "The two stories are not the same" not in page


def test_it_says_where_two_stories_differ(course: Course, ruth: User) -> None:
    before = sat_through(course, ruth, 5, 10, group="2025")
    story = shop_story()
    moved = story.defects[1].model_copy(
        update={"places": (story.defects[1].places[0].model_copy(update={"first": 12, "last": 12}),)}
    )
    changed = Story.model_validate(
        story.model_copy(update={"defects": (story.defects[0], moved), "steps": story.steps[1:]}).model_dump()
    )
    after = sat_through(course, ruth, 9, 10, group="2026", story=changed)
    page = text_of(client_of(ruth), "sitting_compare", after.pk, **{"with": before.pk})
    assert "The two stories are not the same" in page
    assert "The steps differ" in page
    assert "not held together: it stands in other lines" in page
    assert "+0.40" in page, "the injection is the same in both"


def test_with_nothing_to_compare_it_says_what_to_do(course: Course, ruth: User) -> None:
    page = text_of(client_of(ruth), "sitting_compare", sat_through(course, ruth, 1, 5).pk)
    assert "nothing to compare with yet" in page


def test_nobody_compares_with_a_session_of_a_course_that_is_not_theirs(
    course: Course, ruth: User, stranger: User
) -> None:
    elsewhere = create_course(stranger, name="Elsewhere", term="2026", time_zone="Europe/Berlin")
    theirs = sat_through(elsewhere, stranger, 3, 5, group="Secret group")
    ours = sat_through(course, ruth, 3, 5)
    client = client_of(ruth)
    assert "Secret group" not in text_of(client, "sitting_compare", ours.pk)
    response = client.get(reverse("courses:sitting_compare", args=[ours.pk]), {"with": theirs.pk})
    assert response.status_code == 404
    assert b"Secret group" not in response.content


def kept_seat(sitting: Sitting, user: User) -> Seat:
    """The first seat is this student's, who asked to keep their marks."""
    seat = sitting.seats.all()[0]
    seat.member = Membership.objects.get(user=user)
    seat.save()
    Answer.objects.filter(seat=seat).update(words="it is the quotes")
    return seat


def test_amara_finds_her_own_marks_beside_the_answers(
    course: Course, ruth: User, amara: User, ben: User
) -> None:
    kept_seat(sat_through(course, ruth, 3, 5), amara)
    page = text_of(client_of(amara), "own_marks", course.pk)
    assert "SQL injection in find" in page
    assert "Two buyers take the same stock" in page, "what else was there"
    assert "it is the quotes" in page
    assert "You kept no marks" in text_of(client_of(ben), "own_marks", course.pk)


def test_while_the_session_is_open_her_page_gives_nothing_away(
    course: Course, ruth: User, amara: User
) -> None:
    sitting = sitting_of(course, ruth)
    answered(seats_in(sitting, 1)[0], [INJECTION])
    kept_seat(sitting, amara)
    page = text_of(client_of(amara), "own_marks", course.pk)
    assert "still open" in page
    assert "SQL injection" not in page


def test_what_the_session_never_came_to_is_not_told_her_either(
    course: Course, ruth: User, amara: User
) -> None:
    sitting = sitting_of(course, ruth)
    shown(sitting, "find")
    answered(seats_in(sitting, 1)[0], [INJECTION])
    sittings.end(sitting.pk)
    kept_seat(sitting, amara)
    page = text_of(client_of(amara), "own_marks", course.pk)
    assert "a defect that the session did not come to" in page
    assert "SQL injection" not in page


def test_amara_lets_go_of_her_marks_and_they_stay_as_numbers(
    course: Course, ruth: User, amara: User, ben: User
) -> None:
    sitting = sat_through(course, ruth, 3, 5)
    seat = kept_seat(sitting, amara)
    address = reverse("courses:forget_own_marks", args=[course.pk, seat.pk])
    assert client_of(ben).post(address).status_code == 404
    seat.refresh_from_db()
    assert seat.member is not None, "Ben cannot forget for her"
    page = client_of(amara).post(address, follow=True).content.decode()
    assert "no longer kept as yours" in page
    assert "You kept no marks" in page
    seat.refresh_from_db()
    assert seat.member is None
    assert seat.answers.get().marks == [list(INJECTION)]
    assert seat.answers.get().words == "", "words that nobody let through go with her"


@pytest.mark.parametrize("count", [1, 3])
def test_own_marks_ask_the_database_as_often_for_many_sessions_as_for_one(
    course: Course, ruth: User, amara: User, django_assert_num_queries: Callable[[int], Any], count: int
) -> None:
    for _ in range(count):
        kept_seat(sat_through(course, ruth, 1, 2), amara)
    client = client_of(amara)
    with django_assert_num_queries(6):
        text_of(client, "own_marks", course.pk)
