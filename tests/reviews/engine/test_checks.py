"""The set-up check asks real servers by the vendors' own SDKs, and says what to do about each failure."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from django.utils import timezone
from pytest_django import Settings

from reviews.engine import connections, keys, limits
from reviews.engine.checks import Check, check_all
from reviews.models import Call, Connection, LanguageModel, Reviewer
from reviews.providers.base import Trouble
from tests.servers.models import TEST_KEY, Answer, Fault, Seen, StandIn

pytestmark = pytest.mark.django_db

SITE_KEY, COURSE_KEY = "sk-of-the-site-5d1e", "sk-of-the-course-8a40"


@pytest.fixture
def server() -> Iterator[StandIn]:
    """Where the test's connections lead."""
    with StandIn() as running:
        yield running


@pytest.fixture(autouse=True)
def nobody() -> None:
    """No reviewer is switched on, and no connection, but those of the test."""
    Reviewer.objects.update(active=False)
    Connection.objects.update(active=False)


def a_way(name: str, provider: str, url: str, model: str = "gpt-5.4", **limits_: int) -> Connection:
    """A connection with a key, and a reviewer that takes it."""
    connection = Connection.objects.create(name=name, provider=provider, base_url=url, **limits_)
    keys.set_key(connection, SITE_KEY)
    spoken_for, _ = LanguageModel.objects.get_or_create(name=model, defaults={"label": model})
    Reviewer.objects.create(
        name=f"Reviewer at {name}", provider=provider, model=spoken_for, connection=connection
    )
    return connection


def one(checks: list[Check]) -> Check:
    (check,) = checks
    return check


def test_everything_that_answers_is_said_to_work_and_written_on_its_connection(server: StandIn) -> None:
    a_way("campus", "compatible", server.openai_url, "campus-llama-3")
    a_way("cloud one", "openai", server.openai_url)
    cloud = a_way("cloud two", "anthropic", server.url, "claude-opus-4-6")
    server.answers = lambda seen: Answer(model=f"{seen.model}-2026-11-01")
    checks = check_all()
    assert [(check.name, check.provider, check.model) for check in checks] == [
        ("Reviewer at campus", "compatible", "campus-llama-3"),
        ("Reviewer at cloud one", "openai", "gpt-5.4"),
        ("Reviewer at cloud two", "anthropic", "claude-opus-4-6"),
    ]
    assert all(check.works and check.seconds > 0 for check in checks), checks
    assert checks[1].answered_by == "gpt-5.4-2026-11-01"
    assert {seen.key for seen in server.asked} == {SITE_KEY}
    cloud.refresh_from_db()
    assert cloud.check_worked is True
    assert cloud.checked_at is not None
    assert cloud.check_seconds == checks[2].seconds
    assert cloud.check_says == "claude-opus-4-6: It answers, in the form that was asked for."


def test_a_check_is_a_tiny_question_that_no_budget_pays(server: StandIn) -> None:
    a_way("cloud", "openai", server.openai_url)
    check_all()
    (seen,) = server.asked
    assert len(seen.raw) < 4_000
    assert seen.body["max_output_tokens"] <= 2_000
    assert not Call.objects.exists()


def test_all_are_asked_at_the_same_time(server: StandIn) -> None:
    for number in range(6):
        a_way(f"cloud {number}", "openai", server.openai_url)
    together = threading.Barrier(6)

    def when_all_are_here(seen: Seen) -> Answer:
        together.wait(15)
        return Answer()

    server.answers = when_all_are_here
    assert all(check.works for check in check_all())


def test_reviewers_that_take_the_same_way_are_asked_once(server: StandIn) -> None:
    connection = a_way("cloud", "openai", server.openai_url)
    model = LanguageModel.objects.get(name="gpt-5.4")
    Reviewer.objects.create(name="Auditor", provider="openai", model=model, connection=connection)
    assert one(check_all()).name == "Auditor, Reviewer at cloud"
    assert len(server.asked) == 1


def test_two_models_over_one_connection_are_both_told_of_there(server: StandIn) -> None:
    connection = a_way("cloud", "openai", server.openai_url)
    other = LanguageModel.objects.get(name="gpt-6.2-sol")
    Reviewer.objects.create(name="Second", provider="openai", model=other, connection=connection)
    server.answers = lambda seen: Answer(status=404 if seen.model == "gpt-6.2-sol" else 200)
    checks = check_all()
    assert [check.works for check in checks] == [True, False]
    connection.refresh_from_db()
    assert connection.check_worked is False
    assert "gpt-5.4: It answers" in connection.check_says
    assert "gpt-6.2-sol: " in connection.check_says


@pytest.mark.parametrize(
    ("answer", "remedy"),
    [
        (Answer(status=401, message=f"Incorrect API key provided: {SITE_KEY}."), "Enter a valid key"),
        (Answer(status=404, code="model_not_found"), "Choose another model"),
        (Answer(status=429, code="insufficient_quota"), "Add credit"),
        (Answer(status=503), "Check again in a minute"),
    ],
    ids=["a wrong key", "a retired model", "no money", "overloaded"],
)
def test_a_failure_says_what_happened_and_what_to_do(server: StandIn, answer: Answer, remedy: str) -> None:
    connection = a_way("cloud", "openai", server.openai_url)
    server.answers = answer
    check = one(check_all())
    assert not check.works
    assert remedy in check.what_to_do
    assert len(check.says) > 20
    connection.refresh_from_db()
    assert connection.check_worked is False
    assert check.says in connection.check_says
    assert SITE_KEY not in f"{check!r} {connection.check_says}"


