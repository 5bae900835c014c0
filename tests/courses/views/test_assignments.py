"""Ruth sets assignments; her students read them and see where they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine, planned
from courses.models import Assignment, Course, PlanStep
from reviews.engine.opening import Planned
from reviews.models import Review, Reviewer
from reviews.protocols import PROTOCOLS
from tests import stories
from tests.doors import meets_closed_door
from tests.people import client_of, enrol, person


def page(user: User, url: str) -> str:
    response = client_of(user).get(url)
    assert response.status_code == 200
    return response.content.decode()


def typed(course: Course, **changes: Any) -> dict[str, Any]:
    """What Ruth types for a new assignment that is in order."""
    now = timezone.localtime(timezone=course.zone)
    values = {
        "title": "Find what the tests do not",
        "brief": "Read **everything**.",
        "opens_at": f"{now:%Y-%m-%dT00:00}",
        "due_at": f"{now + timedelta(days=7):%Y-%m-%dT12:00}",
        "accepted_types": "py, *.JS",
        "least_notes": "3",
        "points": "50",
        "reruns": "1",
        "visibility": "due",
        "plan-linters-on": "on",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def new_url(course: Course) -> str:
    return f"/courses/{course.pk}/assignments/new/"


# --- Setting --------------------------------------------------------------------------------------
def test_ruth_sets_an_assignment_which_begins_as_a_draft(course: Course, ruth: User, amara: User) -> None:
    noon = timezone.localtime(timezone=course.zone) + timedelta(days=7)
    ruff = Reviewer.objects.get(name="ruff")
    values = typed(course, **{"plan-linters-reviewers": [str(ruff.pk)]})
    html = client_of(ruth).post(new_url(course), values, follow=True).content.decode()
    made = Assignment.objects.get()
    assert "This is a draft. Students do not see it" in html
    assert "<strong>everything</strong>" in html
    assert made.is_draft
    assert made.types == (".py", ".js")
    assert timezone.localtime(made.due_at, course.zone).strftime("%d %H:%M") == noon.strftime("%d 12:00")
    [step] = made.plan.all()
    assert (step.protocol, step.passes, list(step.reviewers.all())) == ("linters", 1, [ruff])
    meets_closed_door(client_of(amara).get(f"/assignments/{made.pk}/"), made.title)


def test_models_review_as_often_as_the_plan_says(course: Course, ruth: User) -> None:
    stories.recorded_reviewer("claude-opus-4-6")
    values = typed(course, **{"plan-self_review-on": "on", "plan-self_review-passes": "4"})
    client_of(ruth).post(new_url(course), values)
    steps = PlanStep.objects.values_list("protocol", "passes")
    assert list(steps) == [("linters", 1), ("self_review", 4)]


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        (
            {"due_at": "2020-01-01T12:00", "opens_at": "2019-01-01T12:00"},
            "id_due_at_error",
            "has passed already",
        ),
        ({"opens_at": "2019-01-01T12:00"}, "id_opens_at_error", "day has passed already"),
        (
            {"opens_at": "2098-01-01T12:00", "due_at": "2097-01-01T12:00"},
            "id_due_at_error",
            "not after the opening",
        ),
        ({"due_at": "2098-03-30T02:30"}, "id_due_at_error", "clocks go forward"),
        ({"due_at": ""}, "id_due_at_error", "This field is required"),
        ({"title": " "}, "id_title_error", "This field is required"),
        ({"least_notes": "51"}, "id_least_notes_error", "less than or equal to 50"),
        ({"least_notes": "-1"}, "id_least_notes_error", "greater than or equal to 0"),
        ({"points": "0"}, "id_points_error", "greater than or equal to 1"),
        ({"budget": "-1"}, "id_budget_error", "greater than or equal to 0"),
        ({"budget": "1.005"}, "id_budget_error", "no more than 2 decimal places"),
        ({"reruns": "21"}, "id_reruns_error", "less than or equal to 20"),
        ({"accepted_types": ".py, a/b"}, "id_accepted_types_error", "“a/b” is no file type"),
        ({"brief": "a" * 20_001}, "id_brief_error", "at most 20000 characters"),
        ({"plan-linters-on": None}, "plan-problem", "The review plan is empty"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field_and_the_text_is_kept(
    course: Course, ruth: User, changes: dict[str, Any], where: str, message: str
) -> None:
    kept = "Kept title" if "title" not in changes else " "
    response = client_of(ruth).post(new_url(course), typed(course, **{"title": kept, **changes}))
    html = response.content.decode()
    assert response.status_code == 422
    assert message in html.split(f'id="{where}"')[1][:400]
    if kept.strip():
        assert 'value="Kept title"' in html
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("passes", ["0", "9", "many"])
def test_passes_go_from_one_to_eight(course: Course, ruth: User, passes: str) -> None:
    values = typed(course, **{"plan-self_review-on": "on", "plan-self_review-passes": passes})
    response = client_of(ruth).post(new_url(course), values)
    assert "Something in the review plan needs another look" in response.content.decode()
    assert not Assignment.objects.exists()


def test_the_form_says_plainly_who_cannot_review_here(course: Course, ruth: User) -> None:
    html = page(ruth, new_url(course))
    asking = [item for item in PROTOCOLS.values() if item.planned and item.asks_models]
    assert html.count("No reviewer that suits this is switched on") == len(asking) > 3
    stories.recorded_reviewer("gpt-5.4")
    assert "No reviewer that suits this is switched on" not in page(ruth, new_url(course))


def test_a_line_of_the_plan_is_stored_with_all_that_was_set_and_handed_on(course: Course, ruth: User) -> None:
    advocate = stories.recorded_reviewer("gpt-5.4")
    values = {
        "plan-linters-on": None,
        "plan-adversarial-on": "on",
        "plan-adversarial-passes": "2",
        "plan-adversarial-focus": "Money, and who may spend it.",
        "plan-adversarial-reviewers": [str(advocate.pk)],
        "plan-plan_loop-on": "on",
        "plan-plan_loop-rounds": "2",
        "plan-plan_loop-revised_by": "student",
    }
    client_of(ruth).post(new_url(course), typed(course, **values))
    made = Assignment.objects.get()
    assert planned(made) == [
        Planned("adversarial", 2, (advocate.pk,), focus="Money, and who may spend it."),
        Planned("plan_loop", rounds=2, revised_by="student"),
    ]
    html = page(ruth, f"/assignments/{made.pk}/edit/")
    assert "Money, and who may spend it." in html
    unchanged = {**shown(made, **values), "plan-adversarial-rounds": "4"}
    client_of(ruth).post(f"/assignments/{made.pk}/edit/", unchanged)
    assert planned(made)[0].rounds == 3, "what a protocol does not offer is not set"


def test_a_preview_saves_nothing_with_or_without_a_script(course: Course, ruth: User) -> None:
    values = typed(course, preview="1", title="", brief="# Look\n<script>x</script>")
    whole = client_of(ruth).post(new_url(course), values).content.decode()
    assert "<h2>Look</h2>" in whole
    assert "<!doctype html>" in whole
    assert "Not saved yet" not in whole
    part = client_of(ruth).post(new_url(course), values, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "&lt;script&gt;" in part
    assert "<form" not in part
    assert not Assignment.objects.exists()


def test_neither_tomas_nor_amara_sets_assignments(course: Course, tomas: User, amara: User) -> None:
    for user in (tomas, amara):
        assert client_of(user).post(new_url(course), typed(course)).status_code == 403
    assert not Assignment.objects.exists()


# --- Changing -------------------------------------------------------------------------------------
def shown(task: Assignment, **changes: Any) -> dict[str, Any]:
    """The form of a stored assignment as the browser sends it back."""
    clock = "%Y-%m-%dT%H:%M"
    zone = task.course.zone
    return typed(
        task.course,
        **{
            "title": task.title,
            "opens_at": timezone.localtime(task.opens_at, zone).strftime(clock),
            "due_at": timezone.localtime(task.due_at, zone).strftime(clock),
            "visibility": task.visibility,
            **changes,
        },
    )


def test_a_due_date_that_has_passed_may_stay_but_not_be_set(course: Course, ruth: User) -> None:
    now = timezone.now()
    task = stories.assignment(course, opens_at=now - timedelta(days=9), due_at=now - timedelta(days=2))
    url = f"/assignments/{task.pk}/edit/"
    client_of(ruth).post(url, shown(task, title="Renamed"))
    stored = Assignment.objects.get()
    assert (stored.title, stored.due_at) == ("Renamed", task.due_at)

    earlier = timezone.localtime(task.due_at - timedelta(days=1), course.zone)
    response = client_of(ruth).post(url, shown(task, due_at=f"{earlier:%Y-%m-%dT%H:%M}"))
    assert response.status_code == 422
    assert "This has passed already" in response.content.decode()
    assert Assignment.objects.get().due_at == task.due_at


def test_what_was_sealed_keeps_its_plan_and_ruth_is_told(course: Course, ruth: User, amara: User) -> None:
    task = stories.assignment(course)
    stories.sealed(task, amara)
    stories.recorded_reviewer("gpt-5.4")
    url = f"/assignments/{task.pk}/edit/"
    assert "1 submission is sealed: it keeps the plan it began with" in page(ruth, url)
    changed = shown(task, **{"plan-cross_model-on": "on", "plan-cross_model-passes": "1"})
    html = client_of(ruth).post(url, changed, follow=True).content.decode()
    assert "What was sealed before keeps the plan that it began with." in html
    assert set(Review.objects.values_list("protocol", flat=True)) == {"linters"}

    html = client_of(ruth).post(url, {**changed, "title": "Only the title"}, follow=True).content.decode()
    assert "keeps the plan" not in html


# --- Publishing -----------------------------------------------------------------------------------
def test_published_it_is_seen_and_withdrawn_it_is_not(course: Course, ruth: User, amara: User) -> None:
    task = stories.assignment(course, state=Assignment.State.DRAFT)
    browser = client_of(ruth)
    assert "Publishing shows it to every student" in page(ruth, f"/assignments/{task.pk}/")
    browser.post(f"/assignments/{task.pk}/publish/")
    assert "A <em>model</em> wrote this shop." in page(amara, f"/assignments/{task.pk}/")
    html = browser.post(f"/assignments/{task.pk}/withdraw/", follow=True).content.decode()
    assert "is a draft again" in html
    meets_closed_door(client_of(amara).get(f"/assignments/{task.pk}/"), task.title)


def test_with_work_in_it_cannot_be_withdrawn(course: Course, ruth: User, amara: User) -> None:
    task = stories.assignment(course)
    stories.handed_in(task, amara)
    response = client_of(ruth).post(f"/assignments/{task.pk}/withdraw/")
    assert response.status_code == 422
    assert "Students have handed in work" in response.content.decode()
    assert not Assignment.objects.get().is_draft


def test_after_its_due_date_or_without_a_plan_it_is_not_published(course: Course, ruth: User) -> None:
    now = timezone.now()
    late = stories.assignment(
        course, state="draft", opens_at=now - timedelta(days=9), due_at=now - timedelta(hours=1)
    )
    bare = stories.assignment(course, state="draft")
    bare.plan.all().delete()
    for task, why in ((late, "Its due date has passed"), (bare, "It has no review plan yet")):
        response = client_of(ruth).post(f"/assignments/{task.pk}/publish/")
        assert response.status_code == 422
        assert why in response.content.decode()
    assert all(task.is_draft for task in Assignment.objects.all())


def test_only_ruth_publishes(course: Course, tomas: User, amara: User) -> None:
    task = stories.assignment(course, state="draft")
    for user in (tomas, amara):
        assert client_of(user).post(f"/assignments/{task.pk}/publish/").status_code == 403
    assert Assignment.objects.get().is_draft


# --- The page -------------------------------------------------------------------------------------
def test_amara_reads_what_is_asked_and_who_will_review(course: Course, amara: User) -> None:
    reviewer = stories.recorded_reviewer("gpt-5.4")
    plan = [
        PlanLine("linters"),
        PlanLine("cross_model", 2, (reviewer,)),
    ]
    task = stories.assignment(course, plan=plan, least_notes=3, visibility="due")
    html = page(amara, f"/assignments/{task.pk}/")
    for text in (
        "at least 3, or the statement that you found nothing more",
        "At most 200 files, 512 KB each",
        "ast-grep, bandit, ruff",
        "GPT 5.4, recorded",
        ", 2 passes",
        "You see them after the due date.",
        "(Europe/Berlin)",
        "Hand in code",
    ):
        assert text in html
    assert "Withdraw" not in html


def test_amara_reads_that_a_plan_is_wanted_and_that_she_revises_it(course: Course, amara: User) -> None:
    stories.recorded_reviewer("gpt-5.4")
    plan = [PlanLine("plan_loop", rounds=2, revised_by="student"), PlanLine("consensus", rounds=1)]
    html = page(amara, f"/assignments/{stories.assignment(course, plan=plan).pk}/")
    assert "Plan loop</strong>, up to 2 rounds" in html
    assert "Consensus</strong>, one round" in html
    assert html.count("You write its next version after each round.") == html.count("PLAN.md") == 1


def test_a_reviewer_that_is_missing_is_not_called_silence(course: Course, amara: User) -> None:
    task = stories.assignment(course, plan=[PlanLine("adversarial")])
    assert "it will be shown as “could not review”" in page(amara, f"/assignments/{task.pk}/")


@pytest.mark.parametrize(
    ("visibility", "told"),
    [
        ("sealed", "you can see what the reviewers found"),
        ("grade", "You see what they found with your grade"),
    ],
)
def test_the_page_tells_where_one_stands_after_the_review(
    course: Course, amara: User, visibility: str, told: str
) -> None:
    task = stories.assignment(course, visibility=visibility)
    url = f"/assignments/{task.pk}/"
    stories.handed_in(task, amara)
    assert "Nothing counts before you seal." in page(amara, url)
    submission = stories.sealed(task, amara)
    assert "the reviewers are reading" in page(amara, url)
    stories.run_passes(submission)
    assert told in page(amara, url)


def test_staff_go_to_the_dashboard_and_can_look_as_students_do(
    course: Course, ruth: User, tomas: User
) -> None:
    task = stories.assignment(course)
    for user in (ruth, tomas):
        response = client_of(user).get(f"/assignments/{task.pk}/")
        assert response.headers["Location"] == f"/assignments/{task.pk}/dashboard/"
    html = page(tomas, f"/assignments/{task.pk}/?as=student")
    assert "This is the page as students see it" in html
    assert f'href="/assignments/{task.pk}/dashboard/"' in html
    assert "/hand-in/" not in html
    assert "Withdraw" not in html


@pytest.mark.parametrize("classmates", [1, 3])
def test_the_page_costs_the_same_in_a_large_class(
    course: Course, amara: User, django_assert_num_queries: DjangoAssertNumQueries, classmates: int
) -> None:
    task = stories.assignment(course)
    stories.sealed(task, amara)
    for number in range(classmates):
        student = person(f"student{number}", "Test")
        enrol(course, student)
        stories.sealed(task, student)
    browser = client_of(amara)
    with django_assert_num_queries(11):
        browser.get(f"/assignments/{task.pk}/")
