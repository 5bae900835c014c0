"""The steps of a walkthrough: each kind added and changed, moved, taken out, and refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from courses.models import Course, Walkthrough
from courses.walkthroughs.steps import KINDS, QuestionStep, ReviewStep
from tests.courses.views.test_walkthroughs import text_of
from tests.doors import meets_nothing
from tests.people import client_of
from tests.rooms import walkthrough_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(course: Course, ruth: User) -> Walkthrough:
    """Ruth's walkthrough of the shop."""
    return walkthrough_of(course, ruth)


@pytest.fixture
def ruths(ruth: User) -> Client:
    """Ruth's browser."""
    return client_of(ruth)


def rows(name: str, *given: dict[str, Any]) -> dict[str, Any]:
    """Repeated fields as a browser sends them."""
    fields = {
        f"{name}-{number}-{field}": value for number, row in enumerate(given) for field, value in row.items()
    }
    return {f"{name}-TOTAL_FORMS": len(given), f"{name}-INITIAL_FORMS": 0, **fields}


def add(ruths: Client, shop: Walkthrough, kind: str, **fields: Any) -> Any:
    """Send the form of a new step of this kind."""
    sent = {"version": shop.version, "title": f"A {kind}", "after": "who-saw-what", "minutes": 1, **fields}
    return ruths.post(reverse("courses:step_new", args=[shop.pk, kind]), sent)


