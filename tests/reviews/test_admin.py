"""What an administrator can set up, and what nobody edits."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings
from django.utils.log import AdminEmailHandler

from courses.models import Course
from reviews.engine import budgets, connections, ledger
from reviews.forms import ReviewerForm
from reviews.models import (
    Budget,
    Call,
    Connection,
    LanguageModel,
    Notice,
    Price,
    Recording,
    Reviewer,
    Snapshot,
)
from reviews.providers.base import Access, Listener
from tests import calls, stories
from tests.people import client_of

KEY, NEWER_KEY = "sk-entered-by-an-administrator-1", "sk-entered-by-an-administrator-2"


@pytest.fixture
def admin_browser(db: None) -> Client:
    return client_of(User.objects.create_superuser("admin", "admin@example.org", "x"))


def reviewer(
    provider: str, model: LanguageModel | None, connection: Connection | None = None
) -> ReviewerForm:
    values = {"name": "A reviewer", "provider": provider, "role": "full review", "active": "on"}
    chosen = {"model": model.pk if model else "", "connection": connection.pk if connection else ""}
    return ReviewerForm({**values, **chosen})


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


def test_a_model_is_reached_over_a_connection_to_its_provider_and_an_analyser_over_none(db: None) -> None:
    model = LanguageModel.objects.get(name="gpt-5.4")
    openai = Connection.objects.get(name="openai")
    anthropic = Connection.objects.get(name="anthropic")
    assert reviewer("openai", model).is_valid(), "without one its environment leads there"
    assert reviewer("openai", model, openai).is_valid()
    assert reviewer("openai", model, anthropic).errors["connection"] == [
        "anthropic leads to anthropic, not openai."
    ]
    assert "needs no connection" in reviewer("ruff", None, openai).errors["connection"][0]
    assert "needs no connection" in reviewer("recorded", model, openai).errors["connection"][0]
    own = connections.own_key("course-7", openai, KEY)
    assert "connection" in reviewer("openai", model, own).errors, "a course's key is nobody's to give"


def test_a_reviewer_whose_provider_is_gone_can_be_seen_and_corrected(db: None) -> None:
    row = Reviewer.objects.create(name="Old", provider="oracle")
    values = {"name": "Old", "provider": "oracle", "role": "full review"}
    form = ReviewerForm(values, instance=row)
    assert "No provider is called oracle on this site any more" in form.errors["provider"][0]


def test_an_administrator_adds_a_model_that_students_can_then_choose(admin_browser: Client) -> None:
    values = {"name": "mistral-9", "label": "Mistral 9", "family": "openai", "offered": "on"}
    numbers = {"context_tokens": "128000", "output_tokens": "8000"}
    admin_browser.post("/admin/reviews/languagemodel/add/", {**values, **numbers})
    added = LanguageModel.objects.get(name="mistral-9")
    assert added.offered
    assert (added.context_tokens, added.output_tokens) == (128_000, 8_000)
    assert added.family == "mistral", "computed from the name, whatever is sent"
    page = admin_browser.get(f"/admin/reviews/languagemodel/{added.pk}/change/").content.decode()
    assert 'name="family"' not in page


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


# --- ways to providers ----------------------------------------------------------------------------


def entered(browser: Client, connection: Connection | None = None, **values: str) -> str:
    """Fill in the connection's page and send it; returns all that the browser was then shown."""
    url = (
        f"/admin/reviews/connection/{connection.pk}/change/"
        if connection
        else "/admin/reviews/connection/add/"
    )
    before = {
        "name": connection.name if connection else "campus",
        "provider": connection.provider if connection else "compatible",
        "base_url": connection.base_url if connection else "http://127.0.0.1:9/v1",
        "supports_schemas": "on",
        "active": "on",
    }
    shown = browser.post(url, {**before, **values}, follow=True).content.decode()
    return shown + browser.get("/admin/reviews/connection/").content.decode()


