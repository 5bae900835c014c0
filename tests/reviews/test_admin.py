"""What an administrator can set up, and what nobody edits."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from courses.models import Course
from reviews.admin import ReviewerForm
from reviews.models import LanguageModel, Recording, Reviewer
from tests import stories
from tests.people import client_of


@pytest.fixture
def admin_browser(db: None) -> Client:
    return client_of(User.objects.create_superuser("admin", "admin@example.org", "x"))


def reviewer(provider: str, model: LanguageModel | None) -> ReviewerForm:
    values = {"name": "A reviewer", "provider": provider, "role": "full review", "active": "on"}
    return ReviewerForm({**values, "model": model.pk if model else ""})


def test_a_reviewer_is_made_of_a_provider_of_this_site(db: None) -> None:
    model = LanguageModel.objects.get(name="gpt-5.4")
    assert reviewer("recorded", model).is_valid()
    assert reviewer("ruff", None).is_valid()
    assert "Select a valid choice" in str(reviewer("telepathy", model).errors["provider"])


def test_an_analyser_has_no_model_and_every_other_needs_one(db: None) -> None:
    model = LanguageModel.objects.get(name="gpt-5.4")
    assert reviewer("ruff", model).errors["model"] == [
        "ruff is an analyser and has no model. Leave this empty."
    ]
    assert reviewer("recorded", None).errors["model"] == ["recorded speaks for a model. Choose which."]


def test_a_reviewer_whose_provider_is_gone_can_be_seen_and_corrected(db: None) -> None:
    row = Reviewer.objects.create(name="Old", provider="oracle")
    values = {"name": "Old", "provider": "oracle", "role": "full review"}
    form = ReviewerForm(values, instance=row)
    assert "No provider is called oracle on this site any more" in form.errors["provider"][0]


def test_an_administrator_adds_a_model_that_students_can_then_choose(admin_browser: Client) -> None:
    values = {"name": "mistral-9", "label": "Mistral 9", "family": "mistral", "offered": "on"}
    admin_browser.post("/admin/reviews/languagemodel/add/", values)
    assert LanguageModel.objects.filter(offered=True, family="mistral").get().label == "Mistral 9"


def test_recordings_are_read_and_never_changed(admin_browser: Client) -> None:
    row = stories.recording("gpt-5.4", "cross_model", [stories.RACE])
    url = f"/admin/reviews/recording/{row.pk}/"
    html = admin_browser.get(f"{url}change/").content.decode()
    assert row.sha256 in html
    assert 'name="_save"' not in html
    assert admin_browser.post(f"{url}change/", {"model": "other"}).status_code == 403
    assert admin_browser.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert Recording.objects.get().model == "gpt-5.4"


def test_no_course_is_deleted_with_its_sealed_work(
    admin_browser: Client, course: Course, amara: User
) -> None:
    stories.sealed(stories.assignment(course), amara)
    assert course.name in admin_browser.get("/admin/courses/course/").content.decode()
    url = f"/admin/courses/course/{course.pk}/delete/"
    assert admin_browser.post(url, {"post": "yes"}).status_code == 403
    assert Course.objects.filter(pk=course.pk).exists()


@pytest.mark.parametrize("kind", ["seal", "note", "finding", "defect", "snapshot", "provenance"])
def test_what_is_sealed_has_no_page_to_be_edited_on(admin_browser: Client, kind: str) -> None:
    assert admin_browser.get(f"/admin/reviews/{kind}/").status_code == 404
    assert f"/admin/reviews/{kind}/" not in admin_browser.get("/admin/").content.decode()