FINDING = {"witness": "X1", "title": "A lie", "severity": "major", "path": "shop.py", "first": 14, "ORDER": 2}
FITTING: dict[str, dict[str, Any]] = {
    "text": {"body": "Look at *this*.", "notes": "Wait."},
    "code": {"code": "v1", "path": "shop.py", **rows("lit", {"path": "shop.py", "first": 7})},
    "change": {"before_code": "v1", "code": "v1"},
    "tests": {"witness": "L", "code": "v1", "command": "ruff", "output": "ok\r\n", "passed": 1, "failed": 0},
    "plan": {"plan": "1. Read\r\n2. Write"},
    "review": {"of": "code:v1", "protocol": "adversarial", "witnesses": ["X1"], **rows("said", FINDING)},
    "question": {
        "code": "v1",
        "marks": "on",
        "words": "on",
        **rows("files", {"path": "shop.py"}),
        **rows("choices"),
    },
    "reveal": {"question": "find"},
    "table": {"witnesses": ["A1", "X1"]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_step_is_added_at_its_place_and_changed(
    ruths: Client, shop: Walkthrough, kind: str
) -> None:
    empty = ruths.get(reverse("courses:step_new", args=[shop.pk, kind]))
    assert f"{ruths.session['_auth_user_id']}:walkthrough:{shop.pk}:new-{kind}" in text_of(empty)
    answer = add(ruths, shop, kind, **FITTING[kind])
    shop.refresh_from_db()
    made = shop.told().steps[-1]
    assert (made.kind, made.title, made.id) == (kind, f"A {kind}", f"a-{kind}")
    assert answer.url == f"{shop.get_absolute_url()}?saved=new-{kind}#step-a-{kind}"
    page = ruths.get(reverse("courses:step_edit", args=[shop.pk, made.id]))
    assert f"A {kind}" in text_of(page)
    fields = FITTING[kind] | {"version": 2, "title": "Another title", "minutes": 2.5}
    ruths.post(reverse("courses:step_edit", args=[shop.pk, made.id]), fields)
    shop.refresh_from_db()
    changed = shop.told().steps[-1]
    assert changed == made.model_copy(update={"title": "Another title", "minutes": 2.5})


def test_what_is_typed_is_what_the_story_says(ruths: Client, shop: Walkthrough) -> None:
    second = FINDING | {
        "title": "First of all", "ORDER": 1, "cwe": "CWE-89", "confidence": 80, "defect": "race",
        "outcome": "dismissed", "reason": "It is\r\nlocked.", "quote": "    return True", "last": 14,
    }  # fmt: skip
    unsaid = {"witness": "", "title": "", "severity": "major", "ORDER": ""}
    out = FINDING | {"title": "Not this one", "DELETE": "on"}
    said = rows("said", FINDING, second, unsaid, out)
    add(ruths, shop, "review", **FITTING["review"] | said)
    shop.refresh_from_db()
    review = shop.told().steps[-1]
    assert isinstance(review, ReviewStep)
    assert [item.title for item in review.said] == ["First of all", "A lie"]
    first = review.said[0]
    assert (first.cwe, first.confidence, first.defect, first.outcome) == (89, 0.8, "race", "dismissed")
    assert (first.reason, first.quote) == ("It is\nlocked.", "    return True")
    assert (review.said[1].first, review.said[1].last) == (14, 14)


def test_a_question_with_answers_knows_the_right_one(ruths: Client, shop: Walkthrough) -> None:
    answers = rows("choices", {"text": "Yes", "ORDER": 2}, {"text": "No", "right": "on", "ORDER": 1})
    add(ruths, shop, "question", **rows("files"), **answers)
    shop.refresh_from_db()
    question = shop.told().steps[-1]
    assert isinstance(question, QuestionStep)
    assert (question.choices, question.right, question.marks, question.code) == (
        ("No", "Yes"),
        0,
        False,
        None,
    )


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("text", {"title": " "}, "Give the step a title"),
        ("text", {"minutes": 500}, "less than or equal to 120"),
        (
            "code",
            FITTING["code"] | {"path": "nowhere.py"},
            "opens nowhere.py, which the code “v1” does not have",
        ),
        (
            "code",
            FITTING["code"] | rows("lit", {"path": "shop.py", "first": 99}),
            "shop.py, line 99, which the code",
        ),
        (
            "code",
            FITTING["code"] | rows("lit", {"path": "", "first": 3}),
            "Place 1, File: Give the file that these lines are in.",
        ),
        ("code", FITTING["code"] | {"code": "v9"}, "Select a valid choice"),
        (
            "question",
            {**rows("files"), **rows("choices"), "marks": "on"},
            "the class needs a state of the code",
        ),
        ("question", {**rows("files"), **rows("choices")}, "give at least two answers to choose from"),
        (
            "question",
            {**rows("files"), **rows("choices", {"text": "A", "right": "on"}, {"text": "B", "right": "on"})},
            "Two answers are ticked as the right one",
        ),
        (
            "review",
            FITTING["review"] | rows("said", FINDING | {"outcome": "dismissed"}),
            "dismissed without a reason and a quoted line",
        ),
        ("review", FITTING["review"] | rows("said", FINDING | {"witness": "A1"}), "not among its witnesses"),
        ("review", FITTING["review"] | {"witnesses": []}, "Say who reviews."),
        ("review", FITTING["review"] | {"said-TOTAL_FORMS": "many"}, "The form came in pieces."),
        (
            "reveal",
            {"question": "find", "after": "hello"},
            "“A reveal” reveals “Where is it wrong?”, which is no question",
        ),
        ("table", {"witnesses": ["Q7"]}, "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_what_was_typed_is_kept(
    ruths: Client, shop: Walkthrough, kind: str, fields: dict[str, Any], said: str
) -> None:
    page = add(ruths, shop, kind, **{"body": "A long thought.", **fields})
    assert page.status_code == 422
    assert said in text_of(page)
    assert "A long thought." in text_of(page)
    shop.refresh_from_db()
    assert (len(shop.told().steps), shop.version) == (8, 1)


def test_without_a_script_a_button_gives_another_row_and_a_tick_takes_one_out(
    ruths: Client, shop: Walkthrough
) -> None:
    out = FINDING | {"title": "Out", "DELETE": "on"}
    typed = FITTING["review"] | rows("said", FINDING, out)
    page = add(ruths, shop, "review", **typed, body="A long thought.", another="said")
    assert page.status_code == 200
    text = text_of(page)
    assert "A long thought." in text
    assert 'value="A lie"' in text
    assert 'value="Out"' not in text
    assert 'name="said-1-title"' in text
    assert 'name="said-2-title"' not in text
    assert "Nothing was saved" not in text
    shop.refresh_from_db()
    assert shop.version == 1


def test_a_kind_that_is_none_is_not_there(ruths: Client, shop: Walkthrough) -> None:
    before = shop.story
    for address in ("step_new", "step_edit"):
        asked = ruths.post(reverse(f"courses:{address}", args=[shop.pk, "dance"]), {"title": "A dance"})
        meets_nothing(asked)
    shop.refresh_from_db()
    assert shop.story == before


def test_a_step_that_needs_something_first_says_so(course: Course, ruth: User, ruths: Client) -> None:
    ruths.post(reverse("courses:walkthrough_new", args=[course.pk]), {"title": "Empty"})
    empty = Walkthrough.objects.get()
    page = text_of(ruths.get(reverse("courses:step_new", args=[empty.pk, "code"])))
    assert "There is no state of the code yet." in page


def order(shop: Walkthrough) -> list[str]:
    """The names of the steps as they are stored."""
    shop.refresh_from_db()
    return [step.id for step in shop.told().steps]


def test_a_step_is_moved_by_a_button_without_a_script(ruths: Client, shop: Walkthrough) -> None:
    page = ruths.post(
        reverse("courses:step_move", args=[shop.pk, "green"]), {"version": 1, "to": 1}, follow=True
    )
    assert "“Its tests” is number 2 now." in text_of(page)
    assert order(shop)[:3] == ["hello", "green", "the-code"]


def test_a_reveal_is_not_moved_before_its_question(ruths: Client, shop: Walkthrough) -> None:
    before = order(shop)
    address = reverse("courses:step_move", args=[shop.pk, "what-you-saw"])
    for headers in ({}, {"HX-Request": "true"}):
        page = ruths.post(address, {"version": 1, "to": 2}, headers=headers)
        assert page.status_code == 422
        said = "Step “What you saw” reveals “Where is it wrong?”, which is no question before it."
        assert f"Nothing was changed. {said}" in text_of(page)
    assert order(shop) == before


def test_htmx_gets_the_list_alone_with_the_new_version(ruths: Client, shop: Walkthrough) -> None:
    address = reverse("courses:step_move", args=[shop.pk, "hello"])
    page = text_of(ruths.post(address, {"version": 1, "to": 99}, headers={"HX-Request": "true"}))
    assert page.startswith("<section")
    assert 'name="version" value="2"' in page
    assert order(shop)[-1] == "hello"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "0"])
