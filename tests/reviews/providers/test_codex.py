"""The real Codex CLI, asked by the product, against a stand-in for its provider."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from reviews.briefs import Task
from reviews.prompts.forms import REVIEW_FORM, read
from reviews.providers import codex
from reviews.providers.base import Access, Ending, GivenUp, Listener, ProviderError, Reply, Trouble, Usage
from reviews.providers.codex import Codex
from reviews.providers.schemas import strict
from reviews.snapshots.files import SourceFile
from tests.servers.bait import PLANTED, bait, set_bait, settle
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn, nobody_there
from tests.servers.questions import question
from tests.servers.tools import alive, installed

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def real() -> str:
    """The program."""
    return installed("codex")


def ask(program: str, url: str, **changes: Any) -> Reply:
    """Have it ask the stand-in, with a key."""
    listener = changes.pop("listener", Listener())
    access = Access(base_url=url, key=TEST_KEY)
    return Codex({"program": program}).ask(question(access=access, **changes), listener)


def fails(program: str, url: str, **changes: Any) -> ProviderError:
    """Have it ask the stand-in, and be let down; no message tells the key."""
    with pytest.raises(ProviderError) as caught:
        ask(program, url, **changes)
    assert TEST_KEY not in str(caught.value) + caught.value.raw
    return caught.value


def test_a_question_goes_there_and_a_reply_in_form_comes_back(real: str, server: StandIn) -> None:
    server.answers = Answer(usage=(1024, 256, 100, 90), reasoning=30, delay=0.05)
    begun: list[float] = []
    reply = ask(real, server.openai_url, listener=Listener(begun=lambda: begun.append(time.monotonic())))
    assert read(reply.text, Task.REVIEW) == read(NOTHING_FOUND, Task.REVIEW)
    assert reply.ending is Ending.WHOLE
    assert reply.usage == Usage(input=100, cached=1024, written=256, output=90, reasoning=30)
    assert reply.model == "gpt-5.4"
    assert reply.request_id
    assert len(begun) == 1

    (seen,) = server.asked
    asked, body = question(), seen.body
    assert seen.key == TEST_KEY
    assert [(item["role"], item["content"][0]["text"]) for item in body["input"]] == [
        ("developer", asked.system.strip()),
        ("user", f"\n{asked.material}\n\n{asked.task}"),
    ], "what the model reads is the prompt of the ledger, and nothing besides"
    assert body["text"]["format"]["schema"] == strict(REVIEW_FORM.schema)
    assert body["store"] is False
    assert not body.get("tools")
    assert server.seen == [seen], "it asks for nothing else"


def test_once_more_with_the_reply_so_far_and_without_a_schema(real: str, server: StandIn) -> None:
    access = Access(base_url=server.openai_url, key=TEST_KEY, supports_schemas=False)
    asked = question(access=access, reply_so_far='{"verdict": ', correction="That was cut off.")
    Codex({"program": real}).ask(asked, Listener())
    (seen,) = server.asked
    assert "format" not in (seen.body.get("text") or {})
    text = seen.body["input"][-1]["content"][0]["text"]
    places = [text.index(part) for part in (asked.task, "JSON schema", '{"verdict": ', "That was cut off.")]
    assert places == sorted(places)


def test_bait_takes_effect_where_codex_is_used_as_anybody_would(
    real: str, server: StandIn, operator: Path, tmp_path: Path
) -> None:
    """Else the next story would prove nothing."""
    touched = tmp_path / "touched"
    settle(operator, touched)
    folder = tmp_path / "submission"
    set_bait(folder, bait(touched))
    provider = f'{{name="x",base_url="{server.openai_url}",env_key="KEY"}}'
    subprocess.run(
        [
            *(real, "exec", "--skip-git-repo-check", "--model=gpt-5.4"),
            *("-c", f"model_providers.x={provider}", "-c", 'model_provider="x"', "hello"),
        ],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(operator), "KEY": "x", "NO_PROXY": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert touched.exists()
    assert PLANTED in server.asked[0].raw.decode()
    assert "exec_command" in [tool.get("name") for tool in server.asked[0].body["tools"]]


def test_neither_a_submission_nor_the_operators_settings_take_effect(
    real: str,
    server: StandIn,
    operator: Path,
    rooms: Path,
    last_seen: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    touched = tmp_path / "touched"
    settle(operator, touched)
    monkeypatch.setenv("CODEX_HOME", str(operator / ".codex"))
    before = sorted(operator.rglob("*"))
    planted = bait(touched)
    files = tuple(SourceFile(path, text) for path, text in planted.items())
    mentions = f"See @app.py, @{operator}/.codex/AGENTS.md, $bait, /review and [x](skill://bait)."
    assert ask(real, server.openai_url, files=files, material=mentions).text == NOTHING_FOUND

    (seen,) = server.asked
    assert PLANTED not in seen.raw.decode()
    assert seen.model == "gpt-5.4"
    assert not seen.body.get("tools")
    assert not touched.exists()
    assert last_seen == {f"submission/{path}": text.encode() for path, text in planted.items()}, (
        "the files are as they were written, and no other is there"
    )
    assert sorted(operator.rglob("*")) == before
    assert list(rooms.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exec_command", {"cmd": "touch {touched}"}),
        ("shell", {"command": ["touch", "{touched}"]}),
        ("apply_patch", {"input": "*** Begin Patch\n*** Add File: {touched}\n+x\n*** End Patch"}),
    ],
)
def test_a_model_that_calls_for_tools_gets_none(
    real: str,
    server: StandIn,
    last_seen: dict[str, bytes],
    tmp_path: Path,
    name: str,
    arguments: dict[str, Any],
) -> None:
    touched = tmp_path / "touched"
    filled = json.loads(json.dumps(arguments).replace("{touched}", str(touched)))
    server.answers = [Answer(tool=(name, filled))]
    assert ask(real, server.openai_url).text == NOTHING_FOUND
    refusal = server.asked[1].body["input"][-1]
    assert refusal["type"] == "function_call_output"
    assert "unsupported call" in refusal["output"]
    assert not touched.exists()
    assert last_seen == {}


def test_when_nobody_waits_codex_ends_with_all_its_processes(real: str, server: StandIn, rooms: Path) -> None:
    server.answers = Answer(fault=Fault.NEVER)
    running: list[str] = []

    def given_up() -> bool:
        if server.asked:
            running.extend(alive(rooms))
        return bool(server.asked)

    with pytest.raises(GivenUp):
        ask(real, server.openai_url, listener=Listener(given_up=given_up))
    assert len(running) >= 2, "a launcher and the program itself"
    assert alive(rooms) == []
    assert list(rooms.iterdir()) == []


def test_a_model_that_never_answers_is_left_in_the_end(real: str, server: StandIn, rooms: Path) -> None:
    server.answers = Answer(fault=Fault.NEVER)
    error = fails(real, server.openai_url, seconds=0.5)
    assert (error.trouble, error.again) == (Trouble.TIMED_OUT, True)
    assert alive(rooms) == []


@pytest.mark.parametrize(
    ("answer", "trouble", "again"),
    [
        (Answer(status=401, message=f"Incorrect API key: {TEST_KEY}"), Trouble.NOT_LET_IN, False),
        (Answer(status=429, message=f"Slow down, {TEST_KEY}"), Trouble.BUSY, True),
        (Answer(status=429, code="insufficient_quota"), Trouble.NO_MONEY, False),
        (Answer(status=429, code="usage_limit_reached"), Trouble.BUSY, True),
        (Answer(status=404, code="model_not_found", message="does not exist"), Trouble.RETIRED, False),
        (Answer(status=400, code="context_length_exceeded"), Trouble.TOO_LONG, False),
        (Answer(status=500), Trouble.BUSY, True),
        (Answer(status=503, message=f"Not now, {TEST_KEY}"), Trouble.BUSY, True),
        (Answer(fault=Fault.RESET_MID_BODY), Trouble.UNREACHABLE, True),
        (Answer(fault=Fault.ENDS_EARLY), Trouble.UNREACHABLE, True),
        (Answer(fault=Fault.SILENT), Trouble.TIMED_OUT, True),
    ],
    ids=lambda value: str(value.fault or value.code or value.status) if isinstance(value, Answer) else "",
)
def test_every_failure_is_named_and_is_one_call(
    real: str, server: StandIn, answer: Answer, trouble: Trouble, again: bool
) -> None:
    server.answers = answer
    error = fails(real, server.openai_url, seconds=2)
    assert (error.trouble, error.again) == (trouble, again)
    assert len(server.asked) == 1, "trying again is the engine's"


@pytest.mark.parametrize(
    ("fault", "ending", "text"),
    [
        (Fault.CUT_OFF, Ending.CUT_OFF, NOTHING_FOUND[: len(NOTHING_FOUND) // 2]),
        (Fault.REFUSAL, Ending.REFUSED, ""),
        (Fault.EMPTY, Ending.REFUSED, ""),
        (Fault.FILTERED, Ending.REFUSED, "I can't help with that."),
    ],
)
def test_a_reply_that_is_none_is_not_taken_for_a_review(
    real: str, server: StandIn, fault: Fault, ending: Ending, text: str
) -> None:
    server.answers = Answer(fault=fault)
    reply = ask(real, server.openai_url)
    assert (reply.ending, reply.text) == (ending, text)


def test_a_prompt_beyond_what_codex_takes_is_too_long(real: str, server: StandIn) -> None:
    error = fails(real, server.openai_url, material="x = 1\n" * 200_000)
    assert error.trouble is Trouble.TOO_LONG
    assert server.asked == []


def test_nobody_there_is_unreachable(real: str) -> None:
    with nobody_there() as url:
        error = fails(real, f"{url}/v1")
    assert (error.trouble, error.again) == (Trouble.UNREACHABLE, True)
    assert "nobody answers there" in str(error)


def test_a_codex_that_does_not_know_a_switch_is_not_used(
    real: str, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("OFF", (*codex.OFF, "a_tool_of_tomorrow")),
        ("SETTINGS", {**codex.SETTINGS, "a_setting_of_tomorrow": True}),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(codex, name, value)
            error = fails(real, server.openai_url)
        assert (error.trouble, error.again) == (Trouble.MISSING, False)
        assert "npm" not in error.raw
        assert "install @openai/codex@0.169.0" in str(error)
    assert server.asked == []


def token(name: str, *, ends_in: float) -> str:
    """A web token such as OpenAI's."""
    account = {"chatgpt_plan_type": "plus", "chatgpt_account_id": "account", "chatgpt_user_id": "user"}
    claims = {"https://api.openai.com/auth": account, "exp": int(time.time() + ends_in), "name": name}
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, claims)
    )
    return f"{head}.{body}.c2ln"


