"""What the steps of a walkthrough speak of: code with its files, defects with their places, witnesses."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courses.domain.walkthroughs import files_of
from courses.models import Course, Walkthrough
from tests.courses.views.test_steps import rows
from tests.courses.views.test_walkthroughs import text_of
from tests.doors import meets_nothing
from tests.people import client_of
from tests.rooms import walkthrough_of
from tests.stories import SHOP

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(course: Course, ruth: User) -> Walkthrough:
    """Ruth's walkthrough of the shop."""
    return walkthrough_of(course, ruth)


@pytest.fixture
def ruths(ruth: User) -> Client:
    """Ruth's browser."""
    return client_of(ruth)


def add_code(ruths: Client, shop: Walkthrough, **fields: Any) -> Any:
    """Send the form of a new state of the code."""
    sent = {"version": shop.version, "short_name": "v2", "title": "After the fix", **fields}
    return ruths.post(reverse("courses:code_new", args=[shop.pk]), sent)


def paths(shop: Walkthrough, name: str) -> dict[str, str]:
    """The texts of a state's files by their paths."""
    return {file.path: file.text for file in files_of(shop, name)}


def test_a_pasted_file_on_top_of_another_state_changes_that_file_alone(
    ruths: Client, shop: Walkthrough
) -> None:
    begun = ruths.get(reverse("courses:code_new", args=[shop.pk]), {"from": "v1", "file": "prices.py"})
    assert "return sum(prices) * (1 + tax)" in text_of(begun)
    assert '<option value="v1" selected>' in text_of(begun)
    answer = add_code(
        ruths, shop, base="v1", pasted_name="prices.py", pasted_text="def total():\r\n    return 0\r\n"
    )
    assert answer.url == f"{shop.get_absolute_url()}?saved=code-new#code"
    assert paths(shop, "v2") == {"shop.py": SHOP[0].text, "prices.py": "def total():\n    return 0\n"}
    shop.refresh_from_db()
    assert [(code.name, code.title) for code in shop.told().codes][1] == ("v2", "After the fix")
    assert paths(shop, "v1")["prices.py"] == SHOP[1].text


def test_files_are_uploaded_with_their_folders_and_some_of_the_base_go(
    ruths: Client, shop: Walkthrough
) -> None:
    upload = SimpleUploadedFile("till.py", b"TILL = 1\n")
    add_code(
        ruths, shop, base="v1", gone="prices.py\r\n", uploads=[upload], paths=json.dumps(["src/till.py"])
    )
    assert paths(shop, "v2") == {"shop.py": SHOP[0].text, "src/till.py": "TILL = 1\n"}


def test_an_archive_is_a_whole_state(ruths: Client, shop: Walkthrough) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app/main.py", "print(1)\n")
        archive.writestr("app/node_modules/x.js", "x\n")
    add_code(ruths, shop, uploads=[SimpleUploadedFile("app.zip", packed.getvalue())])
    assert [path for path in paths(shop, "v2") if "node_modules" in path] == []
    assert "print(1)\n" in paths(shop, "v2").values()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "There is no file yet."),
        ({"base": "v1"}, "Nothing is changed yet: these are the files of v1."),
        ({"base": "v1", "gone": "none.py"}, "“none.py” is to be taken away, and v1 has it not."),
        ({"pasted_text": "x = 1"}, "Pasted text 1 has no file name."),
        ({"pasted_name": "../x.py", "pasted_text": "x = 1"}, "is not a usable file name"),
        (
            {"short_name": "v1", "pasted_name": "x.py", "pasted_text": "x = 1"},
            "Another state of the code is called v1.",
        ),
        (
            {"short_name": "V 2!", "pasted_name": "x.py", "pasted_text": "x = 1"},
            "Small letters, digits and hyphens",
        ),
        ({"title": "", "pasted_name": "x.py", "pasted_text": "x = 1"}, "This field is required."),
    ],
)
def test_code_that_cannot_be_is_refused_and_what_was_typed_is_kept(
    ruths: Client, shop: Walkthrough, fields: dict[str, Any], said: str
) -> None:
    page = add_code(ruths, shop, **{"prompt": "Write me a shop.", **fields})
    assert page.status_code == 422
    assert said in text_of(page)
    assert "Write me a shop." in text_of(page)
    assert shop.codes.count() == 1


def test_a_binary_file_is_refused_and_has_to_be_chosen_again(ruths: Client, shop: Walkthrough) -> None:
    page = add_code(ruths, shop, uploads=[SimpleUploadedFile("x.py", b"\0\0\0")])
    assert page.status_code == 422
    assert "“x.py” is a binary file, not text." in text_of(page)
    assert "A browser does not keep chosen files." in text_of(page)


def test_code_added_to_an_older_version_is_not_stored_by_half(ruths: Client, shop: Walkthrough) -> None:
    page = add_code(ruths, shop, version=7, pasted_name="x.py", pasted_text="x = 1")
    assert page.status_code == 422
    assert "Somebody else changed this walkthrough meanwhile" in text_of(page)
    assert "x = 1" in text_of(page)
    assert shop.codes.count() == 1


def test_what_is_told_of_a_state_is_changed_and_its_files_stay(ruths: Client, shop: Walkthrough) -> None:
    address = reverse("courses:code_edit", args=[shop.pk, "v1"])
    page = text_of(ruths.get(address))
    assert "?from=v1&amp;file=shop.py" in page
    ruths.post(address, {"version": 1, "title": "At first", "author": "A model", "prompt": "Write\r\nit."})
    shop.refresh_from_db()
    [code] = shop.told().codes
    assert (code.title, code.author, code.prompt) == ("At first", "A model", "Write\nit.")
    meets_nothing(ruths.get(reverse("courses:code_edit", args=[shop.pk, "v9"])), "At first")


