"""Ruth's verdict on Amara's false alarm travels to Ben, and not to Chiara, whose code differs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain.queries.standing import standing_of
from courses.models import Assignment, Course, Membership, Submission
from courses.rules import may, to_adjudicate
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.alike import BENS, CHIARAS, DECIMALS, FALSE_ALARM, LINE
from tests.people import client_of, enrol, person
from tests.stories import INJECTION, RACE, ROUNDING, assignment, handed_in, sealed

VALID, UNDECIDED = Defect.Standing.VALID, Defect.Standing.UNDECIDED


@pytest.fixture
def task(course: Course) -> Assignment:
    """Everybody hands in the same starter code, and no linter of the plan says more."""
    return assignment(course)


@pytest.fixture
def amaras(task: Assignment, amara: User) -> Submission:
    """Amara worried about money in floats."""
    return sealed(task, amara, claims=(ROUNDING, RACE))


@pytest.fixture
def bens(task: Assignment, ben: User) -> Submission:
    """Ben worried about it in other words."""
    return sealed(task, ben, claims=(BENS, INJECTION))


@pytest.fixture
def chiaras(task: Assignment, chiara: User) -> Submission:
    """Chiara, too; but her code rounds."""
    return sealed(task, chiara, files=DECIMALS, claims=(CHIARAS,))


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot__revision__submission=submission, title=title)


def address(name: str, of: Defect, submission: Submission) -> str:
    return reverse(f"courses:{name}", args=[submission.pk, of.number])


def test_ruth_takes_a_dismissal_over_for_ben_and_not_for_chiara(
    ruth: User, amaras: Submission, bens: Submission, chiaras: Submission
) -> None:
    source, like, unlike = (
        defect(amaras, ROUNDING.title),
        defect(bens, BENS.title),
        defect(chiaras, CHIARAS.title),
    )
    client = client_of(ruth)
    dismissal = {"standing": "invalid", "reason": FALSE_ALARM.reason, "evidence": LINE}
    bench = client.post(address("decide", source, amaras), dismissal, follow=True)
    assert f'hx-get="{address("alike", source, amaras)}" hx-trigger="load"' in bench.text
    told = client.get(address("alike", source, amaras), headers={"HX-Request": "true"}).text
    assert "The same defect seems to be in 2 other submissions." in told
    assert "<html" not in told

    page = client.get(address("alike", source, amaras)).text
    assert (
        f'value="{like.pk}" id="offer-{like.pk}" aria-label="Take the verdict over for Ben Carter" checked'
        in page
    )
    assert 'aria-label="Take the verdict over for Chiara Russo" disabled' in page
    assert "The line that the dismissal quotes is not in this code." in page
    assert "They share a line" in page
    assert FALSE_ALARM.reason in page

    done = client.post(address("alike", source, amaras), {"defect": [like.pk]}, follow=True)
    assert "The verdict was taken over for 1 submission." in done.text
    assert "Where it was taken over" in done.text
    assert address("defect", like, bens) in done.text
    like.refresh_from_db()
    unlike.refresh_from_db()
    assert (like.standing, like.evidence, like.decided_by, like.decided_like) == (
        "invalid",
        LINE,
        ruth,
        source,
    )
    assert unlike.standing == UNDECIDED
    gap = standing_of(bens).gap
    assert gap is not None
    assert [false.title for false in gap.false_alarms] == [BENS.title]

    there = client.get(address("defect", like, bens)).text
    assert f'taken over by Ruth Ellison from <a href="{address("defect", source, amaras)}">' in there
    assert f"defect {source.number} of Amara Diallo</a>" in there

    Defect.objects.filter(pk=unlike.pk).update(standing=VALID)
    told = client.get(address("alike", source, amaras), headers={"HX-Request": "true"}).text
    assert "The verdict was taken over for 1 other submission." in told
    client.post(address("decide", like, bens), {"standing": "undecided"})
    assert "Where it was taken over" not in client.get(address("alike", source, amaras)).text


def test_where_no_line_stands_there_is_nothing_to_tick(
    ruth: User, amaras: Submission, chiaras: Submission
) -> None:
    source = defect(amaras, ROUNDING.title)
    decide(source, FALSE_ALARM, ruth)
    page = client_of(ruth).get(address("alike", source, amaras)).text
    assert "In none of these submissions can it stand" in page
    assert "Take the verdict over for the ticked" not in page


def test_a_dismissal_cannot_be_forced_where_its_line_is_not(
    ruth: User, amaras: Submission, chiaras: Submission
) -> None:
    source, unlike = defect(amaras, ROUNDING.title), defect(chiaras, CHIARAS.title)
    decide(source, FALSE_ALARM, ruth)
    url = address("alike", source, amaras)
    done = client_of(ruth).post(url, {"defect": [unlike.pk]}, follow=True)
    assert "Left alone: Chiara Russo. The quoted line is not in this code." in done.text
    unlike.refresh_from_db()
    assert unlike.standing == UNDECIDED


def test_what_tomas_decided_meanwhile_is_left_alone_and_said_so(
    ruth: User, tomas: User, amaras: Submission, bens: Submission
) -> None:
    source, like = defect(amaras, ROUNDING.title), defect(bens, BENS.title)
    decide(source, FALSE_ALARM, ruth)
    decide(like, Decision(VALID), tomas)
    done = client_of(ruth).post(address("alike", source, amaras), {"defect": [like.pk]}, follow=True)
    assert "Left alone: Ben Carter. Somebody decided it meanwhile." in done.text
    like.refresh_from_db()
    assert (like.standing, like.decided_by) == (VALID, tomas)


@pytest.mark.parametrize("sent", [[], ["x"], ["999999"]], ids=["nothing", "no number", "no defect"])
def test_nothing_that_was_not_offered_is_changed(
    ruth: User, amaras: Submission, bens: Submission, sent: list[str]
) -> None:
    source = defect(amaras, ROUNDING.title)
    decide(source, FALSE_ALARM, ruth)
    other = defect(bens, INJECTION.title)
    url = address("alike", source, amaras)
    for chosen in (sent, [*sent, str(other.pk)]):
        done = client_of(ruth).post(url, {"defect": chosen}, follow=True)
        assert "nothing was changed" in done.text
    assert Defect.objects.filter(decided_like=source).count() == 0


def test_before_a_verdict_there_is_nothing_to_take_over(
    ruth: User, amaras: Submission, bens: Submission
) -> None:
    source, like = defect(amaras, ROUNDING.title), defect(bens, BENS.title)
    client = client_of(ruth)
    assert "There is no verdict to take over" in client.get(address("alike", source, amaras)).text
    done = client.post(address("alike", source, amaras), {"defect": [like.pk]}, follow=True)
    assert "Nothing was changed. Defect" in done.text
    like.refresh_from_db()
    assert like.standing == UNDECIDED


def test_an_assistant_is_never_offered_their_own_work(
    ruth: User, amaras: Submission, bens: Submission, ben: User
) -> None:
    """Ben became an assistant: he adjudicates Amara's work, and nobody lets him decide on his own."""
    Membership.objects.filter(user=ben).update(role=Membership.Role.ASSISTANT)
    source, like = defect(amaras, ROUNDING.title), defect(bens, BENS.title)
    decide(source, FALSE_ALARM, ruth)
    url = address("alike", source, amaras)
    assert "Ben Carter" not in client_of(ben).get(url).text.partition("<main")[2]
    client_of(ben).post(url, {"defect": [like.pk]})
    like.refresh_from_db()
    assert like.standing == UNDECIDED


