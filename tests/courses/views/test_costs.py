"""Ruth sees what a plan will cost while she composes it, and sets what it may cost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from courses.models import Assignment, Course
from reviews.models import Budget, Price, Reviewer
from tests import stories
from tests.courses.views.test_assignments import new_url, page, shown, typed
from tests.people import client_of


# --- What it will cost ----------------------------------------------------------------------------
def costs(user: User, course: Course, changes: dict[str, Any], *, fragment: bool = True) -> str:
    headers = {"HX-Request": "true"} if fragment else {}
    response = client_of(user).post(new_url(course), typed(course, costs="1", **changes), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_ruth_sees_what_a_plan_will_cost_while_she_composes_it(
    course: Course, ruth: User, amara: User, ben: User
) -> None:
    Price.objects.all().delete()
    Reviewer.objects.filter(name__in=("Claude Opus 4.6", "GPT 5.4")).update(active=True)
    on = {"plan-self_review-on": "on", "plan-cross_model-on": "on", "plan-cross_model-passes": "2"}
    html = costs(ruth, course, on)
    assert "<form" not in html
    assert "No model is asked, so it costs nothing." in html, "the linters"
    assert "<strong>1x</strong>" in html
    assert re.search(r"<strong>about 1\.[6-9]x</strong>", html), "the second pass reads from the cache"
    assert "The class, 2 students" in html
    assert "Nobody has entered a price for claude-opus-4-6, gpt-5.4" in html
    assert "as if Claude Opus 4.6 had written it" in html
    for model in ("claude-opus-4-6", "gpt-5.4"):
        Price.objects.create(
            model=model, since=date(2026, 1, 1), input=5, cached=Decimal("0.5"), written=5, output=25
        )
    html = costs(ruth, course, on)
    assert "Nobody has entered a price" not in html
    # 4,000 tokens written at $25 for a million, three times over, and what is read.
    assert re.search(r"One submission takes 3 calls, for about \$0\.[34]\d\.", html)
    assert not Assignment.objects.exists()


def test_without_a_script_the_whole_form_comes_back_with_it(course: Course, ruth: User) -> None:
    stories.recorded_reviewer("gpt-5.4")
    html = costs(ruth, course, {"title": "", "plan-cross_model-on": "on"}, fragment=False)
    assert "<!doctype html>" in html
    assert "Not saved yet" not in html, "nothing was to be saved"
    assert "needs a reviewer of another family than the author&#x27;s (openai)" in html
    assert "checked" in html.split('name="plan-cross_model-on"')[1][:200]
    assert not Assignment.objects.exists()


def test_the_page_begins_with_what_the_usual_plan_costs(course: Course, ruth: User) -> None:
    for model in ("claude-opus-4-6", "gpt-5.4"):
        stories.recorded_reviewer(model)
    html = page(ruth, new_url(course))
    assert "One submission takes 6 calls, and costs nothing." in html
    assert "Recorded reviewers replay what was stored: nothing is sent and nothing is paid" in html


def test_what_cannot_be_read_of_a_plan_is_left_out_of_the_sum(course: Course, ruth: User) -> None:
    stories.recorded_reviewer("gpt-5.4")
    html = costs(ruth, course, {"plan-self_review-on": "on", "plan-self_review-passes": "many"})
    assert "Linters" in html
    assert "Self-review" not in html
    assert "nothing to add up" in costs(ruth, course, {"plan-linters-on": None})


# --- What it may cost -----------------------------------------------------------------------------
def test_a_budget_is_set_shown_with_what_is_spent_and_taken_away(
    course: Course, ruth: User, amara: User
) -> None:
    client_of(ruth).post(new_url(course), typed(course, budget="2.50", reruns="4"))
    made = Assignment.objects.get()
    assert (made.budget, made.reruns) == (Decimal("2.50"), 4)
    Budget.objects.filter(name=f"assignment-{made.pk}").update(spent=1_200_000, reserved=300_000)
    html = page(ruth, f"/assignments/{made.pk}/edit/")
    assert "$1.20 spent so far, and up to $0.30 more by calls under way." in html
    assert 'value="2.50"' in html
    client_of(ruth).post(f"/assignments/{made.pk}/edit/", shown(made, budget=""))
    assert not Budget.objects.exists()
