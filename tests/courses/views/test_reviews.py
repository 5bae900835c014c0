"""The live panel: staff see who reads and who could not, a student that it goes on; who runs it again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course
from reviews.models import Review, Reviewer
from reviews.providers.base import Trouble
from tests.panels import (
    answer,
    called,
    fail,
    next_round,
    of_gpt,
    panel_of,
    review_of,
    words_of,
)
from tests.people import client_of
from tests.stories import (
    INJECTION,
    RACE,
    assignment,
    handed_in,
    model_reviewer,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
    sealed,
)

POLL = {"HX-Request": "true"}


def with_a_stranger(course: Course, **fields: object) -> Assignment:
    """An assignment whose plan asks GPT 5.4, which replays what was recorded."""
    recorded_reviewer("gpt-5.4")
    return assignment(course, plan=[PlanLine("linters"), PlanLine("cross_model")], **fields)


def test_polling_goes_on_while_reviewers_read_and_then_only_now_and_again(
    ruth: User, ben: User, course: Course
) -> None:
    submission = sealed(assignment(course), ben)
    url = reverse("courses:reviews", args=[submission.pk])
    client = client_of(ruth)

    waiting = client.get(url, headers=POLL).text
    assert "Reviewers are reading" in waiting
    assert "<html" not in waiting
    assert f'hx-get="{url}"' in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert 'hx-trigger="every 2s"' in client.get(url).text

    run_passes(submission)
    over = client.get(url, headers=POLL).text
    assert "All reviews have ended" in over
    for told in (over, client.get(url).text):
        assert 'hx-trigger="every 60s, visibilitychange from:document"' in told
        assert "every 2s" not in told


@pytest.mark.parametrize("protocols", [("linters",), ("linters", "cross_model", "adversarial")])
@pytest.mark.parametrize("visibility", [Assignment.Visibility.SEALED, Assignment.Visibility.GRADE])
def test_a_page_that_is_left_open_hears_of_a_run_again(
    ruth: User,
    ben: User,
    course: Course,
    visibility: str,
    protocols: tuple[str, ...],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Ben's page says what it shows when it asks; nothing is new until Ruth has a review run again."""
    recorded_reviewer("gpt-5.4")
    plan = [PlanLine(protocol) for protocol in protocols]
    submission = reviewed(assignment(course, plan=plan, visibility=visibility), ben)
    url = reverse("courses:reviews", args=[submission.pk])
    bens = client_of(ben)
    seen = asked_next(bens.get(submission.get_absolute_url()).text)
    with django_assert_num_queries(7):
        unchanged = bens.get(seen, headers=POLL)
    assert (unchanged.status_code, unchanged.content) == (204, b"")

    review = review_of(submission, "linters")
    client_of(ruth).post(reverse("courses:run_again", args=[submission.pk, review.pk]))
    told = bens.get(seen, headers=POLL).text
    assert "Reviewers are reading" in told
    assert asked_next(told) == url
    assert 'hx-trigger="every 2s"' in told

    run_passes(submission)
    for asked in (seen, url):
        over = bens.get(asked, headers=POLL).text
        assert "have read your code" in over or "All reviews have ended" in over
        assert asked_next(over) not in (seen, url), "this is another rest than the first"


def test_a_page_that_is_left_open_hears_that_findings_are_shown(ben: User, course: Course) -> None:
    submission = reviewed(assignment(course, visibility=Assignment.Visibility.DUE), ben)
    client = client_of(ben)
    seen = asked_next(client.get(submission.get_absolute_url()).text)
    assert client.get(seen, headers=POLL).content == b""
    Assignment.objects.update(
        opens_at=timezone.now() - timedelta(days=9), due_at=timezone.now() - timedelta(minutes=1)
    )
    assert "ruff" in client.get(seen, headers=POLL).text