def test_a_state_that_something_shows_is_not_taken_out(ruths: Client, shop: Walkthrough) -> None:
    kept = ruths.post(reverse("courses:code_remove", args=[shop.pk, "v1"]), {"version": 1})
    assert kept.status_code == 422
    assert "step “The code” shows v1, which is no state of the code" in text_of(kept)
    assert shop.codes.count() == 1
    add_code(ruths, shop, pasted_name="x.py", pasted_text="x = 1")
    page = ruths.post(reverse("courses:code_remove", args=[shop.pk, "v2"]), {"version": 2}, follow=True)
    assert "v2 is taken out, with its files." in text_of(page)
    assert shop.codes.count() == 1


DEFECT = {"title": "No rate limit", "severity": "minor", "cwe": "770", "odc_type": "function"}


def test_a_defect_is_added_with_a_place_and_one_of_the_whole(ruths: Client, shop: Walkthrough) -> None:
    unsaid = {"code": "", "path": "", "first": "", "last": ""}
    places = rows(
        "places", {"code": "v1", "path": "shop.py", "first": 13, "last": 11}, {"code": "v1"}, unsaid
    )
    ruths.post(reverse("courses:story_defect_new", args=[shop.pk]), {"version": 1, **DEFECT, **places})
    shop.refresh_from_db()
    made = shop.told().defects[-1]
    assert (made.id, made.severity, made.cwe, made.odc_type) == ("no-rate-limit", "minor", 770, "function")
    assert [(place.path, place.first, place.last) for place in made.places] == [
        ("shop.py", 11, 13),
        ("", None, None),
    ]
    page = text_of(ruths.get(reverse("courses:story_defect", args=[shop.pk, made.id])))
    assert 'value="shop.py"' in page
    assert "CWE-770" in page


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (rows("places"), "Give at least one place"),
        (
            rows("places", {"code": "v1", "path": "shop.py", "first": 99}),
            "stands in shop.py, line 99, which the code",
        ),
        (rows("places", {"code": "v1", "first": 9}), "say which file these lines are in"),
        (rows("places", {"code": "v9"}), "Select a valid choice"),
    ],
)
def test_a_defect_without_a_place_that_is_there_is_refused(
    ruths: Client, shop: Walkthrough, places: dict[str, Any], said: str
) -> None:
    sent = {"version": 1, **DEFECT, "explanation": "A long thought.", **places}
    page = ruths.post(reverse("courses:story_defect_new", args=[shop.pk]), sent)
    assert page.status_code == 422
    assert said in text_of(page)
    assert "A long thought." in text_of(page)
    shop.refresh_from_db()
    assert [item.id for item in shop.told().defects] == ["injection", "race", "rounding"]


def test_a_defect_that_a_finding_is_about_stays(ruths: Client, shop: Walkthrough) -> None:
    kept = ruths.post(reverse("courses:story_defect_remove", args=[shop.pk, "race"]), {"version": 1})
    assert "Step “A stranger reads it” speaks of race, which is no defect of this story" in text_of(kept)
    page = ruths.post(
        reverse("courses:story_defect_remove", args=[shop.pk, "rounding"]), {"version": 1}, follow=True
    )
    assert "“Money in floats” is taken out." in text_of(page)
    shop.refresh_from_db()
    assert [item.id for item in shop.told().defects] == ["injection", "race"]


def test_what_is_typed_into_a_defect_that_is_gone_can_be_added_again(
    ruths: Client, shop: Walkthrough
) -> None:
    ruths.post(reverse("courses:story_defect_remove", args=[shop.pk, "rounding"]), {"version": 1})
    typed = {
        "version": 1,
        **DEFECT,
        "explanation": "A long thought.",
        **rows("places", {"code": "v1", "path": "shop.py"}),
    }
    page = ruths.post(reverse("courses:story_defect", args=[shop.pk, "rounding"]), typed)
    assert page.status_code == 422
    assert "What you typed is kept: add it as a new one." in text_of(page)
    assert "A long thought." in text_of(page)
    assert 'value="shop.py"' in text_of(page)
    assert f'action="{reverse("courses:story_defect_new", args=[shop.pk])}"' in text_of(page)


def test_the_witnesses_are_changed_together_and_in_order(ruths: Client, shop: Walkthrough) -> None:
    address = reverse("courses:witnesses", args=[shop.pk])
    page = text_of(ruths.get(address))
    assert 'value="Claude Opus 4.6, self-review"' in page
    named = [
        {"siglum": "D", "name": "The devil's advocate", "ORDER": 3},
        {"siglum": "T", "name": "Tests", "ORDER": 1, "recorded": "on"},
        {"siglum": "A1", "name": "Itself", "family": "anthropic", "ORDER": 2},
        {"siglum": "X1", "name": "A stranger", "ORDER": 4},
    ]
    ruths.post(address, {"version": 1, **rows("witnesses", *named)})
    shop.refresh_from_db()
    assert [item.siglum for item in shop.told().witnesses] == ["T", "A1", "D", "X1"]
    assert [item.recorded for item in shop.told().witnesses] == [True, False, False, False]
    refused = ruths.post(address, {"version": 2, **rows("witnesses", *named[:2])})
    assert refused.status_code == 422
    assert "Step “The author reads it again” names A1, who is no witness of this story" in text_of(refused)
    twice = ruths.post(address, {"version": 2, **rows("witnesses", *named, named[0])})
    assert "Two witnesses are called D." in text_of(twice)
    wrong = ruths.post(address, {"version": 2, **rows("witnesses", named[0] | {"siglum": "dd"})})
    assert "A capital and at most two digits" in text_of(wrong)
    shop.refresh_from_db()
    assert [item.siglum for item in shop.told().witnesses] == ["T", "A1", "D", "X1"]
