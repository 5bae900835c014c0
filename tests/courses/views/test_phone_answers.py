"""What a phone sends: stored and said, or refused with the reason while what was typed stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from courses.models import Answer, Course, Sitting
from courses.walkthroughs.room import Command
from courses.walkthroughs.story import Story
from tests.doors import meets_nothing
from tests.phones import Act, go_to, joined, page, press, send, ticked
from tests.rooms import SHOP_STORY, shown, sitting_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth asks where the shop is wrong."""
    return shown(sitting_of(course, ruth), "find")


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