def test_before_findings_are_shown_a_file_that_is_attached_is_no_news(
    ruth: User, ben: User, course: Course
) -> None:
    submission = reviewed(assignment(course, visibility=Assignment.Visibility.GRADE), ben)
    theirs, ours = (
        asked_next(client_of(user).get(reverse("courses:reviews", args=[submission.pk])).text)
        for user in (ben, ruth)
    )
    Review.objects.create(
        snapshot=review_of(submission, "linters").snapshot, protocol="imported", position=7, state="complete"
    )
    assert client_of(ben).get(theirs, headers=POLL).content == b""
    assert "All reviews have ended" in client_of(ruth).get(ours, headers=POLL).text


def asked_next(page: str) -> str:
    """The address that a panel asks next."""
    found = re.search(r'id="progress"[^>]*hx-get="([^"]+)"', page)
    assert found, "the panel asks nothing"
    return found[1]


def test_a_recorded_pass_says_so_with_its_findings(ruth: User, ben: User, course: Course) -> None:
    task = with_a_stranger(course)
    recording("gpt-5.4", "cross_model", [INJECTION])
    page = client_of(ruth).get(reverse("courses:reviews", args=[reviewed(task, ben).pk])).text

    assert "X1" in page
    assert '<span class="recorded">recorded</span>' in page
    assert "1 finding" in page


def test_who_could_not_review_is_named_with_the_reason_and_no_number(
    ruth: User, ben: User, course: Course
) -> None:
    Reviewer.objects.filter(provider__in=("ruff", "bandit", "ast-grep")).update(active=False)
    task = with_a_stranger(course)
    submission = reviewed(task, ben)
    page = client_of(ruth).get(reverse("courses:reviews", args=[submission.pk])).text

    assert "incomplete" in page
    assert "could not review" in page
    assert "was not recorded on this code" in page
    assert "Could not review. No analyser" in page
    assert "0 findings" not in page


@pytest.mark.parametrize("visibility", [Assignment.Visibility.GRADE, Assignment.Visibility.DUE])
def test_the_student_learns_nothing_of_the_models_before_the_time(
    ben: User, course: Course, visibility: str
) -> None:
    task = with_a_stranger(course, visibility=visibility)
    recording("gpt-5.4", "cross_model", [INJECTION])
    submission = sealed(task, ben, claims=())
    url = reverse("courses:reviews", args=[submission.pk])
    client = client_of(ben)

    assert "Reviewers are reading your code" in client.get(url).text
    run_passes(submission)
    over = client.get(url, headers=POLL)
    whole, own = client.get(url).text, client.get(submission.get_absolute_url()).text
    for told in (over.text, whole.partition('id="progress"')[2], own.partition("<main")[2]):
        assert "The reviewers have read your code" in told
        for word in ("GPT", "gpt", "X1", "finding", "ruff", "complete", "injection"):
            assert word not in told, word


def test_the_student_sees_the_panel_once_findings_are_due(ben: User, course: Course) -> None:
    task = assignment(course, visibility=Assignment.Visibility.DUE)
    submission = reviewed(task, ben)
    Assignment.objects.update(
        opens_at=timezone.now() - timedelta(days=9), due_at=timezone.now() - timedelta(minutes=1)
    )
    page = client_of(ben).get(reverse("courses:reviews", args=[submission.pk])).text
    assert "ruff" in page
    assert "Run again" not in page


def test_before_the_seal_nobody_has_read(ben: User, course: Course) -> None:
    submission = handed_in(assignment(course), ben)
    page = client_of(ben).get(reverse("courses:reviews", args=[submission.pk])).text
    assert "Reviewers begin when you seal your notes" in page
    assert "hx-trigger" not in page.partition('id="progress"')[2]


def test_the_instructor_cancels_a_review_and_runs_it_again(ruth: User, ben: User, course: Course) -> None:
    submission = sealed(assignment(course), ben)
    first = Review.objects.get()
    client = client_of(ruth)

    cancelled = client.post(reverse("courses:cancel", args=[submission.pk, first.pk]), follow=True)
    first.refresh_from_db()
    assert first.state == Review.State.CANCELLED
    assert "The review is cancelled" in cancelled.text
    assert "Cancelled by Ruth Ellison." in cancelled.text

    again = client.post(reverse("courses:cancel", args=[submission.pk, first.pk]), follow=True)
    assert "nothing was cancelled" in again.text

    client.post(reverse("courses:run_again", args=[submission.pk, first.pk]))
    run_passes(submission)
    second = Review.objects.get(current=True)
    assert (second.attempt, second.state) == (2, Review.State.COMPLETE)


