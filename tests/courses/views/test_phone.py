"""A phone in a room: its page, its news, what it sends, what it is told when it comes too late."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain import news, seats, sittings
from courses.models import Answer, Course, Membership, Seat, Sitting
from courses.walkthroughs.document import Document
from courses.walkthroughs.room import Command
from courses.walkthroughs.story import Story
from reviews.snapshots.files import SourceFile
from tests.doors import meets_closed_door, meets_nothing
from tests.people import client_of
from tests.rooms import SHOP_STORY, shown, sitting_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}

Act = Callable[[Callable[[], object]], None]


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth asks where the shop is wrong."""
    return shown(sitting_of(course, ruth), "find")


@pytest.fixture
def phone(sitting: Sitting) -> Client:
    """A browser that joined."""
    return joined(sitting)


def joined(sitting: Sitting, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(reverse("courses:live_enter", args=[sitting.code]))
    return client


def page(client: Client, sitting: Sitting) -> str:
    return client.get(reverse("courses:phone", args=[sitting.pk])).content.decode()


def ask(client: Client, sitting: Sitting, mark: str = "", on: str = "") -> Any:
    return client.get(reverse("courses:phone_news", args=[sitting.pk]), {"v": mark, "on": on}, headers=HTMX)


def send(client: Client, sitting: Sitting, htmx: bool = True, on: str = "find.0", **fields: Any) -> Any:
    return client.post(
        reverse("courses:phone_answer", args=[sitting.pk]),
        {"on": on, **fields},
        headers=HTMX if htmx else {},
    )


@pytest.fixture
def act(django_capture_on_commit_callbacks: Any) -> Act:
    """`act(work)`: the presenter does it, and phones hear of it, as after a commit."""

    def run(work: Callable[[], object]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            work()

    return run


def press(sitting: Sitting, command: Command) -> Callable[[], object]:
    return lambda: sittings.steer(sitting.pk, command, (3, 0))


def go_to(sitting: Sitting, step: str) -> Callable[[], object]:
    return lambda: shown(sitting, step)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="line" value="([^"]+)" checked', html)


# --- The page ----------------------------------------------------------------------------
def test_a_question_shows_its_code_with_a_box_a_line_and_says_what_is_kept(
    phone: Client, sitting: Sitting
) -> None:
    html = page(phone, sitting)
    assert "<h1>Where is it wrong?</h1>" in html
    assert html.count('name="line"') == 14 + 2
    assert '<label class="line"><input type="checkbox" name="line" value="0:7">' in html
    assert 'value="1:2"' in html
    assert "Kept: what you mark and answer, without you. Not kept: who you are." in html
    assert "Give them three minutes" not in html, "notes are the presenter's"
    assert "SQL injection" not in html, "nobody is told what is there to be seen"


def test_between_questions_it_says_to_look_at_the_front(phone: Client, sitting: Sitting, act: Act) -> None:
    act(go_to(sitting, "self"))
    html = page(phone, sitting)
    assert "<h1>The author reads it again</h1>" in html
    assert "Look at the front." in html
    assert "<textarea" not in html


def test_a_reload_shows_what_was_sent(phone: Client, sitting: Sitting) -> None:
    send(phone, sitting, htmx=False, line=["0:7", "1:2"], lines="shop.py 11-13", severity="critical",
         confidence="75", words="a <quote>")  # fmt: skip
    html = page(phone, sitting)
    assert ticked(html) == ["0:7", "0:11", "0:12", "0:13", "1:2"]
    assert 'Sent: <bdi class="path">prices.py 2; shop.py 7, 11-13</bdi>' in html
    assert 'name="severity" value="critical" checked' in html
    assert 'name="confidence" value="75" checked' in html
    assert "a &lt;quote&gt;</textarea>" in html
    assert "You can change it until the answers are frozen." in html


def test_code_that_was_taken_back_is_not_shown_and_not_asked_about(phone: Client, sitting: Sitting) -> None:
    Sitting.objects.update(snapshots={})
    html = page(phone, sitting)
    assert "This code is not here any more" in html
    assert 'name="line"' not in html


