"""Answers: one a seat, changed until they are frozen, sent twice at once and counted once; and words."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection

from courses.domain import answers, seats, sittings
from courses.domain.answers import ChangedMeanwhile, NotOpen, Reply, print_of
from courses.domain.queries.words import words_of
from courses.models import Answer, Course, Membership, Seat, Sitting
from courses.walkthroughs.room import Command
from reviews.claims import Place, Severity
from tests.rooms import seats_in, shown, sitting_of

pytestmark = pytest.mark.django_db

INJECTION = Place("shop.py", 7, 7)
RACE = Place("shop.py", 11, 13)


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth asks where the shop is wrong."""
    return shown(sitting_of(course, ruth), "find")


@pytest.fixture
def seat(sitting: Sitting) -> Seat:
    """Somebody sits there."""
    return seats_in(sitting, 1)[0]


def steer(sitting: Sitting, command: Command) -> Sitting:
    return sittings.steer(sitting.pk, command, (3, 0))


def test_an_answer_is_stored_without_a_person(seat: Seat) -> None:
    reply = Reply([INJECTION, RACE], Severity.CRITICAL, confidence=75, words=" a  quote\nin the name ")
    answer = answers.send(seat, "find", 0, reply)
    answer.refresh_from_db()
    assert answer.marks == [["shop.py", 7, 7], ["shop.py", 11, 13]]
    assert (answer.severity, answer.confidence, answer.choice) == ("critical", 75, None)
    assert answer.words == "a quote in the name"
    assert answer.let_through is None
    assert answer.seat.member is None


def test_sent_again_it_replaces_itself(seat: Seat, sitting: Sitting) -> None:
    answers.send(seat, "find", 0, Reply([INJECTION]))
    again = answers.send(seat, "find", 0, Reply([RACE], words="the stock"))
    assert Answer.objects.get() == again
    assert Answer.objects.get().marks == [["shop.py", 11, 13]]
    assert again.sent_times == 2
    assert answers.count(sitting.pk, "find", 0) == 1


def test_the_same_once_more_changes_nothing(seat: Seat) -> None:
    reply = Reply([INJECTION], Severity.MAJOR, confidence=50, words="here")
    first = answers.send(seat, "find", 0, reply)
    second = answers.send(seat, "find", 0, reply)
    assert second.sent_times == 1
    assert second.sent_at == first.sent_at


def test_marks_are_merged_and_bounded(seat: Seat) -> None:
    taps = [Place("shop.py", line, line) for line in (3, 1, 2, 2)]
    assert answers.send(seat, "find", 0, Reply(taps)).marks == [["shop.py", 1, 3]]
    many = [Place("shop.py", 2 * line, 2 * line) for line in range(1, 200)]
    answer = answers.send(seat, "find", 0, Reply(many, confidence=900, words="x\0" * 400))
    assert len(answer.marks) == 50
    assert answer.confidence is None
    assert len(answer.words) == 280
    assert "\0" not in answer.words


def test_what_is_frozen_stays_as_it_was_and_can_be_opened_again(seat: Seat, sitting: Sitting) -> None:
    answers.send(seat, "find", 0, Reply([INJECTION]))
    steer(sitting, Command.FREEZE)
    with pytest.raises(NotOpen, match="frozen, so this one was not taken"):
        answers.send(seat, "find", 0, Reply([RACE]))
    assert Answer.objects.get().marks == [["shop.py", 7, 7]]
    steer(sitting, Command.FREEZE)
    answers.send(seat, "find", 0, Reply([RACE]))
    assert Answer.objects.get().marks == [["shop.py", 11, 13]]


def test_a_question_that_is_not_on_the_screen_takes_nothing(seat: Seat, sitting: Sitting) -> None:
    shown(sitting, "hello")
    with pytest.raises(NotOpen, match="not on the screen now"):
        answers.send(seat, "find", 0, Reply([INJECTION]))
    shown(sitting, "self")
    with pytest.raises(NotOpen, match="frozen"):
        answers.send(seat, "find", 0, Reply([INJECTION]))
    sittings.end(sitting.pk)
    with pytest.raises(NotOpen, match="session is over"):
        answers.send(seat, "find", 0, Reply([INJECTION]))
    assert not Answer.objects.exists()


