"""The way into a room: by code, by link, without an account; and what guessing meets."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from courses.domain import answers, sittings
from courses.domain.answers import Reply, print_of
from courses.models import Answer, Course, Membership, Seat, Sitting
from courses.views.rooms import WRONG_CODES_AN_HOUR
from tests.doors import meets_nothing
from tests.people import client_of
from tests.rooms import seats_in, shown, sitting_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth shows the shop."""
    return sitting_of(course, ruth)


def door(sitting: Sitting) -> str:
    """The link with the code."""
    return reverse("courses:live_enter", args=[sitting.code])


def link(sitting: Sitting) -> str:
    """The link of the picture."""
    return reverse("courses:live_enter", args=[sitting.token])


def test_a_code_typed_any_way_leads_to_the_door_and_the_button_to_a_seat(sitting: Sitting) -> None:
    phone = Client()
    assert sitting.code is not None
    typed = f" {sitting.code[:3]}-{sitting.code[3:]}".lower()
    page = phone.get("/live/", {"code": typed}, follow=True)
    assert page.redirect_chain == [(door(sitting), 302)]
    html = page.content.decode()
    assert "The shop" in html
    assert "Software engineering" in html
    assert "Keep my marks" not in html
    assert not Seat.objects.exists(), "looking takes no seat"
    page = phone.post(door(sitting), follow=True)
    assert page.redirect_chain == [(f"/live/room/{sitting.pk}/", 302)]
    assert "Look at the front." in page.content.decode()
    assert Seat.objects.get().member is None


