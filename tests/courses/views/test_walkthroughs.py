"""A course's walkthroughs: listed, taken from the shelf, in and out as files, duplicated, shared."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain import sittings
from courses.domain.walkthroughs import document_of
from courses.models import Course, Walkthrough
from courses.walkthroughs.shelf import shelf
from tests.doors import meets_closed_door, meets_nothing
from tests.people import client_of
from tests.rooms import SHOP_STORY, shop_story, walkthrough_of

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    """The page with its white space pressed together."""
    return " ".join(response.content.decode().split())


def file_of(data: bytes) -> SimpleUploadedFile:
    """A file that somebody chooses."""
    return SimpleUploadedFile("shop.walkthrough.json", data, content_type="application/json")


def test_ruth_makes_one_from_nothing_and_it_is_hers_alone(course: Course, ruth: User, tomas: User) -> None:
    ruths = client_of(ruth)
    assert "Walkthroughs" in text_of(ruths.get(course.get_absolute_url()))
    page = ruths.post(
        reverse("courses:walkthrough_new", args=[course.pk]),
        {"title": "The till", "summary": "Cents\r\nare counted."},
        follow=True,
    )
    made = Walkthrough.objects.get()
    assert (made.title, made.made_by, made.shared) == ("The till", ruth, False)
    assert made.told().summary == "Cents\nare counted."
    assert "for you alone" in text_of(page)
    assert f"{ruth.pk}:walkthrough-new:{course.pk}" in text_of(page)
    listed = reverse("courses:walkthroughs", args=[course.pk])
    assert "The till" in text_of(ruths.get(listed))
    assert "The till" not in text_of(client_of(tomas).get(listed))
    meets_closed_door(client_of(tomas).get(made.get_absolute_url()), "The till")


def test_one_without_a_title_is_not_made_and_what_was_typed_is_kept(course: Course, ruth: User) -> None:
    page = client_of(ruth).post(
        reverse("courses:walkthrough_new", args=[course.pk]), {"title": " ", "summary": "A long thought."}
    )
    assert page.status_code == 422
    assert "A long thought." in text_of(page)
    assert not Walkthrough.objects.exists()


def test_shared_tomas_shows_it_and_copies_it_but_does_not_change_it(
    course: Course, ruth: User, tomas: User
) -> None:
    shop = walkthrough_of(course, ruth, shared=False)
    page = client_of(ruth).post(
        reverse("courses:walkthrough_share", args=[shop.pk]), {"shared": "1"}, follow=True
    )
    assert "can be used by all staff of the course now" in text_of(page)
    tomass = client_of(tomas)
    seen = text_of(tomass.get(shop.get_absolute_url()))
    assert "Where is it wrong?" in seen
    assert "Add a step" not in seen
    meets_closed_door(tomass.post(reverse("courses:walkthrough_share", args=[shop.pk]), {"shared": "0"}))
    assert Walkthrough.objects.get().shared
    copied = tomass.post(reverse("courses:walkthrough_duplicate", args=[shop.pk]), follow=True)
    assert "This is your copy, “The shop, copy”" in text_of(copied)
    copy = Walkthrough.objects.get(made_by=tomas)
    assert copy.told().steps == shop.told().steps
    assert document_of(copy).files == document_of(shop).files
    assert not copy.shared


def test_when_the_instructor_stops_sharing_what_tomas_made_only_he_sees_it(
    course: Course, ruth: User, tomas: User
) -> None:
    his = walkthrough_of(course, tomas, shared=True)
    page = client_of(ruth).post(
        reverse("courses:walkthrough_share", args=[his.pk]), {"shared": "0"}, follow=True
    )
    assert "can be used by its maker alone now" in text_of(page)
    meets_closed_door(client_of(ruth).get(his.get_absolute_url()), "Where is it wrong?")
    assert "Where is it wrong?" in text_of(client_of(tomas).get(his.get_absolute_url()))


def test_exported_and_imported_elsewhere_it_is_the_same(course: Course, ruth: User) -> None:
    shop = walkthrough_of(course, ruth)
    ruths = client_of(ruth)
    exported = ruths.get(reverse("courses:walkthrough_export", args=[shop.pk]))
    assert exported["Content-Disposition"] == 'attachment; filename="the-shop.walkthrough.json"'
    page = ruths.post(
        reverse("courses:walkthrough_import", args=[course.pk]),
        {"file": file_of(exported.content)},
        follow=True,
    )
    assert "“The shop” is imported" in text_of(page)
    assert "Where is it wrong?" in text_of(page)
    imported = Walkthrough.objects.exclude(pk=shop.pk).get()
    assert document_of(imported) == document_of(shop)
    assert not imported.shared


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        (b"[]", "does not say that it is one"),
        (json.dumps({"format": "blindspot-walkthrough", "version": 9}).encode(), "reads version 1"),
        (
            json.dumps({"format": "blindspot-walkthrough", "version": 1, "story": SHOP_STORY}).encode(),
            "There is nothing to review",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence_and_nothing_is_stored(
    course: Course, ruth: User, data: bytes, said: str
) -> None:
    page = client_of(ruth).post(
        reverse("courses:walkthrough_import", args=[course.pk]), {"file": file_of(data)}
    )
    assert page.status_code == 422
    assert said in text_of(page)
    assert "Nothing was stored." in text_of(page)
    assert not Walkthrough.objects.exists()


def test_without_a_file_the_page_says_to_choose_one(course: Course, ruth: User) -> None:
    page = client_of(ruth).post(reverse("courses:walkthrough_import", args=[course.pk]))
    assert page.status_code == 422
    assert "Choose the file first." in text_of(page)
    assert not Walkthrough.objects.exists()


def test_nothing_stands_on_the_shelf_under_another_name(course: Course, ruth: User) -> None:
    page = client_of(ruth).post(reverse("courses:walkthrough_take", args=[course.pk, "no-such-story"]))
    meets_nothing(page)
    assert not Walkthrough.objects.exists()


def test_title_summary_and_source_are_changed_once_and_noticed_by_who_comes_second(
    course: Course, ruth: User
) -> None:
    shop = walkthrough_of(course, ruth)
    ruths, address = client_of(ruth), reverse("courses:walkthrough_edit", args=[shop.pk])
    assert "Made up for the tests." in text_of(ruths.get(address))
    ruths.post(address, {"version": 1, "title": "The shop, again", "summary": "", "source": "From a talk."})
    shop.refresh_from_db()
    assert (shop.title, shop.told().source, shop.version) == ("The shop, again", "From a talk.", 2)
    late = ruths.post(address, {"version": 1, "title": "My shop", "summary": "What I typed.", "source": ""})
    assert late.status_code == 422
    assert "Somebody else changed this walkthrough meanwhile" in text_of(late)
    assert "What I typed." in text_of(late)
    shop.refresh_from_db()
    assert shop.title == "The shop, again"
    assert 'name="version" value="2"' in text_of(late)
    ruths.post(address, {"version": 2, "title": "My shop", "summary": "What I typed.", "source": ""})
    shop.refresh_from_db()
    assert (shop.title, shop.told().summary) == ("My shop", "What I typed.")


def test_the_list_shows_where_it_was_shown(course: Course, ruth: User, tomas: User) -> None:
    shop = walkthrough_of(course, ruth)
    over = sittings.begin(shop, ruth, "Group A")
    sittings.end(over.pk)
    live = sittings.begin(shop, tomas, "Group B")
    page = text_of(client_of(ruth).get(reverse("courses:walkthroughs", args=[course.pk])))
    before, after = page.split("Shown before")
    assert "Group B" in before
    assert str(live.code) in before
    assert "by Tomas Novak" in before
    assert "Group A" in after
    assert "Group B" not in after


def test_what_comes_with_blindspot_is_taken_from_the_shelf(course: Course, ruth: User) -> None:
    ruths, address = client_of(ruth), reverse("courses:walkthroughs", args=[course.pk])
    assert "Take it once more" not in text_of(ruths.get(address))
    for shelved in shelf():
        page = ruths.post(reverse("courses:walkthrough_take", args=[course.pk, shelved.slug]), follow=True)
        assert f"“{shelved.title}” is yours to show and to change." in html.unescape(text_of(page))
    taken = Walkthrough.objects.filter(made_by=ruth, shared=False)
    assert {one.shelf for one in taken} == {shelved.slug for shelved in shelf()}
    assert text_of(ruths.get(address)).count("Take it once more") == taken.count() == 5


def test_a_removed_walkthrough_is_gone_and_its_sittings_stay(course: Course, ruth: User) -> None:
    shop = walkthrough_of(course, ruth)
    sitting = sittings.begin(shop, ruth, "Group A")
    sittings.end(sitting.pk)
    ruths = client_of(ruth)
    assert "What classes were shown stays with their sittings." in text_of(ruths.get(shop.get_absolute_url()))
    page = ruths.post(reverse("courses:walkthrough_remove", args=[shop.pk]), follow=True)
    assert "“The shop” is removed." in text_of(page)
    assert "No walkthrough yet" in text_of(page)
    assert "Group A" in text_of(page)
    sitting.refresh_from_db()
    assert sitting.walkthrough is None
    assert sitting.told().title == "The shop"


def test_the_preview_goes_through_every_beat_with_the_notes_beside_it(course: Course, ruth: User) -> None:
    shop = walkthrough_of(course, ruth)
    ruths, address = client_of(ruth), reverse("courses:walkthrough_preview", args=[shop.pk, 0])
    seen: list[str] = []
    while address:
        page = text_of(ruths.get(address))
        found = re.search(r"step (\d) of 8(?:, beat (\d) of \d)?", page)
        assert found
        seen.append(found[0])
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        address = onward[1] if onward else ""
    assert len(seen) == len(set(seen)) == sum(shop.told().beats)
    question = text_of(ruths.get(reverse("courses:walkthrough_preview", args=[shop.pk, 3])))
    assert "Give them three minutes." in question
    assert "Mark the lines where something is wrong." in question


@pytest.mark.parametrize(("beat", "shown"), [("99", 4), ("-1", 1), ("²", 1)])
def test_a_preview_goes_to_no_beat_beyond_the_ends(course: Course, ruth: User, beat: str, shown: int) -> None:
    shop = walkthrough_of(course, ruth)
    page = client_of(ruth).get(reverse("courses:walkthrough_preview", args=[shop.pk, 5]), {"beat": beat})
    assert f"step 6 of 8, beat {shown} of 4" in text_of(page)


def test_there_is_no_preview_after_the_last_step(course: Course, ruth: User) -> None:
    shop = walkthrough_of(course, ruth)
    meets_nothing(client_of(ruth).get(reverse("courses:walkthrough_preview", args=[shop.pk, 8])), shop.title)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    course: Course, ruth: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        story = shop_story().model_copy(update={"title": f"Shop {number}"})
        shop = walkthrough_of(course, ruth, story=story)
        sittings.end(sittings.begin(shop, ruth).pk)
        sittings.begin(shop, ruth)
    ruths = client_of(ruth)
    with django_assert_num_queries(8):
        page = ruths.get(reverse("courses:walkthroughs", args=[course.pk]))
    assert text_of(page).count("Live now") == 1
    assert text_of(page).count("Shop 0") >= 3