def test_an_address_at_which_nobody_listens(server: StandIn) -> None:
    with socket.socket() as nobody_here:
        nobody_here.bind(("127.0.0.1", 0))
        port = nobody_here.getsockname()[1]
        a_way("cloud", "openai", f"http://127.0.0.1:{port}/v1")
        check = one(check_all())
    assert not check.works
    assert "cannot be reached" in check.says
    assert "See that its server runs" in check.what_to_do


@pytest.mark.parametrize(
    ("answer", "works", "says"),
    [
        (Answer(text="Sure! I am ready."), False, "It answers, but not in the form that was asked for"),
        (Answer(text="No.", fault=Fault.REFUSAL), False, "It declined to answer a harmless question"),
        (Answer(text='{"summ', fault=Fault.CUT_OFF), True, "the short reply to the check was cut off"),
    ],
    ids=["prose", "a refusal", "cut off"],
)
def test_an_answer_of_another_kind(server: StandIn, answer: Answer, works: bool, says: str) -> None:
    a_way("campus", "compatible", server.openai_url, "campus-llama-3")
    server.answers = answer
    check = one(check_all())
    assert check.works is works
    assert says in check.says
    if not works and "form" in says:
        assert "say so on its connection" in check.what_to_do


def test_a_course_checks_its_own_key(server: StandIn) -> None:
    cloud = a_way("cloud", "openai", server.openai_url)
    own = connections.own_key("course-7", cloud, COURSE_KEY)
    assert one(check_all("course-7")).works
    assert [seen.key for seen in server.asked] == [COURSE_KEY]
    own.refresh_from_db()
    cloud.refresh_from_db()
    assert own.check_worked is True
    assert cloud.checked_at is None, "nothing was learned about the site's key"


def test_without_a_connection_the_environment_is_tried(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    Connection.objects.filter(name="openai").update(name="another")
    model = LanguageModel.objects.get(name="gpt-5.4")
    Reviewer.objects.create(name="From the environment", provider="openai", model=model)
    assert one(check_all()).works
    assert [seen.key for seen in server.asked] == [TEST_KEY]


def test_ways_that_lead_nowhere_are_told_apart_without_asking(server: StandIn, settings: Settings) -> None:
    Connection.objects.filter(pk=a_way("off", "openai", server.openai_url).pk).update(active=False)
    shut = a_way("shut", "openai", server.openai_url)
    Connection.objects.filter(pk=shut.pk).update(sealed_key="sealed with another ring")
    Reviewer.objects.create(name="From an old site", provider="oracle")
    settings.REVIEW_PROVIDERS = {**settings.REVIEW_PROVIDERS, "half": "reviews.providers.half.Installed"}
    Reviewer.objects.create(name="Half installed", provider="half")
    says = {check.name: check.says for check in check_all() if check.asked}
    assert "No provider is called 'oracle'" in says["From an old site"]
    assert "half cannot be loaded" in says["Half installed"]
    assert "The connection off is switched off" in says["Reviewer at off"]
    assert "a key ring that this site no longer has" in says["Reviewer at shut"]
    assert not server.asked


def test_analysers_really_run_and_recordings_ask_nobody(settings: Settings) -> None:
    Reviewer.objects.filter(name__in=["ruff", "bandit", "ast-grep"]).update(active=True)
    model = LanguageModel.objects.get(name="gpt-5.4")
    Reviewer.objects.create(name="GPT 5.4, recorded", provider="recorded", model=model)
    settings.REVIEW_PROVIDER_OPTIONS = {"bandit": {"executable": "/nowhere/bandit"}}
    checks = {check.name: check for check in check_all()}
    assert checks["ruff"].works
    assert checks["ruff"].answered_by.startswith("ruff ")
    assert checks["ast-grep"].says == "It runs: it read check.js."
    assert not checks["bandit"].works
    assert "not installed" in checks["bandit"].says
    assert checks["GPT 5.4, recorded"].says == "Replays recordings; no model is asked."


def test_connections_that_nobody_uses_are_named_and_have_not_failed(server: StandIn) -> None:
    a_way("cloud", "openai", server.openai_url)
    Connection.objects.create(name="lonely", provider="compatible", base_url="http://127.0.0.1:9/v1")
    used, idle = check_all()
    assert (used.name, used.asked) == ("Reviewer at cloud", True)
    assert (idle.name, idle.asked, idle.model) == ("lonely", False, "")
    assert "no reviewer that is switched on uses this connection" in idle.says


def test_a_provider_that_answers_again_is_no_longer_left_alone(server: StandIn) -> None:
    cloud = a_way("cloud", "openai", server.openai_url)
    for _ in range(limits.FAILURES):
        limits.failed(cloud, Trouble.BUSY, timezone.now())
    cloud.refresh_from_db()
    assert limits.left_alone_until(cloud, timezone.now())
    assert one(check_all()).works
    cloud.refresh_from_db()
    assert not limits.left_alone_until(cloud, timezone.now())


def test_a_server_that_repeats_the_key_is_not_quoted(server: StandIn) -> None:
    a_way("campus", "compatible", server.openai_url, "campus-llama-3")
    server.answers = Answer(text="no form", model=f"llama {SITE_KEY}")
    said = repr(check_all())
    assert "llama" in said
    assert SITE_KEY not in said