def test_only_the_instructor_steers_and_only_reviews_of_that_submission(
    ruth: User, tomas: User, ben: User, amara: User, course: Course
) -> None:
    task = assignment(course)
    bens, amaras = sealed(task, ben), sealed(task, amara)
    review = Review.objects.get(snapshot__revision__submission=bens)

    for person in (tomas, ben):
        refused = client_of(person).post(reverse("courses:cancel", args=[bens.pk, review.pk]))
        assert refused.status_code == 403
    crossed = client_of(ruth).post(reverse("courses:cancel", args=[amaras.pk, review.pk]))
    assert crossed.status_code == 404
    review.refresh_from_db()
    assert not review.ended


def test_a_student_runs_an_unfinished_review_again_as_often_as_the_assignment_allows(
    ruth: User, ben: User, course: Course
) -> None:
    submission = of_gpt(
        course, ben, "cross_model", "adversarial", visibility=Assignment.Visibility.SEALED, reruns=1
    )
    done = review_of(submission, "adversarial")
    answer(next_round(done)[0])
    fail(next_round(review_of(submission, "cross_model"))[0], Trouble.REFUSED, "GPT declined.")
    unfinished = review_of(submission, "cross_model")
    page = panel_of(ben, submission)
    address = reverse("courses:rerun", args=[submission.pk, unfinished.pk])
    assert page.count("Run again") == 1
    assert f'action="{address}"' in page
    assert "You can have 1 more run of this assignment's reviews." in words_of(page).replace("&#x27;", "'")

    again = client_of(ben).post(address, follow=True)
    assert "The review runs again." in again.text
    second = review_of(submission, "cross_model")
    assert (second.attempt, second.asked_by) == (2, ben)
    fail(next_round(second)[0], Trouble.REFUSED, "GPT declined.")
    page = panel_of(ben, submission)
    assert "Run again" not in page
    refused = client_of(ben).post(reverse("courses:rerun", args=[submission.pk, second.pk]), follow=True)
    assert "as often as this assignment allows" in words_of(f"<main{refused.text}")
    assert review_of(submission, "cross_model").attempt == 2
    assert "Run again" in panel_of(ruth, submission)


def test_nobody_has_an_import_or_a_rescue_run_again_from_the_panel(
    ruth: User, ben: User, course: Course
) -> None:
    submission = of_gpt(course, ben, "cross_model")
    answer(next_round(review_of(submission, "cross_model"))[0])
    Review.objects.update(protocol="imported")
    review = Review.objects.get()
    assert "Run again" not in panel_of(ruth, submission)
    answer_to = client_of(ruth).post(reverse("courses:run_again", args=[submission.pk, review.pk]))
    assert answer_to.status_code == 404
    assert Review.objects.count() == 1


def test_the_panel_costs_the_same_with_one_review_and_with_three(
    ruth: User, ben: User, amara: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    gpt = model_reviewer("gpt-5.4", name="GPT")
    client = client_of(ruth)
    for student, protocols in ((ben, ("adversarial",)), (amara, ("adversarial", "cross_model", "roles"))):
        plan = [PlanLine(protocol, reviewers=(gpt,)) for protocol in protocols]
        submission = sealed(assignment(course, plan=plan, title=f"{len(protocols)}"), student)
        address = reverse("courses:reviews", args=[submission.pk])
        client.get(address)
        with django_assert_num_queries(12):
            client.get(address)
        for protocol in protocols:
            for item in next_round(review_of(submission, protocol)):
                called(item)
                answer(item, [RACE, INJECTION])
        with django_assert_num_queries(16):
            client.get(address)
