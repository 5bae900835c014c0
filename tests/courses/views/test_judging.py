"""Amara's note and a model's finding may be one defect: Ruth lets a judge say so, and sees what it said."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.models import Call, Defect, Judgement, Note, Price, Reviewer
from tests import stories
from tests.courses.views.test_assignments import new_url, page, typed
from tests.doors import meets_closed_door
from tests.judges import REASON, SOLD_TWICE, contradictory, judging, let, same
from tests.people import client_of
from tests.servers.models import Answer, StandIn
from tests.stories import RACE, assignment, model_reviewer, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge() -> Reviewer:
    return model_reviewer("gpt-6.2-sol", name="The judge")


@pytest.fixture
def task(course: Course, judge: Reviewer) -> Assignment:
    """The shop, before one stranger and a judge; students see the findings at once."""
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4", name="The stranger"),))]
    return assignment(course, plan=plan, judge=judge, visibility=Assignment.Visibility.SEALED)


def url(name: str, submission: Submission, *args: object) -> str:
    return reverse(f"courses:{name}", args=[submission.pk, *args])


def words(user: User, address: str) -> str:
    """The words of a page, without its markup."""
    text = page(user, address).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


# --- The story ------------------------------------------------------------------------------------
def test_a_note_and_a_finding_become_one_defect_by_the_judges_word(
    task: Assignment, ruth: User, amara: User, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = reviewed(task, amara, claims=[SOLD_TWICE])
    defect, note = Defect.objects.get(), Note.objects.get()
    assert note.defect == defect
    assert (note.matched_by, REASON[:40] in note.match_why) == ("judge", True)

    panel = words(ruth, url("reviews", submission))
    assert "Judging of uncertain matches" in panel
    assert "The judge gpt-6.2-sol says which claims mean the same answered" in panel
    assert "says which claims mean the same, shown the other way round" in panel
    took = panel.partition("What it took")[2]
    assert re.search(r"J Judging of uncertain matches 2 [\d.k]+ ", took), "a row of its own"

    review = judging()
    told = words(ruth, url("review", submission, review.pk))
    assert "What became of the uncertain matches" in told
    row = told.partition("Its reason")[2].partition("Who said what")[0]
    assert RACE.title in row
    assert f"{SOLD_TWICE.title} shop.py:12-13" in row
    assert f"the same {REASON}" in row
    assert (
        "calls the same P1 “Two buyers can take the same stock / Somebody can pay for what is gone”" in told
    )

    ledger = words(ruth, f"{url('ledger', submission)}?review={review.pk}")
    assert re.findall(r"J\d", ledger) == ["J1", "J2"]
    assert "judge 1" in ledger
    asked = [
        words(ruth, url("call", submission, call.pk)) for call in Call.objects.filter(by_pass__review=review)
    ]
    orders = [text.index(RACE.title) < text.index(SOLD_TWICE.title) for text in asked]
    assert orders == [True, False], "the words to the letter, in both orders"

    apparatus = page(ruth, url("apparatus", submission))
    assert 'data-witness="J"' not in apparatus, "a judge is no witness"


def test_without_a_judge_they_stay_two(course: Course, ruth: User, amara: User, stand_in: StandIn) -> None:
    let(stand_in, same)
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4"),))]
    submission = reviewed(assignment(course, plan=plan), amara, claims=[SOLD_TWICE])
    assert Defect.objects.count() == 2
    assert "Judging" not in page(ruth, url("reviews", submission))


def test_a_contradiction_is_shown_with_both_reasons(
    task: Assignment, ruth: User, amara: User, stand_in: StandIn
) -> None:
    let(stand_in, contradictory)
    submission = reviewed(task, amara, claims=[SOLD_TWICE])
    told = words(ruth, url("review", submission, judging().pk))
    assert "contradicted itself The judge contradicted itself when" in told
    assert "“A is B.”" in told
    assert "tells apart P1" in told
    assert Defect.objects.count() == 2


def test_a_judge_without_an_answer_is_asked_again_by_ruth_alone(
    task: Assignment, ruth: User, amara: User, stand_in: StandIn
) -> None:
    let(stand_in, lambda _: Answer(text="They look alike."))
    submission = reviewed(task, amara, claims=[SOLD_TWICE])
    panel = page(ruth, url("reviews", submission))
    assert "2 of 2 gave no answer. The claims that they were shown stay as they were." in panel
    again = url("run_again", submission, judging().pk)
    assert again in panel
    hers = page(amara, url("reviews", submission))
    assert "Judging of uncertain matches" in hers
    assert url("rerun", submission, judging().pk) not in hers
    meets_closed_door(client_of(amara).post(again))
    assert judging().attempt == 1

    let(stand_in, same)
    response = client_of(ruth).post(again, follow=True).text
    assert "The judge is asked once more, about what it has not answered." in response
    stories.run_passes(submission)
    assert Judgement.objects.get().same is True
    assert Defect.objects.count() == 1
    response = client_of(ruth).post(url("run_again", submission, judging().pk), follow=True).text
    assert "Every uncertain match has an answer, so nobody was asked." in response
    assert judging().attempt == 2


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_page_of_a_judging_costs_the_same_whatever_was_judged(
    task: Assignment,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    django_assert_num_queries: DjangoAssertNumQueries,
    pairs: int,
) -> None:
    let(stand_in, same)
    reviewed(task, amara, claims=[SOLD_TWICE])
    review = judging()
    review.setup["pairs"] = [{**review.setup["pairs"][0], "ref": f"P{n}"} for n in range(1, pairs + 1)]
    review.save()
    client = client_of(ruth)
    address = url("review", Submission.objects.get(), review.pk)
    client.get(address)
    with django_assert_num_queries(15):
        client.get(address)


# --- Choosing one ---------------------------------------------------------------------------------
def test_ruth_names_a_judge_and_students_are_told_what_it_is_shown(
    course: Course, ruth: User, amara: User, judge: Reviewer
) -> None:
    stories.recorded_reviewer("gpt-5.4")
    form = page(ruth, new_url(course)).partition('id="id_judge"')[2].partition("</select>")[0]
    assert re.findall(r">([^<>\n]+)</option>", form) == ["Nobody", "The judge"], "no program, no recording"
    client_of(ruth).post(new_url(course), typed(course, judge=judge.pk))
    made = Assignment.objects.get()
    assert made.judge == judge
    Assignment.objects.update(state=Assignment.State.PUBLISHED)
    assert "your notes among them, two at a time and without names" in page(amara, made.get_absolute_url())
    Assignment.objects.update(judge=None)
    assert "your notes among them" not in page(amara, made.get_absolute_url())


def test_a_judge_that_was_switched_off_stays_in_view(
    course: Course, ruth: User, task: Assignment, judge: Reviewer
) -> None:
    Reviewer.objects.filter(pk=judge.pk).update(active=False)
    html = page(ruth, reverse("courses:assignment_edit", args=[task.pk]))
    assert "The judge (switched off)" in html
    assert "The judge (switched off)" not in page(ruth, new_url(course))


def test_its_cost_is_in_the_preview_from_nothing_to_ten_calls(
    course: Course, ruth: User, judge: Reviewer
) -> None:
    Price.objects.all().delete()
    Price.objects.create(model="gpt-6.2-sol", since=date(2026, 1, 1), input=5, cached=5, written=5, output=25)
    values = typed(course, costs="1", judge=judge.pk)
    html = client_of(ruth).post(new_url(course), values, headers={"HX-Request": "true"}).text
    assert "Judging of uncertain matches" in html
    assert "0 to 10" in html
    assert re.search(r"One submission takes 0 to 10 calls, for about \$0\.00 to \$1\.\d\d\.", html)
    without = typed(course, costs="1", judge="")
    html = client_of(ruth).post(new_url(course), without, headers={"HX-Request": "true"}).text
    assert "Judging" not in html


def test_a_new_judge_holds_for_what_is_sealed_from_now_on(
    course: Course, ruth: User, amara: User, task: Assignment, judge: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = stories.sealed(task, amara, claims=[SOLD_TWICE])
    edit = reverse("courses:assignment_edit", args=[task.pk])
    values = typed(course, judge="", opens_at=None, **{"plan-cross_model-on": "on", "plan-linters-on": None})
    values["opens_at"] = f"{task.opens_at.astimezone(course.zone):%Y-%m-%dT%H:%M}"
    html = client_of(ruth).post(edit, values, follow=True).text
    assert "What was sealed before keeps the plan that it began with." in html
    assert Assignment.objects.get().judge is None
    stories.run_passes(submission)
    assert judging().state == "complete"
