"""`manage.py check_providers` is read by people and by programs."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from reviews.engine import keys
from reviews.management.commands.check_providers import Command
from reviews.models import Connection, LanguageModel, Reviewer
from tests.servers.models import Answer, StandIn

pytestmark = pytest.mark.django_db

KEY = "sk-of-the-site-77aa"


@pytest.fixture(autouse=True)
def only_ruff() -> None:
    """One analyser is switched on, and no connection."""
    Reviewer.objects.exclude(name="ruff").update(active=False)
    Connection.objects.update(active=False)


def a_model_at(server: StandIn) -> None:
    cloud = Connection.objects.create(name="cloud", provider="openai", base_url=server.openai_url)
    keys.set_key(cloud, KEY)
    model = LanguageModel.objects.get(name="gpt-5.4")
    Reviewer.objects.create(name="GPT 5.4 in the cloud", provider="openai", model=model, connection=cloud)


def printed(*options: str) -> str:
    out = io.StringIO()
    call_command("check_providers", *options, stdout=out)
    return out.getvalue()


def test_where_all_work_a_table_says_so() -> None:
    with StandIn() as server:
        a_model_at(server)
        lines = printed().splitlines()
    assert lines[0].split() == ["reviewer", "provider", "model", "seconds"]
    assert lines[1].startswith("works  GPT 5.4 in the cloud  openai    gpt-5.4  ")
    assert lines[2] == "       It answers, in the form that was asked for. (gpt-5.4)"
    assert lines[3].startswith("works  ruff                  ruff               ")
    assert "It runs: it read check.py. (ruff " in lines[4]
    assert lines[0].index("provider") == lines[1].index("openai") == lines[3].rindex("ruff")


def test_where_one_does_not_the_exit_status_says_so_and_the_table_what_to_do() -> None:
    out, errors = io.StringIO(), io.StringIO()
    with StandIn(Answer(status=401, message=f"Bad key {KEY}")) as server:
        a_model_at(server)
        with pytest.raises(CommandError, match="1 of 2 do not work") as failed:
            call_command("check_providers", stdout=out, stderr=errors)
    assert failed.value.returncode == 1
    text = out.getvalue()
    assert "FAILS  GPT 5.4 in the cloud" in text
    assert "Enter a valid key with its connection" in text
    assert "works  ruff" in text
    assert KEY not in text + errors.getvalue()


def test_a_connection_that_nobody_uses_is_no_failure() -> None:
    Connection.objects.create(name="lonely", provider="compatible", base_url="http://127.0.0.1:9/v1")
    text = printed()
    assert "-      lonely" in text
    assert "no reviewer that is switched on uses this connection" in text


def test_programs_read_json() -> None:
    (check,) = json.loads(printed("--json"))
    assert check.pop("seconds") > 0
    assert check.pop("answered_by").startswith("ruff ")
    assert check == {
        "name": "ruff",
        "provider": "ruff",
        "model": "",
        "works": True,
        "says": "It runs: it read check.py.",
        "what_to_do": "",
        "asked": True,
    }


def test_a_site_without_reviewers_says_what_is_missing() -> None:
    Reviewer.objects.update(active=False)
    assert printed() == "No reviewer is switched on. An administrator can switch one on.\n"


def test_unknown_options_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        Command().run_from_argv(["manage.py", "check_providers", "--quietly"])
    assert refused.value.code == 2
    assert "unrecognized arguments: --quietly" in capsys.readouterr().err