def stored_key(connection: Connection) -> str:
    connection.refresh_from_db()
    return connections.access_to(connection).key


def test_a_key_goes_in_and_never_comes_out(admin_browser: Client) -> None:
    shown = entered(admin_browser, new_key=KEY, calls_at_once="4")
    campus = Connection.objects.get(name="campus")
    assert stored_key(campus) == KEY
    assert campus.calls_at_once == 4
    url = f"/admin/reviews/connection/{campus.pk}"
    pages = [f"{url}/change/", f"{url}/history/", f"{url}/delete/", "/admin/"]
    shown += "".join(admin_browser.get(page).content.decode() for page in pages)
    assert "A key is stored since" in shown
    assert "enter a new one to replace it" in shown
    assert KEY not in shown
    assert campus.sealed_key not in shown


def test_a_page_with_a_mistake_does_not_give_the_key_back(admin_browser: Client) -> None:
    shown = entered(admin_browser, new_key=KEY, base_url="ftp://somewhere")
    assert "An address has the form https://host/path" in shown
    assert KEY not in shown
    shown = entered(admin_browser, new_key="two words")
    assert "A key has no spaces" in shown
    assert "two words" not in shown


def test_a_key_is_replaced_kept_and_forgotten(admin_browser: Client) -> None:
    entered(admin_browser, new_key=KEY)
    campus = Connection.objects.get(name="campus")
    entered(admin_browser, campus, calls_at_once="2")
    assert stored_key(campus) == KEY, "an empty field changes nothing"
    assert KEY not in entered(admin_browser, campus, new_key=NEWER_KEY)
    assert stored_key(campus) == NEWER_KEY
    assert "Either forget the key or enter a new one" in entered(
        admin_browser, campus, new_key=KEY, forget_key="on"
    )
    assert stored_key(campus) == NEWER_KEY
    entered(admin_browser, campus, forget_key="on")
    assert stored_key(campus) == ""


def test_a_stored_key_is_not_sent_to_another_address(admin_browser: Client) -> None:
    entered(admin_browser, new_key=KEY)
    campus = Connection.objects.get(name="campus")
    own = connections.own_key("course-7", campus, "sk-of-the-course-7")
    shown = entered(admin_browser, campus, base_url="https://elsewhere.example/v1")
    assert "The stored key was entered for another address. Enter it again." in shown
    campus.refresh_from_db()
    assert campus.base_url == "http://127.0.0.1:9/v1"
    shown = entered(admin_browser, campus, base_url="https://elsewhere.example/v1", new_key=NEWER_KEY)
    assert "Keys that courses had brought for the old address were forgotten: 1" in shown
    assert stored_key(campus) == NEWER_KEY
    assert stored_key(own) == ""


def test_workers_count_on_while_an_administrator_fills_in_the_page(admin_browser: Client) -> None:
    entered(admin_browser, requests_per_minute="5")
    campus = Connection.objects.get(name="campus")
    Connection.objects.filter(pk=campus.pk).update(failures=3, requests_left=1.5, check_says="Well.")
    entered(admin_browser, campus, requests_per_minute="6")
    campus.refresh_from_db()
    assert (campus.requests_per_minute, campus.failures, campus.requests_left) == (6, 3, 1.5)


def test_a_connection_is_told_apart_by_its_name_and_leads_to_a_model(admin_browser: Client) -> None:
    entered(admin_browser)
    assert "A connection of this name is there already" in entered(admin_browser)
    assert "calls nobody and needs no connection" in entered(admin_browser, name="x", provider="ruff")
    openai = Connection.objects.get(name="openai")
    shown = entered(admin_browser, openai, provider="anthropic")
    assert "Reviewers use this connection" in shown
    for address in ("http://user:password@host/v1", "file:///etc/passwd", "host/v1"):
        assert "An address has the form" in entered(admin_browser, name="y", base_url=address)
    assert Connection.objects.filter(name__in=["x", "y"]).count() == 0