def test_who_moves_a_step_of_an_older_version_is_told(ruths: Client, shop: Walkthrough, version: str) -> None:
    address = reverse("courses:step_move", args=[shop.pk, "hello"])
    page = ruths.post(address, {"version": version, "to": "²"})
    assert page.status_code == 422
    assert "Somebody else changed this walkthrough meanwhile" in text_of(page)
    assert order(shop)[0] == "hello"


def test_a_step_is_taken_out_unless_another_one_speaks_of_it(ruths: Client, shop: Walkthrough) -> None:
    kept = ruths.post(reverse("courses:step_remove", args=[shop.pk, "find"]), {"version": 1})
    assert kept.status_code == 422
    assert "Step “What you saw” reveals “Where is it wrong?”. Take that step out first." in text_of(kept)
    page = ruths.post(
        reverse("courses:step_remove", args=[shop.pk, "what-you-saw"]), {"version": 1}, follow=True
    )
    assert "“What you saw” is taken out." in text_of(page)
    ruths.post(reverse("courses:step_remove", args=[shop.pk, "find"]), {"version": 2})
    assert not {"find", "what-you-saw"} & set(order(shop))


def test_two_editors_of_one_step_notice_each_other(
    ruths: Client, shop: Walkthrough, tomas: User, course: Course
) -> None:
    address = reverse("courses:step_edit", args=[shop.pk, "hello"])
    fields = {"version": 1, "title": "Hello", "minutes": 1}
    first = ruths.post(address, fields | {"body": "Mine."})
    assert first["Location"] == f"{shop.get_absolute_url()}?saved=step-hello#step-hello"
    late = ruths.post(address, fields | {"body": "Mine, too."})
    assert late.status_code == 422
    assert "Mine, too." in text_of(late)
    assert 'name="version" value="2"' in text_of(late)
    shop.refresh_from_db()
    assert shop.told().steps[0].body == "Mine."


def test_what_the_class_reads_cannot_carry_a_script(ruths: Client, shop: Walkthrough) -> None:
    add(ruths, shop, "text", title="<script>alert(1)</script>", body="<img src=x onerror=alert(1)>")
    for address in (
        shop.get_absolute_url(),
        reverse("courses:step_edit", args=[shop.pk, "script-alert-1-script"]),
    ):
        page = text_of(ruths.get(address))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page


def test_what_is_typed_into_a_step_that_is_gone_can_be_added_again(ruths: Client, shop: Walkthrough) -> None:
    ruths.post(reverse("courses:step_remove", args=[shop.pk, "stranger"]), {"version": 1})
    typed = (
        FITTING["review"]
        | rows("said", FINDING)
        | {"version": 1, "title": "Mine", "kind": "review", "minutes": 1}
    )
    page = ruths.post(reverse("courses:step_edit", args=[shop.pk, "stranger"]), typed)
    assert page.status_code == 422
    assert "Somebody took this out meanwhile, so nothing was saved." in text_of(page)
    assert 'value="A lie"' in text_of(page)
    assert f'action="{reverse("courses:step_new", args=[shop.pk, "review"])}"' in text_of(page)
    assert 'name="version" value="2"' in text_of(page)
    assert '<option value="who-saw-what" selected>' in text_of(page)
    odd = ruths.post(reverse("courses:step_edit", args=[shop.pk, "stranger"]), typed | {"kind": "dance"})
    meets_nothing(odd, "A lie")
    assert "stranger" not in order(shop)


def test_a_review_may_have_a_hundred_findings_and_no_more(ruths: Client, shop: Walkthrough) -> None:
    whole = {
        "explanation": "", "last": "", "quote": "", "defect": "", "fix": "", "odc_type": "", "cwe": "",
        "confidence": "", "outcome": "", "reason": "", "DELETE": "",
    }  # fmt: skip
    many = [FINDING | whole | {"title": f"Finding {number}", "ORDER": number} for number in range(100)]
    add(ruths, shop, "review", **FITTING["review"] | rows("said", *many))
    shop.refresh_from_db()
    review = shop.told().steps[-1]
    assert isinstance(review, ReviewStep)
    assert [item.title for item in review.said] == [f"Finding {number}" for number in range(100)]
    page = add(ruths, shop, "review", **FITTING["review"] | rows("said", *many, FINDING))
    assert page.status_code == 422
    assert "There is room for 100 here. Take some out." in text_of(page)
    assert len(order(shop)) == 9, "the first one alone is stored"
