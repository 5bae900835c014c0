"""Ruth keeps the answer key of her assignment, by hand and by file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from courses.domain import answer_keys
from courses.domain.assignments import set_starter
from courses.models import Assignment, Course
from reviews.claims import Claim
from reviews.models import KeyClaim, KeyEntry
from tests.answer_keys import PLANTED, entries, url
from tests.doors import meets_nothing
from tests.people import client_of, enrol, person
from tests.reviews.exchange.samples import complaints
from tests.stories import INJECTION, RACE, SHOP, assignment, sealed


@pytest.fixture
def task(course: Course) -> Assignment:
    task = assignment(course)
    set_starter(task, SHOP)
    return task


def typed(**values: Any) -> dict[str, Any]:
    """The race as Ruth types it; values override."""
    usual = {
        "title": RACE.title,
        "explanation": RACE.explanation,
        "severity": "major",
        "odc_type": "timing",
        "cwe": "362",
        "origin": "planted",
        "path": "shop.py",
        "first": "11",
        "last": "13",
        "quote": "if stock >= wanted:",
        "suggested_fix": "",
    }
    return {**usual, **values}


def revision(task: Assignment, number: int) -> int:
    """The one that a page shows of an entry now."""
    return KeyEntry.objects.get(key__assignments=task, number=number).revision


def test_the_dashboard_leads_to_an_empty_key_that_says_what_to_do(
    ruth: User, tomas: User, task: Assignment
) -> None:
    client = client_of(ruth)
    assert f'href="{url("answer_key", task)}"' in client.get(url("dashboard", task)).text
    page = client.get(url("answer_key", task)).text
    assert "No entries" in page
    assert f'href="{url("key_entry_new", task)}"' in page
    task.refresh_from_db()
    assert task.answer_key is None, "looking makes nothing"

    assistants = client_of(tomas).get(url("answer_key", task)).text
    assert "You can add a valid defect from the workbench." in assistants
    for name in ("key_entry_new", "key_import"):
        assert url(name, task) not in assistants


def test_an_entry_is_typed_checked_and_then_stands_with_its_numbers(
    ruth: User, amara: User, task: Assignment
) -> None:
    sealed(task, amara)
    answer = client_of(ruth).post(url("key_entry_new", task), typed(), follow=True)
    assert answer.redirect_chain == [(url("answer_key", task) + "?saved=new", 302)]
    assert "Entry 1 is in the key." in answer.text
    assert f'data-draft-clear="{ruth.pk}:key:{task.pk}:new"' in answer.text
    for shown in (
        RACE.title,
        'shop.py<span class="lines">:11-13</span>',
        'timing, <span class="cwe">CWE-362</span>',
        "planted",
        "1 of 1",
        "0 of 1",
    ):
        assert shown in answer.text
    assert KeyClaim.objects.get().where == "shop.py:11-13"


@pytest.mark.parametrize(
    ("values", "field", "why"),
    [
        ({"title": " "}, "title", "Give the entry a title"),
        ({"cwe": "qwertz"}, "cwe", "No entry here has these words"),
        ({"path": ""}, "path", "Name the file that this line is in"),
        ({"path": "stock.py"}, "path", "The starter files have no stock.py. They are prices.py, shop.py."),
        ({"first": "0"}, "first", "Lines are counted from 1."),
        ({"last": "99"}, "last", "shop.py has 14 lines. Line 14 reads: return True"),
        ({"quote": "lock.acquire()"}, "quote", "This is not in shop.py. Line 11 reads: stock = db.execute("),
        (
            {"first": "3", "last": "3"},
            "first",
            "Line 3 reads: db = sqlite3.connect('shop.db') What you quote stands at line 12.",
        ),
        ({"first": "4", "last": ""}, "first", "Line 4 is empty. What you quote stands at line 12."),
    ],
)
def test_a_wrong_place_is_said_with_what_stands_there_and_nothing_typed_is_lost(
    ruth: User, task: Assignment, values: dict[str, str], field: str, why: str
) -> None:
    answer = client_of(ruth).post(url("key_entry_new", task), typed(**values))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert why in form.errors[field][0]
    assert RACE.explanation in answer.text
    assert entries(task) == []


@pytest.mark.parametrize(
    ("values", "place", "quote"),
    [
        ({"quote": "", "first": "9", "last": "12"}, "shop.py:9-12", "def buy(item_id, wanted):"),
        ({"first": "", "last": ""}, "shop.py:12", "if stock >= wanted:"),
        ({"first": "13", "last": "11"}, "shop.py:11-13", "if stock >= wanted:"),
        ({"first": "", "last": "", "quote": ""}, "shop.py", ""),
        ({"first": "", "last": "", "quote": "", "path": ""}, "", ""),
    ],
)
def test_what_is_left_out_of_a_place_is_looked_up_in_the_starter_files(
    ruth: User, task: Assignment, values: dict[str, str], place: str, quote: str
) -> None:
    client_of(ruth).post(url("key_entry_new", task), typed(**values))
    (entry,) = entries(task)
    assert (entry.where, entry.quote) == (place, quote)


def test_an_entry_is_changed_and_its_place_in_other_code_stays(
    ruth: User, amara: User, task: Assignment
) -> None:
    elsewhere = Claim(RACE.title, path="stock.py", quote="lock.acquire()")
    answer_keys.add(task, elsewhere, PLANTED)
    sealed(task, amara)
    client = client_of(ruth)
    page = client.get(url("key_entry", task, 1)).text
    assert "It stands in no sealed submission yet." in page
    place = {"path": "stock.py", "first": "", "last": "", "quote": "lock.acquire()"}
    values = typed(**place, severity="critical", origin="found", revision=revision(task, 1))
    client.post(url("key_entry", task, 1), values)
    (entry,) = entries(task)
    assert (entry.path, entry.severity, entry.origin) == ("stock.py", "critical", "found")

    client.post(url("key_entry", task, 1), typed(revision=entry.revision))
    page = client.get(url("key_entry", task, 1)).text
    assert "It stands in 1 sealed submission, which follows what you change here. Points that" in page
    assert 'name="cwe" value="CWE-362: Race condition"' in page, "not in its list alone"
    meets_nothing(client.get(url("key_entry", task, 2)), RACE.title)


def test_removing_says_what_it_takes_along(ruth: User, amara: User, task: Assignment) -> None:
    answer_keys.add(task, RACE, PLANTED)
    sealed(task, amara)
    client = client_of(ruth)
    page = client.get(url("key_entry", task, 1)).text
    assert "It goes out of 1 sealed submission." in page
    assert "What a person decided stays, and so do points that were given." in page
    answer = client.post(url("key_remove", task, 1), {"revision": revision(task, 1)}, follow=True)
    assert "Entry 1 is taken out of the key." in answer.text
    assert entries(task) == []
    assert not KeyClaim.objects.exists()
    meets_nothing(client.post(url("key_remove", task, 1)), "is taken out of the key")


def test_of_two_who_change_an_entry_the_second_reads_what_the_first_did(
    ruth: User, course: Course, task: Assignment
) -> None:
    answer_keys.add(task, RACE, PLANTED)
    ines = enrol(course, person("ines", "Silva"), "instructor").user
    first, second = client_of(ines), client_of(ruth)
    both_saw = revision(task, 1)
    assert f'name="revision" value="{both_saw}"' in second.get(url("key_entry", task, 1)).text
    first.post(url("key_entry", task, 1), typed(title="Sold <twice>", cwe="367", revision=both_saw))
    late = typed(explanation="Ruth wrote a long text.", cwe="362", revision=both_saw)
    answer = second.post(url("key_entry", task, 1), late)
    assert answer.status_code == 422
    assert "Somebody else changed this entry meanwhile. What you typed is kept." in answer.text
    errors = answer.context["form"].errors
    assert errors["title"] == ["Stored now: “Sold <twice>”"]
    assert errors["explanation"] == [f"Stored now: “{RACE.explanation}”"]
    assert errors["cwe"] == ["Stored now: “CWE-367: Time of check, time of use”"]
    assert errors.keys() == {"title", "explanation", "cwe", "__all__"}, "where both agree nothing is said"
    assert "Sold &lt;twice&gt;" in answer.text
    assert "Ruth wrote a long text.</textarea>" in answer.text
    assert entries(task)[0].title == "Sold <twice>"

    removed = second.post(url("key_remove", task, 1), {"revision": both_saw}, follow=True)
    assert "Somebody else changed this entry meanwhile. It was not taken out." in removed.text
    made_up = second.post(url("key_remove", task, 1), {"revision": "9" * 5_000}, follow=True)
    assert "It was not taken out." in made_up.text
    assert f'name="revision" value="{revision(task, 1)}"' in answer.text
    second.post(url("key_entry", task, 1), {**late, "revision": revision(task, 1)})
    assert (entries(task)[0].title, entries(task)[0].cwe) == (RACE.title, 362)


def test_what_was_typed_into_an_entry_that_is_gone_can_be_added_anew(ruth: User, task: Assignment) -> None:
    (entry,) = answer_keys.add(task, RACE, PLANTED).entries
    client = client_of(ruth)
    answer_keys.remove(task, entry, entry.revision)
    late = typed(explanation="Ruth wrote a long text.", revision=entry.revision)
    answer = client.post(url("key_entry", task, 1), late)
    assert answer.status_code == 422
    assert "Somebody took this entry out meanwhile, so nothing was saved." in answer.text
    assert f'action="{url("key_entry_new", task)}"' in answer.text
    assert "Ruth wrote a long text.</textarea>" in answer.text
    client.post(url("key_entry_new", task), late)
    assert [item.explanation for item in entries(task)] == ["Ruth wrote a long text."]


def test_a_key_goes_from_one_assignment_to_another(ruth: User, course: Course, task: Assignment) -> None:
    for claim in (INJECTION, RACE):
        answer_keys.add(task, claim, PLANTED)
    other = assignment(course, title="Next year")
    client = client_of(ruth)
    exported = client.get(url("key_json", task))
    assert exported["Content-Disposition"] == 'attachment; filename="review-the-shop-answer-key.json"'
    file = SimpleUploadedFile("key.json", exported.content)
    answer = client.post(url("key_import", other), {"file": file, "text": ""}, follow=True)
    assert "2 entries added." in answer.text
    assert [str(entry) for entry in entries(other)] == [INJECTION.title, RACE.title]

    log = client.get(url("key_sarif", task))
    assert complaints(log.json()) == []
    again = client.post(url("key_import", other), {"text": log.content.decode()}, follow=True)
    assert "0 entries added. 2 entries were there already." in again.text
    assert len(entries(other)) == 2


def test_what_cannot_be_imported_is_said_and_the_rest_is_kept(ruth: User, task: Assignment) -> None:
    client = client_of(ruth)
    bad = client.post(url("key_import", task), {"text": '{"hello": 1}'})
    assert bad.status_code == 422
    assert "Nothing was imported." in bad.text
    assert "neither an answer key" in bad.text
    assert "{&quot;hello&quot;: 1}</textarea>" in bad.text

    text = json.dumps({"blindspot-answer-key": 1, "entries": [{"title": "A"}, {"title": "B", "cwe": "x"}]})
    answer = client.post(url("key_import", task), {"text": text}, follow=True)
    assert "1 entry added." in answer.text
    assert "Entry 2 (“B”) was left out: its cwe is not a number from 1 to 9,999." in answer.text
    assert [str(entry) for entry in entries(task)] == ["A"]


def test_text_from_a_file_stays_text(ruth: User, task: Assignment) -> None:
    answer_keys.add(task, Claim("<script>alert(1)</script>", path="<b>.py", quote="<i>x</i> = 1"), PLANTED)
    page = client_of(ruth).get(url("answer_key", task)).text
    for tag in ("<script>alert", "<b>.py", "<i>x"):
        assert tag not in page
    assert "&lt;script&gt;alert(1)" in page