# --- News ----------------------------------------------------------------------------
def test_an_unchanged_phone_asks_no_database(
    sitting: Sitting, amara: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Not even of somebody who is signed in: neither session nor person is looked at."""
    phone = joined(sitting, client_of(amara))
    mark = news.heard(sitting.pk).phone
    with django_assert_num_queries(0):
        response = ask(phone, sitting, mark, "find.0")
    assert response.status_code == 204
    assert response.content == b""
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_a_changed_screen_costs_two_queries_however_many_look(
    sitting: Sitting, django_assert_num_queries: DjangoAssertNumQueries, act: Act
) -> None:
    ask(joined(sitting), sitting)
    phones = [joined(sitting) for _ in range(3)]
    with django_assert_num_queries(2 * len(phones)):
        for phone in phones:
            assert "Where is it wrong?" in ask(phone, sitting).content.decode()
    act(go_to(sitting, "self"))
    ask(phones[0], sitting)
    with django_assert_num_queries(len(phones)):
        for phone in phones:
            assert "Look at the front." in ask(phone, sitting).content.decode()


def test_a_freeze_leaves_the_fields_alone(phone: Client, sitting: Sitting, act: Act) -> None:
    before = news.heard(sitting.pk).phone
    act(press(sitting, Command.FREEZE))
    response = ask(phone, sitting, before, "find.0")
    html = response.content.decode()
    assert response["HX-Retarget"] == "#standing"
    assert response["HX-Reswap"] == "innerHTML"
    assert "Answers are frozen. What you filled in stays here to be read." in html
    assert "<textarea" not in html
    assert f'name="v" value="{news.heard(sitting.pk).phone}"' in html
    assert "<fieldset" in ask(phone, sitting, before, "another.0").content.decode()
    assert "data-fields disabled" in page(phone, sitting)


def test_a_question_asked_anew_is_a_fresh_form(phone: Client, sitting: Sitting, act: Act) -> None:
    send(phone, sitting, line=["0:7"])
    before = news.heard(sitting.pk).phone
    act(press(sitting, Command.CLEAR))
    html = ask(phone, sitting, before, "find.0").content.decode()
    assert 'name="on" value="find.1"' in html
    assert ticked(html) == []
    late = send(phone, sitting, line=["1:2"]).text
    assert "The question was asked anew, so this answer was not taken." in late


def test_a_browser_without_a_seat_hears_nothing(sitting: Sitting) -> None:
    response = ask(Client(), sitting)
    assert response.status_code == 403
    assert response["HX-Refresh"] == "true"
    assert response.content == b""
    meets_nothing(ask(Client(), Sitting(pk=sitting.pk + 1)))


def test_at_the_end_phones_hear_that_it_is_over(phone: Client, sitting: Sitting, act: Act) -> None:
    act(lambda: sittings.end(sitting.pk))
    html = ask(phone, sitting, "find.0.open", "find.0").content.decode()
    assert 'data-kind="over"' in html
    assert "This session is over" in html
    silent = ask(phone, sitting, news.OVER)
    assert (silent.status_code, silent.content) == (204, b"")


def test_the_black_screen_takes_no_fields_away(phone: Client, sitting: Sitting, act: Act) -> None:
    act(press(sitting, Command.BLACK))
    send(phone, sitting, line=["0:7"])
    assert Answer.objects.get().marks == [["shop.py", 7, 7]]


# --- Answers ----------------------------------------------------------------------------
def test_what_was_sent_is_said_and_may_be_changed(phone: Client, sitting: Sitting) -> None:
    response = send(phone, sitting, line=["0:7", "0:8"], words="here")
    html = response.content.decode()
    assert 'Sent: <bdi class="path">shop.py 7-8</bdi>.' in html
    assert "You can change it until the answers are frozen." in html
    assert "draft-saved" in response["HX-Trigger"]
    send(phone, sitting, lines="prices.py 2")
    assert Answer.objects.get().marks == [["prices.py", 2, 2]]
    assert Answer.objects.get().words == ""


def test_nothing_marked_is_an_answer_too(phone: Client, sitting: Sitting) -> None:
    assert "<strong>Sent.</strong>" in send(phone, sitting).content.decode()
    assert Answer.objects.get().marks == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"lines": "7"}, "Which file is line 7 of? Write its name first"),
        ({"lines": "shop.py 99"}, "Line 99 of shop.py: the question shows 1 to 14."),
        ({"lines": "secret.py 1"}, "“secret.py” is neither a line nor a file of this question"),
        ({"line": ["7:1"]}, "A line that was marked is not in this question."),
        ({"line": ["0:99"]}, "A line that was marked is not in this question."),
        ({"words": "x" * 281}, "At most 280 characters: yours are 281."),
        ({"severity": "dreadful"}, "dreadful is not one of the available choices"),
        ({"confidence": "101"}, "less than or equal to 100"),
    ],
)
def test_what_cannot_be_read_is_not_stored_and_says_why(
    phone: Client, sitting: Sitting, fields: dict[str, Any], complaint: str
) -> None:
    response = send(phone, sitting, **fields)
    assert response.status_code == 422
    assert complaint in response.content.decode()
    assert "Not sent, and nothing is lost." in response.content.decode()
    assert not Answer.objects.exists()
    plain = send(phone, sitting, htmx=False, **{**fields, "words": fields.get("words", "my words")})
    html = plain.content.decode()
    assert plain.status_code == 422
    assert complaint in html
    assert fields.get("words", "my words") in html
    assert fields.get("lines", "") in html


def test_strange_values_are_no_error_of_ours(phone: Client, sitting: Sitting) -> None:
    for line in ("", ":", "a:b", "0:", "²:³", "0:7" * 50, "-1:3"):
        assert "<strong>Sent.</strong>" in send(phone, sitting, line=[line]).text, line
        assert Answer.objects.get().marks == [], line
    beyond = send(phone, sitting, line=["0:99999999999999999999"])
    assert "A line that was marked is not in this question." in beyond.text
    for on in ("", ".", "find", "find.x", "self.0", "nothing.0"):
        meets_nothing(send(phone, sitting, on=on))
    never_asked = send(phone, sitting, on="find.99999999999")
    assert "Nobody has asked this so far, so this answer was not taken." in never_asked.text
    unread = send(phone, sitting, choice="9", confidence="ten")
    assert "Enter a whole number." in unread.text
    kept = Answer.objects.get()
    assert (kept.question, kept.round, kept.marks, kept.confidence) == ("find", 0, [], None)


def test_too_late_with_a_script_the_fields_stay_where_they_are(
    phone: Client, sitting: Sitting, act: Act
) -> None:
    act(press(sitting, Command.FREEZE))
    response = send(phone, sitting, line=["0:7"], words="late")
    assert response.status_code == 422
    assert "frozen, so this one was not taken. What you typed stays here." in response.content.decode()
    assert not Answer.objects.exists()


def test_too_late_without_a_script_the_page_shows_what_was_typed(
    phone: Client, sitting: Sitting, act: Act
) -> None:
    act(press(sitting, Command.FREEZE))
    response = send(phone, sitting, htmx=False, line=["0:7"], words="late & long")
    html = response.content.decode()
    assert response.status_code == 409
    assert "frozen, so this one was not taken." in html
    assert ticked(html) == ["0:7"]
    assert "late &amp; long</textarea>" in html

    act(go_to(sitting, "self"))
    response = send(phone, sitting, htmx=False, line=["0:7", "0:8"], lines="prices 1", words="late & long")
    html = response.content.decode()
    assert response.status_code == 409
    assert "Look at the front." in html
    assert "shop.py 7-8\nprices 1\nlate &amp; long" in html


def test_an_answer_from_a_browser_without_a_seat_is_sent_to_the_door(sitting: Sitting) -> None:
    response = send(Client(), sitting, line=["0:7"])
    assert response.status_code == 422
    assert "This browser has no seat in this session." in response.content.decode()
    plain = send(Client(), sitting, htmx=False)
    assert plain.status_code == 403
    assert "This browser has no seat in this session" in plain.content.decode()
    assert not Answer.objects.exists()


def test_a_choice_is_asked_for_and_taken(course: Course, ruth: User) -> None:
    step = {"id": "which", "title": "Which?", "kind": "question", "marks": False, "severity": False,
            "words": False, "choices": ["All <of> it", "None"], "right": 1}  # fmt: skip
    story = Story.model_validate({**SHOP_STORY, "steps": [step]})
    room = sitting_of(course, ruth, story=story)
    phone = joined(room)
    html = page(phone, room)
    assert "All &lt;of&gt; it" in html
    assert "<textarea" not in html
    assert "Choose one of the answers." in send(phone, room, on="which.0").content.decode()
    refused = send(phone, room, on="which.0", choice="2").content.decode()
    assert "Choose one of the answers that are shown." in refused
    send(phone, room, on="which.0", choice="1", words="unasked", severity="major", confidence="90")
    answer = Answer.objects.get()
    assert (answer.choice, answer.confidence, answer.words, answer.severity) == (1, 90, "", "")


# --- The seat ----------------------------------------------------------------------------
def test_a_sign_of_life_is_one_update(
    phone: Client, sitting: Sitting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    before = Seat.objects.get().seen_at
    with django_assert_num_queries(1):
        response = phone.post(reverse("courses:phone_here", args=[sitting.pk]))
    assert response.status_code == 204
    assert Seat.objects.get().seen_at > before


def test_a_student_keeps_their_marks_and_has_them_forgotten(sitting: Sitting, amara: User) -> None:
    phone = joined(sitting, client_of(amara))
    address = reverse("courses:phone_keep", args=[sitting.pk])
    assert "Keep my marks for me" in page(phone, sitting)
    phone.post(address, {"keep": "yes"})
    assert Seat.objects.get().member == Membership.objects.get(user=amara)
    assert "Forget that they are mine" in page(phone, sitting)
    phone.post(address)
    assert Seat.objects.get().member is None


def test_nobody_else_is_offered_to_keep_anything(sitting: Sitting, tomas: User, stranger: User) -> None:
    address = reverse("courses:phone_keep", args=[sitting.pk])
    for client in (Client(), client_of(tomas), client_of(stranger)):
        phone = joined(sitting, client)
        assert "Keep my marks" not in page(phone, sitting)
        meets_closed_door(phone.post(address, {"keep": "yes"}))
    assert not Seat.objects.exclude(member=None).exists()


@pytest.mark.slow
def test_a_long_question_comes_whole_however_often_a_phone_asks(course: Course, ruth: User) -> None:
    from courses.domain import walkthroughs

    code = "".join(f"def f{n}(a, b):  # {n}\n    return a['{n}'] + b * {n}\n" for n in range(75))
    story = Story.model_validate(SHOP_STORY)
    document = Document(story, {"v1": (SourceFile("shop.py", code), SourceFile("prices.py", "x = 1\n" * 20))})
    room = sittings.begin(walkthroughs.keep(document, course, ruth), ruth)
    shown(room, "find")
    phone = joined(room)
    send(phone, room, lines="shop.py 1-9, 40, 60-70", words="here")
    asked = [ask(phone, room).content.decode() for _ in range(3)]
    assert [len(ticked(told)) for told in asked] == [21, 21, 21]
    assert seats.present(room.pk).here == 1


def test_a_reveal_shows_the_class_and_ones_own_marks(
    phone: Client, sitting: Sitting, act: Act, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = joined(sitting)
    send(phone, sitting, line=["0:7"])
    send(other, sitting, line=["1:1"])
    act(go_to(sitting, "what-you-saw"))
    html = ask(phone, sitting).content.decode()
    assert "<h1>What you saw</h1>" in html
    assert "<strong>2</strong> answered" in html
    assert "Your marks" in html
    assert "shop.py:7" in html
    assert "Look at the front." not in html
    with django_assert_num_queries(2):
        html = ask(other, sitting).content.decode()
    assert "prices.py:1" in html
    before = news.heard(sitting.pk).phone
    act(press_at(sitting, Command.HIDE))
    assert news.heard(sitting.pk).phone != before, "phones hear that the answers are hidden"
    html = ask(other, sitting).content.decode()
    assert "The answers are hidden just now." in html
    assert "Your marks" not in html
    act(press_at(sitting, Command.BLACK))
    assert "Look at the front." in ask(other, sitting).content.decode()


def press_at(sitting: Sitting, command: Command) -> Callable[[], object]:
    return lambda: sittings.steer(sitting.pk, command, (sitting.told().at("what-you-saw"), 0))


def test_a_mark_over_the_whole_file_is_no_answer_and_what_was_typed_stays(
    phone: Client, sitting: Sitting
) -> None:
    html = send(phone, sitting, False, lines="shop.py 1-14", words="all of it").content.decode()
    assert "Lines 1-14 of shop.py are one mark of 14 lines." in html
    assert "name the lines that are wrong" in html
    assert 'value="shop.py 1-14"' in html
    assert "all of it" in html
    html = send(phone, sitting, False, line=[f"0:{line}" for line in range(1, 14)]).content.decode()
    assert "Lines 1-13 of shop.py are one mark of 13 lines." in html
    assert len(ticked(html)) == 13, "nothing that was tapped is lost"
    assert not Answer.objects.exists()
    send(phone, sitting, lines="shop.py 1-12")
    assert Answer.objects.get().marks == [["shop.py", 1, 12]]


def test_how_sure_against_how_right_is_told_a_phone_in_numbers(
    phone: Client, sitting: Sitting, act: Act
) -> None:
    send(phone, sitting, line=["0:7"], confidence="90")
    act(lambda: shown(sitting, "what-you-saw", 3))
    html = ask(phone, sitting).content.decode()
    assert 'data-beat="3"' in html
    assert '<svg class="picture"' not in html, "a small screen would cut it"
    numbers = html.split("sure-numbers")[1]
    assert "How sure" in numbers
    assert "90" in numbers
