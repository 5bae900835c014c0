"""Ruth's answer key beside what was handed in: judged, tried again, added to from the workbench."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain import answer_keys
from courses.domain.assignments import PlanLine, set_starter
from courses.models import Assignment, Course, Submission
from reviews.engine.answer_keys import AT_ONCE
from reviews.gap.standing import Decision, decide
from reviews.models import AppliedKey, Defect, KeyClaim
from reviews.tasks import apply_key
from tests.answer_keys import PLANTED, entries, url
from tests.judges import SOLD_TWICE, let, same
from tests.people import client_of, enrol, person
from tests.servers.models import StandIn
from tests.stories import INJECTION, RACE, SHOP, SUCCESS_LIE, assignment, model_reviewer, reviewed, sealed

QUERIES = 8


@pytest.fixture
def task(course: Course) -> Assignment:
    task = assignment(course)
    set_starter(task, SHOP)
    return task


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot__revision__submission=submission, title=title)


def test_the_page_says_what_asking_the_judge_takes_and_ruth_alone_asks(
    ruth: User, tomas: User, course: Course, stand_in: StandIn
) -> None:
    let(stand_in, same, INJECTION)
    judge = model_reviewer("gpt-6.2-sol", name="The judge")
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4"),))]
    task = assignment(course, plan=plan, judge=judge)
    for number in range(AT_ONCE + 1):
        student = enrol(course, person(f"student{number}", "Many")).user
        reviewed(task, student, claims=(SOLD_TWICE,))
    answer_keys.add(task, RACE, PLANTED)
    page = client_of(ruth).get(url("answer_key", task)).text
    assert "5 of 5 sealed submissions are still being measured" in page
    assert "Ask the judge" not in page

    apply_key(answer_keys.key_of(task).pk)
    page = client_of(ruth).get(url("answer_key", task)).text
    assert "In 5 submissions it is uncertain whether a claim speaks of an entry" in page
    assert re.search(r"Asking takes 10 calls, at most \$\d+\.\d\d in all, paid from the budgets", page)
    assert url("key_judge", task) not in client_of(tomas).get(url("answer_key", task)).text
    answer = client_of(ruth).post(url("key_judge", task), follow=True)
    assert "The judge is being asked." in answer.text
    assert "The judge is being asked about matches in 5 submissions." in answer.text
    assert "it is uncertain whether" not in answer.text


def test_where_the_key_could_not_be_applied_the_page_says_so_and_ruth_tries_again(
    ruth: User, tomas: User, amara: User, ben: User, task: Assignment
) -> None:
    submission = sealed(task, amara)
    sealed(task, ben)
    answer_keys.add(task, RACE, PLANTED)
    broken = AppliedKey.objects.filter(snapshot__revision__submission=submission)
    broken.update(revision=0, failures=5, failed_revision=1, detail="Blindspot itself failed here (<Bug>).")
    page = client_of(ruth).get(url("answer_key", task)).text
    assert "In 1 submission the key could not be applied as it stands now" in page
    assert "Amara Diallo</a>: Blindspot itself failed here (&lt;Bug&gt;)." in page
    assert "Ben Carter" not in page
    assert "still being measured" not in page
    assert url("key_again", task) not in client_of(tomas).get(url("answer_key", task)).text
    answer = client_of(ruth).post(url("key_again", task), follow=True)
    assert "could not be applied" not in answer.text
    assert broken.get().revision == 1


def test_a_valid_defect_is_added_to_the_key_by_one_button(
    ruth: User, tomas: User, amara: User, ben: User, task: Assignment
) -> None:
    submission, bens = sealed(task, amara), sealed(task, ben, claims=(SUCCESS_LIE,))
    found = defect(submission, INJECTION.title)
    client = client_of(tomas)
    here = reverse("courses:defect", args=[submission.pk, found.number])
    button = reverse("courses:promote", args=[submission.pk, found.number])
    assert button not in client.get(here).text, "it is not decided yet"
    refused = client.post(button, follow=True)
    assert f"Defect {found.number} is undecided. Only a valid defect can be added to the key." in refused.text

    decide(found, Decision(Defect.Standing.VALID), ruth)
    assert f'action="{button}"' in client.get(here).text
    answer = client.post(button, headers={"HX-Request": "true"})
    assert f"Defect {found.number} is entry 1 of the answer key." in answer.text
    assert f'action="{button}"' not in answer.text
    assert "Entry 1 of the answer key</a>" in client.get(here).text
    client.post(button)
    (entry,) = entries(task)
    assert (entry.from_defect, entry.origin) == (found, "found")
    held = {claim.snapshot.revision.submission for claim in KeyClaim.objects.all()}
    assert held == {submission, bens}


def test_the_list_counts_who_saw_an_entry_in_a_fixed_number_of_queries(
    ruth: User,
    amara: User,
    ben: User,
    task: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = sealed(task, amara, claims=(INJECTION,)), sealed(task, ben, claims=(RACE,))
    client = client_of(ruth)
    client.get(url("answer_key", task))
    answer_keys.add(task, INJECTION, PLANTED)
    with django_assert_num_queries(QUERIES):
        client.get(url("answer_key", task))
    for claim in (RACE, SUCCESS_LIE):
        answer_keys.add(task, claim, PLANTED)
    for submission, title in ((first, INJECTION.title), (second, RACE.title)):
        home = defect(submission, title)
        KeyClaim.objects.filter(snapshot=home.snapshot, title=title).update(defect=home, moved_by_person=True)
    with django_assert_num_queries(QUERIES):
        page = client.get(url("answer_key", task))
    rows = page.context["table"].rows
    assert [(row.held, row.seen) for row in rows] == [(2, 1), (2, 1), (2, 0)]
    assert page.context["table"].standing.measured == 2


def test_who_noted_the_original_saw_its_duplicate_too(ruth: User, amara: User, task: Assignment) -> None:
    submission = sealed(task, amara, claims=(INJECTION, RACE))
    answer_keys.add(task, RACE, PLANTED)
    original, repeats = defect(submission, INJECTION.title), defect(submission, RACE.title)
    KeyClaim.objects.update(defect=repeats, moved_by_person=True)
    decide(repeats, Decision(Defect.Standing.DUPLICATE, duplicate_of=original.number), ruth)
    repeats.notes.all().delete()
    table = client_of(ruth).get(url("answer_key", task)).context["table"]
    assert [(row.held, row.seen) for row in table.rows] == [(1, 1)]


def test_a_student_meets_nothing_of_the_key_before_the_findings(amara: User, task: Assignment) -> None:
    answer_keys.add(task, RACE, PLANTED)
    submission = sealed(task, amara)
    client = client_of(amara)
    for address in (
        url("assignment", task),
        *(reverse(f"courses:{name}", args=[submission.pk]) for name in ("submission", "reviews", "receipt")),
        reverse("courses:file", args=[submission.pk, "shop.py"]),
    ):
        page = client.get(address, follow=True)
        assert task.title in page.text.partition("<main")[0], "it is her page"
        assert RACE.title not in page.text, address
        assert "/key/" not in page.text, address
