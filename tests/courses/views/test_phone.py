"""A phone in a room: its page, its news, its seat, what is revealed on it."""

from __future__ import annotations

from collections.abc import Callable

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
from tests.phones import Act, ask, go_to, joined, page, press, send, ticked
from tests.rooms import SHOP_STORY, shown, sitting_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth asks where the shop is wrong."""
    return shown(sitting_of(course, ruth), "find")


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