def test_the_submissions_in_reach_are_those_of_the_rule(
    task: Assignment,
    course: Course,
    ruth: User,
    tomas: User,
    ben: User,
    chiara: User,
    stranger: User,
    amaras: Submission,
    bens: Submission,
) -> None:
    handed_in(task, chiara)
    sealed(assignment(course, title="Another"), chiara)
    Membership.objects.filter(user=ben).update(role=Membership.Role.ASSISTANT)
    reach = {}
    for user in (ruth, tomas, ben, chiara, stranger):
        allowed = [item for item in task.submissions.all() if may(user, "courses.adjudicate", item)]
        reach[user.username] = set(to_adjudicate(user, task))
        assert reach[user.username] == set(allowed), user.username
    assert reach["ruth"] == {amaras, bens}
    assert reach["ben"] == {amaras}
    assert reach["chiara"] == reach["stranger"] == set()


def more_students(task: Assignment, count: int) -> None:
    for number in range(count):
        user = person(f"student{number}", "Of the class")
        enrol(task.course, user)
        sealed(task, user, claims=(BENS, INJECTION))


@pytest.mark.parametrize("students", [1, 3], ids=["one", "three"])
def test_the_pages_queries_do_not_grow_with_the_class(
    ruth: User,
    task: Assignment,
    amaras: Submission,
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    more_students(task, students)
    source = defect(amaras, ROUNDING.title)
    decide(source, FALSE_ALARM, ruth)
    client = client_of(ruth)

    def get(name: str) -> Any:
        return client.get(address(name, source, amaras))

    get("alike"), get("defect")
    with django_assert_num_queries(19):
        assert get("alike").text.count('name="defect"') == students
    with django_assert_num_queries(25):
        assert f'hx-get="{address("alike", source, amaras)}" hx-trigger="load"' in get("defect").text