def test_what_was_never_asked_is_not_called_asked_anew(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    (seat,) = seats_in(sitting, 1)
    with pytest.raises(NotOpen, match="Nobody has asked this so far"):
        answers.send(seat, "find", 0, Reply([INJECTION]))
    shown(sitting, "find")
    with pytest.raises(NotOpen, match="Nobody has asked this so far"):
        answers.send(seat, "find", 1, Reply([INJECTION]))
    assert not Answer.objects.exists()
    steer(sitting, Command.CLEAR)
    answers.send(seat, "find", 1, Reply([INJECTION]))
    assert answers.count(sitting.pk, "find", 1) == 1


def test_asked_anew_both_answers_are_kept_and_the_old_one_is_closed(seat: Seat, sitting: Sitting) -> None:
    answers.send(seat, "find", 0, Reply([INJECTION]))
    steer(sitting, Command.CLEAR)
    with pytest.raises(NotOpen, match="asked anew"):
        answers.send(seat, "find", 0, Reply([RACE]))
    answers.send(seat, "find", 1, Reply([RACE]))
    assert [answer.marks for answer in Answer.objects.order_by("round")] == [
        [["shop.py", 7, 7]],
        [["shop.py", 11, 13]],
    ]
    assert answers.count(sitting.pk, "find", 1) == 1


def side_by_side(*works: Callable[[], object]) -> list[str]:
    """Run all at the same moment, each on a connection of its own; the names of what they raised."""
    together, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        together.wait()
        try:
            work()
        except Exception as error:
            raised.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_sent_six_times_at_once_it_counts_once(course: Course, ruth: User) -> None:
    sitting = shown(sitting_of(course, ruth), "find")
    (seat,) = seats_in(sitting, 1)
    raised = side_by_side(*[lambda: answers.send(seat, "find", 0, Reply([INJECTION]))] * 6)
    assert raised == []
    assert answers.count(sitting.pk, "find", 0) == 1
    assert Answer.objects.get().sent_times == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_twelve_phones_and_the_key_that_freezes_at_once_lose_nothing(course: Course, ruth: User) -> None:
    """Whoever was told "sent" is in the numbers; the others were told that it is frozen."""
    sitting = shown(sitting_of(course, ruth), "find")
    room = seats_in(sitting, 12)
    sends = [
        lambda seat=seat: answers.send(seat, "find", 0, Reply([INJECTION], words=f"from {seat.pk}"))
        for seat in room
    ]
    raised = side_by_side(*sends[:6], lambda: steer(sitting, Command.FREEZE), *sends[6:])
    assert set(raised) <= {"NotOpen"}
    assert answers.count(sitting.pk, "find", 0) == 12 - len(raised)


# --- Words ----------------------------------------------------------------------------------------------
def test_words_wait_until_the_presenter_lets_them_through(seat: Seat, sitting: Sitting) -> None:
    answer = answers.send(seat, "find", 0, Reply(words="a quote ends it", severity=Severity.MAJOR))
    (word,) = words_of(sitting, "find", 0).waiting
    assert (word.text, word.severity) == ("a quote ends it", "major")
    before = Sitting.objects.get(pk=sitting.pk).version
    answers.let_through(sitting.pk, answer.pk, word.seen, shown=True)
    assert Sitting.objects.get(pk=sitting.pk).version == before + 1, "the projector hears of it"
    assert [item.text for item in words_of(sitting, "find", 0).shown] == ["a quote ends it"]
    answers.let_through(sitting.pk, answer.pk, word.seen, shown=False)
    assert [item.text for item in words_of(sitting, "find", 0).held] == ["a quote ends it"]


def test_words_that_were_changed_are_not_the_ones_that_were_read(seat: Seat, sitting: Sitting) -> None:
    answer = answers.send(seat, "find", 0, Reply(words="harmless"))
    seen = print_of("harmless")
    answers.send(seat, "find", 0, Reply(words="not so harmless"))
    with pytest.raises(ChangedMeanwhile, match="Read them again"):
        answers.let_through(sitting.pk, answer.pk, seen, shown=True)
    assert Answer.objects.get().let_through is None


def test_words_that_were_let_through_wait_again_once_they_are_changed(seat: Seat, sitting: Sitting) -> None:
    answer = answers.send(seat, "find", 0, Reply(words="harmless"))
    answers.let_through(sitting.pk, answer.pk, print_of("harmless"), shown=True)
    answers.send(seat, "find", 0, Reply([RACE], words="harmless"))
    assert Answer.objects.get().let_through is True, "other marks, the same words"
    answers.send(seat, "find", 0, Reply(words="not so harmless"))
    assert Answer.objects.get().let_through is None
    with pytest.raises(ChangedMeanwhile):
        answers.let_through(sitting.pk, answer.pk, print_of("harmless"), shown=True)


def test_words_of_another_sitting_are_not_ours_to_show(
    seat: Seat, sitting: Sitting, course: Course, ruth: User
) -> None:
    answer = answers.send(seat, "find", 0, Reply(words="harmless"))
    other = sitting_of(course, ruth)
    with pytest.raises(Answer.DoesNotExist):
        answers.let_through(other.pk, answer.pk, print_of("harmless"), shown=True)


def test_at_the_end_words_that_nobody_let_through_are_gone_but_for_a_students_own(
    sitting: Sitting, amara: User
) -> None:
    shown_seat, hidden, amaras = seats_in(sitting, 3)
    seats.keep(amaras, sitting, Membership.objects.get(user=amara))
    for seat, words in ((shown_seat, "shown"), (hidden, "hidden"), (amaras, "Amara's")):
        answers.send(seat, "find", 0, Reply([INJECTION], words=words))
    answers.let_through(sitting.pk, shown_seat.answers.get().pk, print_of("shown"), shown=True)
    sittings.end(sitting.pk)
    assert list(Answer.objects.order_by("pk").values_list("words", flat=True)) == ["shown", "", "Amara's"]
    assert Answer.objects.filter(marks=[["shop.py", 7, 7]]).count() == 3
