"""Ruth's keys: what they do now, that every window follows them, and that they work without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from courses.domain import news, sittings, walkthroughs
from courses.models import Course, Sitting
from courses.walkthroughs import shelf
from courses.walkthroughs.room import Command
from reviews.models import Pass
from tests.people import client_of
from tests.rooms import answered, seats_in, shown, sitting_of
from tests.servers.models import StandIn
from tests.stories import model_reviewer

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MOVED_ON = "The room had moved on, so this key changed nothing."


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    return sitting_of(course, ruth)


def at(name: str, sitting: Sitting, *more: object) -> str:
    return reverse(f"courses:{name}", args=[sitting.pk, *more])


def page(user: User, sitting: Sitting) -> str:
    return client_of(user).get(at("presenter", sitting)).content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def key(html: str, command: str) -> dict[str, str]:
    """What the form of a key would send."""
    form = re.search(rf'<form class="key" data-command="{command}".*?</form>', html, re.DOTALL)
    assert form is not None, f"no key for {command}"
    fields = re.findall(r'<input type="hidden" name="(command|drawn|step|beat|to)" value="([^"]*)">', form[0])
    return dict(fields)


def is_off(html: str, command: str) -> bool:
    button = re.search(rf'<button [^>]*id="key-{command}"[^>]*>', html)
    assert button is not None
    return " disabled" in button[0]


def said(html: str) -> str:
    """What the page, or the answer to a key, says of a key that changed nothing."""
    found = re.search(r'<div [^>]*id="notices"[^>]*>(.*?)</div>', html, re.DOTALL)
    assert found is not None, "there is no place for it"
    return words(found[1])


def press(client: Client, sitting: Sitting, command: str) -> str:
    """Press a key of the page as it is, as a plain form does; the page that follows."""
    html = client.get(at("presenter", sitting)).content.decode()
    return client.post(at("steer", sitting), key(html, command), follow=True).content.decode()


def test_the_page_has_the_notes_what_comes_next_and_the_time(sitting: Sitting, ruth: User) -> None:
    shown(sitting, "find")
    Sitting.objects.update(
        started_at=timezone.now() - timedelta(seconds=600), step_since=timezone.now() - timedelta(seconds=65)
    )
    text = words(page(ruth, sitting))
    assert "Give them three minutes." in text
    assert "Then: The author reads it again" in text
    assert re.search(r"This step 1:\d\d of 3:00 All 10:\d\d of 10:00", text)
    assert "6 min behind the plan" in text


def test_an_address_that_no_phone_finds_is_told(sitting: Sitting, ruth: User, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = client_of(ruth)
    for host, told in (("127.0.0.1:8000", True), ("localhost", True), ("testserver", False)):
        text = client.get(at("presenter", sitting), headers={"Host": host}).content.decode()
        assert (f"Phones cannot reach {host}" in text) is told
        assert f"http://{host}/live/" in text


def test_who_is_in_time_is_not_warned(sitting: Sitting, ruth: User) -> None:
    assert re.search(r'class="behind" data-behind hidden', page(ruth, sitting))


def test_every_key_works_without_a_script(sitting: Sitting, ruth: User) -> None:
    client = client_of(ruth)

    def room() -> tuple[int, int]:
        now = Sitting.objects.get().shown()
        return now.step, now.beat

    press(client, sitting, "next")
    assert room() == (1, 0)
    press(client, sitting, "back")
    assert room() == (0, 0)
    shown(sitting, "find")
    press(client, sitting, "freeze")
    assert Sitting.objects.get().shown().frozen == {"find"}
    press(client, sitting, "freeze")
    assert Sitting.objects.get().shown().frozen == frozenset()
    press(client, sitting, "clear")
    assert Sitting.objects.get().shown().rounds == {"find": 1}
    press(client, sitting, "black")
    assert Sitting.objects.get().shown().black
    press(client, sitting, "black")
    press(client, sitting, "hide")
    assert Sitting.objects.get().shown().hidden
    press(client, sitting, "reveal")
    assert room() == (6, 0)
    client.post(at("steer", sitting), {"command": "jump", "step": 6, "beat": 0, "number": 2})
    assert room() == (1, 0)
    client.post(at("steer", sitting), {"command": "jump", "step": 1, "beat": 0, "number": "", "to": 7})
    assert room() == (7, 0)


def test_keys_that_would_do_nothing_are_off(sitting: Sitting, ruth: User) -> None:
    html = page(ruth, sitting)
    assert [name for name in ("back", "next", "freeze", "clear", "black") if is_off(html, name)] == [
        "back",
        "freeze",
        "clear",
    ]
    shown(sitting, "who-saw-what", 3)
    assert is_off(page(ruth, sitting), "next")


def test_a_question_that_a_witness_answered_is_opened_by_asking_anew_alone(
    sitting: Sitting, ruth: User
) -> None:
    for name in ("find", "stranger", "find"):
        shown(sitting, name)
    html = page(ruth, sitting)
    assert "only asking anew opens this question" in words(html)
    assert is_off(html, "freeze")
    assert not is_off(html, "clear")


def test_another_window_follows_and_takes_over(sitting: Sitting, ruth: User, tomas: User) -> None:
    laptop, phone = client_of(ruth), client_of(tomas)
    seen = phone.get(at("presenter", sitting)).content.decode()
    press(laptop, sitting, "next")
    late = phone.post(at("steer", sitting), key(seen, "next"), headers=HTMX).content.decode()
    assert Sitting.objects.get().shown().step == 1, "both pressed the same key: one step"
    assert "<html" not in late
    assert said(late) == MOVED_ON
    on = phone.post(at("steer", sitting), key(late, "next"), headers=HTMX).content.decode()
    assert Sitting.objects.get().shown().step == 2, "and from what the phone now shows it goes on"
    assert said(on) == "", "what was said of the key before is taken away"


def test_without_a_script_a_late_key_is_told_of_too(sitting: Sitting, ruth: User, tomas: User) -> None:
    client = client_of(ruth)
    html = client.get(at("presenter", sitting)).content.decode()
    press(client_of(tomas), sitting, "next")
    late = client.post(at("steer", sitting), key(html, "next"), follow=True).content.decode()
    assert MOVED_ON in said(late)
    assert MOVED_ON not in said(press(client, sitting, "next"))
    assert Sitting.objects.get().shown().step == 2


def test_a_key_that_is_sent_again_because_its_answer_was_lost(sitting: Sitting, ruth: User) -> None:
    client = client_of(ruth)
    shown(sitting, "find")
    html = client.get(at("presenter", sitting)).content.decode()
    for command in ("black", "hide", "freeze", "clear"):
        sent = key(html, command)
        for _ in range(2):
            answer = client.post(at("steer", sitting), sent, headers=HTMX).content.decode()
            assert said(answer) == "", command
    room = Sitting.objects.get().shown()
    assert (room.black, room.hidden, room.rounds) == (False, True, {"find": 1})


@pytest.mark.parametrize("command", ["next", "reveal", "clear", "down"])
def test_a_key_that_arrived_is_not_called_late_when_it_is_sent_again(
    sitting: Sitting, ruth: User, tomas: User, command: str
) -> None:
    laptop, phone = client_of(ruth), client_of(tomas)
    shown(sitting, "find")
    sent = key(laptop.get(at("presenter", sitting)).content.decode(), command)
    laptop.post(at("steer", sitting), sent, headers=HTMX)
    press(phone, sitting, "next")
    now = Sitting.objects.get()
    again = laptop.post(at("steer", sitting), sent, headers=HTMX).content.decode()
    assert said(again) == ""
    assert Sitting.objects.get().room == now.room, "and it moves nothing once more"


def test_a_jump_that_is_sent_again_leads_nobody_back(sitting: Sitting, ruth: User, tomas: User) -> None:
    laptop, phone = client_of(ruth), client_of(tomas)
    page = laptop.get(at("presenter", sitting)).content.decode()
    sent = {**key(page, "next"), "command": "jump", "number": 4}
    laptop.post(at("steer", sitting), sent, headers=HTMX)
    press(phone, sitting, "next")
    again = laptop.post(at("steer", sitting), sent, headers=HTMX).content.decode()
    assert (Sitting.objects.get().shown().step, said(again)) == (4, "")
    laptop.post(at("steer", sitting), {**sent, "number": 2}, headers=HTMX)
    assert Sitting.objects.get().shown().step == 1, "another number is another press"


def test_nothing_new_is_answered_without_a_query(
    sitting: Sitting, ruth: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark = news.heard(sitting.pk).stage
    client = client_of(ruth)
    with django_assert_num_queries(0):
        response = client.get(at("presenter", sitting), {"v": mark}, headers=HTMX)
    assert response.status_code == 204
    other = client.get(at("presenter", sitting), {"v": "0"}, headers=HTMX).content.decode()
    assert 'id="desk"' in other
    assert "<html" not in other


def test_who_is_there_and_the_words_to_let_through(sitting: Sitting, ruth: User) -> None:
    shown(sitting, "find")
    one, *_ = seats_in(sitting, 3)
    answered(one, [("shop.py", 7, 7)], words="a quote breaks it")
    client = client_of(ruth)
    html = client.get(at("presenter", sitting)).content.decode()
    assert "Joined 3 Here now 3 Answered 1" in words(html)
    assert "a quote breaks it" in html
    poll = re.search(r'hx-get="([^"]+/room/\?d=[^"]+)"', html)
    assert poll is not None
    assert client.get(poll[1], headers=HTMX).status_code == 204, "the same people and words"
    answered(seats_in(sitting, 1)[0], words="and another one")
    fresh = client.get(poll[1] + "0", headers=HTMX).content.decode()
    assert "and another one" in fresh


def test_nonsense_is_refused_and_said(sitting: Sitting, ruth: User) -> None:
    client = client_of(ruth)
    for sent in (
        {},
        {"command": "explode", "step": 0, "beat": 0},
        {"command": "next", "step": "x", "beat": 0},
    ):
        for headers in ({}, HTMX):
            answer = client.post(at("steer", sitting), sent, follow=True, headers=headers)
            assert "That is no step of this walkthrough. Nothing was changed." in said(answer.text)
    client.post(at("steer", sitting), {"command": "jump", "step": 0, "beat": 0, "to": 4711})
    assert Sitting.objects.get().shown().step == 0


def test_ending_says_what_it_does_and_does_it_once(sitting: Sitting, ruth: User) -> None:
    client = client_of(ruth)
    html = client.get(at("presenter", sitting)).content.decode()
    assert "words that you did not let through are deleted" in html
    for _ in range(2):
        response = client.post(at("sitting_end", sitting))
        assert response["Location"] == at("sitting", sitting)
    assert Sitting.objects.get().ended_at is not None
    late = words(client.post(at("steer", sitting), key(html, "next"), follow=True).content.decode())
    assert "This session has ended. Nothing was changed." in late
    assert "What was answered" in late
    assert "/room/" not in client.get(at("presenter", sitting)).content.decode(), "nobody is counted any more"
    last = client.get(at("presenter_room", sitting), headers=HTMX)
    assert (last.status_code, last.content) == (286, b""), "it is polled no more"


def test_a_review_is_run_live_from_its_step(sitting: Sitting, ruth: User, stand_in: StandIn) -> None:
    assert "Run it live" not in page(ruth, sitting)
    model_reviewer("gpt-5.4", name="The stranger")
    client = client_of(ruth)
    early = client.post(at("live_run", sitting, "stranger"), follow=True).content.decode()
    assert "not frozen yet" in words(early)
    shown(sitting, "find")
    shown(sitting, "stranger")
    text = words(page(ruth, sitting))
    assert "Run it live instead The stranger will be asked about this code" in text
    after = words(client.post(at("live_run", sitting, "stranger"), follow=True).content.decode())
    assert "Live: 0 findings so far, reviewers are reading." in after
    assert "Show the recording" in after
    assert Pass.objects.get().state == Pass.State.QUEUED
    assert stand_in.asked == [], "a worker asks, not the page"


def test_it_is_said_beforehand_what_is_read_and_how_often_it_is_asked(course: Course, ruth: User) -> None:
    model_reviewer("gpt-5.4", name="The stranger")
    for slug, step, words_of_it in (
        ("plan-before-code", "strange-plan", "asked about this plan, with at most 1 call, paid"),
        (
            "four-reviewers",
            "round-2",
            "about this code, in all rounds of this panel, with at most 12 calls, paid",
        ),
    ):
        walkthrough = walkthroughs.keep(shelf.take(slug), course, ruth, shared=True)
        begun = sittings.begin(walkthrough, ruth)
        shown(begun, step)
        assert words_of_it in words(page(ruth, begun))


def test_the_recording_is_shown_by_its_key(sitting: Sitting, ruth: User) -> None:
    model_reviewer("gpt-5.4")
    for name in ("find", "stranger"):
        shown(sitting, name)
    client = client_of(ruth)
    client.post(at("live_run", sitting, "stranger"))
    html = press(client, sitting, "recorded")
    assert Sitting.objects.get().shown().recorded == {"stranger"}
    assert key(html, "recorded")["to"] == "0"
    assert sittings.steer(sitting.pk, Command.RECORDED, (5, 0), 0).shown().recorded == frozenset()