def test_keys_that_courses_brought_have_no_page_here(admin_browser: Client) -> None:
    own = connections.own_key("course-7", Connection.objects.get(name="openai"), KEY)
    shown = admin_browser.get("/admin/reviews/connection/").content.decode()
    assert "own key" not in shown
    led = admin_browser.get(f"/admin/reviews/connection/{own.pk}/change/", follow=True)
    assert led.redirect_chain == [("/admin/", 302)]
    assert "doesn’t exist. Perhaps it was deleted?" in led.text
    assert KEY not in led.text


def test_no_error_report_holds_a_key(
    admin_browser: Client, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    def breaks() -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("reviews.engine.keys._ring", breaks)
    admin_browser.raise_request_exception = False
    with override_settings(ADMINS=[("Root", "root@example.org")], DEBUG=False):
        handler = AdminEmailHandler(include_html=True)
        log = logging.getLogger("django.request")
        log.addHandler(handler)
        try:
            answer = admin_browser.post(
                "/admin/reviews/connection/add/",
                {"name": "campus", "provider": "compatible", "new_key": KEY, "active": "on"},
            )
        finally:
            log.removeHandler(handler)
    assert answer.status_code == 500
    assert "Something broke here" in answer.text
    assert KEY not in answer.text
    assert not Connection.objects.filter(name="campus").exists(), "nothing is half-saved"
    report = "".join(f"{mail.body}{mail.alternatives}" for mail in mailoutbox)
    assert "the disk is full" in report
    assert "<table" in report, "the long report, with every variable"
    assert KEY not in report


# --- prices, budgets, the ledger ------------------------------------------------------------------


def test_prices_are_entered_by_the_day_and_never_below_nothing(admin_browser: Client) -> None:
    values = {"model": "gpt-9", "since": "2026-11-01", "input": "2.5", "cached": "0.25", "written": "2.5"}
    url = "/admin/reviews/price/add/"
    shown = admin_browser.post(url, {**values, "output": "-15"}).content.decode()
    assert "A price is not below 0." in shown
    admin_browser.post(url, {**values, "output": "15", "source": "the vendor's page, 1 November"})
    assert Price.objects.get(model="gpt-9").output == 15
    assert "already exists" in admin_browser.post(url, {**values, "output": "16"}).content.decode()


def test_budgets_calls_and_notices_are_read_and_never_changed(admin_browser: Client) -> None:
    calls.a_price()
    budgets.set_limit("course-7", Decimal(5))
    item = calls.a_pass(budgets=["course-7"])
    connection = calls.a_connection()
    asked = calls.question(access=Access(key=KEY))
    ledger.ask(calls.asking(item, connection), calls.Scripted(), asked, Listener())
    Notice.objects.create(
        snapshot=Snapshot.objects.get(), kind=Notice.Kind.SECRET, path="a.py", line=3, words="a password"
    )
    shows: dict[type[Budget | Call | Notice], list[str]] = {
        Budget: ["course-7", "$5.00", "$0.0030"],
        Call: ["You review code.", "print(&#x27;hello&#x27;)", "What breaks?", "Nothing breaks.", "$0.0030"],
        Notice: ["a.py", "a password"],
    }
    for model, expected in shows.items():
        row, stored = model.objects.get(), model.objects.values().get()
        url = f"/admin/reviews/{model.__name__.lower()}/"
        listed = admin_browser.get(url).content.decode()
        page = admin_browser.get(f"{url}{row.pk}/change/").content.decode()
        for text in expected:
            assert text in page, (model, text)
        assert KEY not in listed + page
        assert 'name="_save"' not in page
        assert admin_browser.get(f"{url}add/").status_code == 403
        other = {"limit": "99", "reply": "other", "words": "other"}
        assert admin_browser.post(f"{url}{row.pk}/change/", other).status_code == 403
        assert admin_browser.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert model.objects.values().get() == stored