@contextmanager
def token_office(renewed: dict[str, str]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that renews a sign-in; it keeps what it was shown."""
    shown: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            shown.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(renewed).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as office:
        serving = threading.Thread(target=office.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{office.server_address[1]}/oauth/token", shown
        finally:
            office.shutdown()
            serving.join()


def test_a_subscription_is_renewed_by_codex_and_stays_the_operators(
    real: str, server: StandIn, operator: Path, tmp_path: Path
) -> None:
    old, new = token("old", ends_in=30), token("new", ends_in=86_400)
    original = operator / ".codex" / "auth.json"
    tokens = {"id_token": old, "access_token": old, "refresh_token": "rt.old", "account_id": "account"}
    signed_in = {"auth_mode": "chatgpt", "OPENAI_API_KEY": None, "tokens": tokens}
    original.write_text(json.dumps({**signed_in, "last_refresh": "2026-11-01T00:00:00Z"}))
    renewed = {"id_token": new, "access_token": new, "refresh_token": "rt.new"}
    with token_office(renewed) as (office, shown):
        # Only so can a test have it renewed elsewhere than at its maker's.
        led = tmp_path / "codex"
        led.write_text(f'#!/bin/sh\nexport CODEX_REFRESH_TOKEN_URL_OVERRIDE={office}\nexec {real} "$@"\n')
        led.chmod(0o755)
        asked = question(access=Access(base_url=server.openai_url))
        reply = Codex({"program": str(led)}).ask(asked, Listener())
    assert reply.text == NOTHING_FOUND
    assert len(shown) == 1
    assert b"rt.old" in shown[0]
    kept = json.loads(original.read_text())["tokens"]
    assert (kept["access_token"], kept["refresh_token"]) == (new, "rt.new")
    assert original.stat().st_mode & 0o777 == 0o600
    (seen,) = server.asked
    assert seen.key == new
    assert not seen.body.get("tools")


def test_a_sign_in_that_is_over_says_what_to_run(real: str, server: StandIn, operator: Path) -> None:
    ended = {"auth_mode": "apikey", "OPENAI_API_KEY": TEST_KEY}
    (operator / ".codex" / "auth.json").write_text(json.dumps(ended))
    server.answers = Answer(status=401, message=f"Your session {TEST_KEY} has ended.")
    with pytest.raises(ProviderError) as caught:
        Codex({"program": real}).ask(question(access=Access(base_url=server.openai_url)), Listener())
    assert caught.value.trouble is Trouble.NOT_LET_IN
    assert not caught.value.again
    assert "`codex login` as the user that runs the worker" in str(caught.value)
    assert TEST_KEY not in str(caught.value) + caught.value.raw
    assert server.asked[0].key == TEST_KEY