def test_the_cookie_is_the_rooms_alone_and_no_scripts(sitting: Sitting, settings: Settings) -> None:
    for https in (False, True):
        settings.HTTPS = https
        phone = Client()
        response = phone.post(door(sitting))
        assert set(response.cookies) == {f"seat-{sitting.pk}"}, "no session, nobody is known"
        cookie = response.cookies[f"seat-{sitting.pk}"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/live/"
        assert bool(cookie["secure"]) is https


def test_who_comes_again_by_code_or_link_has_the_same_seat(sitting: Sitting) -> None:
    phone = Client()
    phone.post(door(sitting))
    for again in (door(sitting), link(sitting)):
        assert phone.get(again)["Location"] == f"/live/room/{sitting.pk}/"
        phone.post(again)
    assert Seat.objects.count() == 1


def test_without_its_cookie_a_browser_is_asked_for_the_code(sitting: Sitting) -> None:
    response = Client().get(f"/live/room/{sitting.pk}/")
    assert response.status_code == 403
    assert "This browser has no seat in this session" in response.content.decode()
    assert 'name="code"' in response.content.decode()


def test_a_wrong_code_says_what_to_compare_and_keeps_what_was_typed(sitting: Sitting) -> None:
    response = Client().get("/live/", {"code": "ZZZZZZ"}, follow=True)
    html = response.content.decode()
    assert response.status_code == 404
    assert "No session has this code now. Compare it with the screen" in html
    assert 'value="ZZZZZZ"' in html
    html = Client().get("/live/", {"code": "ZZZ"}).content.decode()
    assert "A code has six letters and figures." in html
    assert 'value="ZZZ"' in html


def test_guessing_ends_and_the_picture_still_works(sitting: Sitting) -> None:
    guesser, neighbour = Client(), Client()
    for number in range(WRONG_CODES_AN_HOUR):
        assert "No session has this code now." in guesser.get(f"/live/W{number:05}/").text
    for method in (neighbour.get, neighbour.post):
        response = method(door(sitting))
        assert response.status_code == 429
        assert "Scan the picture on the screen instead: that always works." in response.content.decode()
    assert not Seat.objects.exists()
    assert sitting.title in neighbour.get(link(sitting)).text
    neighbour.post(link(sitting))
    assert "Look at the front." in neighbour.get(f"/live/room/{sitting.pk}/").text
    assert Seat.objects.count() == 1

    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sitting.title in elsewhere.get(door(sitting)).text


def test_three_hundred_who_type_it_right_are_no_guessers(sitting: Sitting) -> None:
    for _ in range(WRONG_CODES_AN_HOUR + 1):
        assert sitting.title in Client().get(door(sitting)).content.decode()


def test_forged_links_are_not_counted_and_open_nothing(sitting: Sitting) -> None:
    for _ in range(WRONG_CODES_AN_HOUR + 1):
        forged = Client().get(f"/live/{sitting.pk}.forged/")
        assert forged.status_code == 404
        assert "This link opens no session." in forged.content.decode()
    assert sitting.title in Client().get(door(sitting)).content.decode()


def test_behind_a_proxy_each_network_is_counted_by_itself(sitting: Sitting, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    guesser, other = (
        Client(headers={"X-Forwarded-For": f"9.9.9.9, {ip}"}) for ip in ("192.0.2.1", "192.0.2.2")
    )
    for number in range(WRONG_CODES_AN_HOUR):
        guesser.get(f"/live/W{number:05}/")
    assert "Scan the picture on the screen instead" in guesser.get(door(sitting)).content.decode()
    assert sitting.title in other.get(door(sitting)).content.decode()


def test_an_old_link_says_that_the_session_is_over(sitting: Sitting) -> None:
    phone, late = Client(), Client()
    phone.post(door(sitting))
    old_door, old_link = door(sitting), link(sitting)
    sittings.end(sitting.pk)
    for address in (old_link, f"/live/room/{sitting.pk}/"):
        for browser in (phone, late):
            response = browser.get(address)
            assert "This session is over" in response.content.decode()
            assert response.cookies[f"seat-{sitting.pk}"].value == ""
    assert "a code ends with its session" in late.get(old_door).content.decode()
    assert "This session is over" in late.post(old_link).content.decode()


def test_a_student_who_is_signed_in_keeps_their_marks_only_if_they_say_so(
    sitting: Sitting, amara: User, ben: User, tomas: User
) -> None:
    amaras, bens, tomass = client_of(amara), client_of(ben), client_of(tomas)
    html = amaras.get(door(sitting)).content.decode()
    assert re.search(r'<input type="checkbox" name="keep"[^>]*> Keep my marks', html)
    assert "checked" not in html
    assert "Keep my marks" not in tomass.get(door(sitting)).content.decode()
    amaras.post(door(sitting), {"keep": "on"})
    bens.post(door(sitting))
    tomass.post(door(sitting), {"keep": "on"})
    assert [seat.member for seat in Seat.objects.order_by("pk")] == [
        Membership.objects.get(user=amara),
        None,
        None,
    ]


def test_the_picture_is_a_bounded_drawing_of_the_link_and_tells_no_code(
    sitting: Sitting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = sitting.token
    with django_assert_num_queries(0):
        response = Client().get(f"/live/{token}/qr.svg")
        wrong, forged = Client().get("/live/ZZZZZZ/qr.svg"), Client().get("/live/1.x/qr.svg")
    drawing = response.content.decode()
    assert response["Content-Type"] == "image/svg+xml"
    assert "max-age=86400" in response["Cache-Control"]
    assert drawing.startswith("<svg")
    assert "style=" not in drawing
    assert len(drawing) < 20_000
    for of_a_code in (wrong, Client().get(f"/live/{sitting.code}/qr.svg")):
        assert of_a_code.text.startswith("<svg"), "the same for a code that no session has"
    for unsigned in (forged, Client().get("/live/what is this/qr.svg")):
        meets_nothing(unsigned, "<svg viewBox")


# --- Words ----------------------------------------------------------------------------------------------
def test_the_presenter_lets_words_through_and_takes_them_back(sitting: Sitting, tomas: User) -> None:
    shown(sitting, "find")
    first, second = seats_in(sitting, 2)
    answers.send(first, "find", 0, Reply(words="<b>quotes</b>"))
    answers.send(second, "find", 0, Reply(words="the stock"))
    presenter = client_of(tomas)

    def press(answer: Answer, show: str) -> str:
        response = presenter.post(
            reverse("courses:let_through", args=[sitting.pk, answer.pk]),
            {"show": show, "seen": print_of(answer.words)},
            headers=HTMX,
        )
        assert response.status_code == 200
        return response.content.decode()

    html = press(first.answers.get(), "yes")
    assert "1 waiting, 1 shown, 0 held back" in html
    assert "&lt;b&gt;quotes&lt;/b&gt;" in html
    assert html.count('data-key="y"') == html.count('data-key="x"') == 1, "keys speak of the oldest"
    assert "0 waiting, 1 shown, 1 held back" in press(second.answers.get(), "no")
    assert "0 waiting, 0 shown, 2 held back" in press(first.answers.get(), "no")


def test_words_that_were_changed_meanwhile_are_shown_anew_instead_of_let_through(
    sitting: Sitting, ruth: User
) -> None:
    shown(sitting, "find")
    (seat,) = seats_in(sitting, 1)
    answer = answers.send(seat, "find", 0, Reply(words="harmless"))
    answers.send(seat, "find", 0, Reply(words="not so harmless"))
    html = (
        client_of(ruth)
        .post(
            reverse("courses:let_through", args=[sitting.pk, answer.pk]),
            {"show": "yes", "seen": print_of("harmless")},
            headers=HTMX,
        )
        .content.decode()
    )
    assert "These words were changed since you read them. Read them again." in html
    assert "1 waiting, 0 shown" in html
    assert "not so harmless" in html
