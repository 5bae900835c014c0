"""The real Claude Code, asked by the product, against a stand-in for its provider."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from reviews.briefs import Task
from reviews.prompts.forms import REVIEW_FORM, read
from reviews.providers import claude_code
from reviews.providers.base import Access, Ending, GivenUp, Listener, ProviderError, Reply, Trouble, Usage
from reviews.providers.claude_code import ClaudeCode
from reviews.snapshots.files import SourceFile
from tests.servers.bait import PLANTED, bait, set_bait, settle
from tests.servers.models import NOTHING_FOUND, TEST_KEY, Answer, Fault, StandIn, nobody_there
from tests.servers.questions import question
from tests.servers.tools import alive, installed

MODEL = "claude-opus-4-6"
IN_FORM = ("StructuredOutput", json.loads(NOTHING_FOUND))
"""Claude Code asks for the form as the input of a tool of that name."""

pytestmark = pytest.mark.usefixtures("operator")


@pytest.fixture
def real() -> str:
    """The program."""
    return installed("claude")


def ask(program: str, url: str, **changes: Any) -> Reply:
    """Have it ask the stand-in, with a key."""
    listener = changes.pop("listener", Listener())
    access = Access(base_url=url, key=TEST_KEY)
    return ClaudeCode({"program": program}).ask(question(MODEL, access=access, **changes), listener)


def fails(program: str, url: str, **changes: Any) -> ProviderError:
    """Have it ask the stand-in, and be let down; no message tells the key."""
    with pytest.raises(ProviderError) as caught:
        ask(program, url, **changes)
    assert TEST_KEY not in str(caught.value) + caught.value.raw
    return caught.value


def test_a_question_goes_there_and_a_reply_in_form_comes_back(real: str, server: StandIn) -> None:
    server.answers = Answer(tool=IN_FORM, usage=(1024, 256, 100, 90), reasoning=30)
    begun: list[float] = []
    listener = Listener(begun=lambda: begun.append(time.monotonic()))
    reply = ask(real, server.url, listener=listener, output_tokens=1234)
    assert read(reply.text, Task.REVIEW) == read(NOTHING_FOUND, Task.REVIEW)
    assert reply.ending is Ending.WHOLE
    assert reply.usage == Usage(input=100, cached=1024, written=256, output=90, reasoning=30)
    assert reply.model == MODEL
    assert len(begun) == 1

    (seen,) = server.asked
    asked, body = question(), seen.body
    assert reply.request_id == f"req_{seen.number:06}"
    assert seen.key == TEST_KEY
    assert body["max_tokens"] == 1234
    assert body["system"][-1]["text"] == asked.system
    (turn,) = body["messages"]
    assert turn["content"][-1]["text"] == f"\n{asked.material}\n\n{asked.task}"
    (form,) = body["tools"]
    assert form["name"] == "StructuredOutput"
    assert form["input_schema"]["properties"] == dict(REVIEW_FORM.schema)["properties"]
    others = {other.method for other in server.seen if other is not seen}
    assert others <= {"HEAD"}, "it asks for nothing else"


def test_a_reply_in_plain_text_comes_back_as_it_is(real: str, server: StandIn) -> None:
    server.answers = Answer(text=f"Here it is:\n{NOTHING_FOUND}")
    reply = ask(real, server.url)
    assert reply.text == f"Here it is:\n{NOTHING_FOUND}"
    assert reply.usage.output > 0
    assert len(server.asked) == 1, "asking once more is the engine's"


def test_a_reply_that_does_not_fit_comes_back_after_one_call(real: str, server: StandIn) -> None:
    server.answers = Answer(tool=("StructuredOutput", {"verdict": "maybe"}), usage=(0, 0, 100, 9))
    reply = ask(real, server.url)
    assert json.loads(reply.text) == {"verdict": "maybe"}
    assert reply.usage == Usage(input=100, output=9)
    assert len(server.asked) == 1


def test_once_more_with_the_reply_so_far_and_without_a_schema(real: str, server: StandIn) -> None:
    access = Access(base_url=server.url, key=TEST_KEY, supports_schemas=False)
    asked = question(MODEL, access=access, reply_so_far='{"verdict": ', correction="That was cut off.")
    ClaudeCode({"program": real}).ask(asked, Listener())
    (seen,) = server.asked
    assert not seen.body.get("tools")
    text = seen.body["messages"][-1]["content"][-1]["text"]
    places = [text.index(part) for part in (asked.task, "JSON schema", '{"verdict": ', "That was cut off.")]
    assert places == sorted(places)


def test_bait_takes_effect_where_claude_is_used_as_anybody_would(
    real: str, server: StandIn, operator: Path, tmp_path: Path
) -> None:
    """Else the next stories would prove nothing."""
    secret = tmp_path / "secret"
    secret.write_text("tell nobody")
    submission, empty = tmp_path / "submission", tmp_path / "empty"
    empty.mkdir()
    by_submission, by_operator = tmp_path / "by-submission", tmp_path / "by-operator"
    set_bait(submission, bait(by_submission))

    def run(folder: Path, prompt: str, *options: str) -> None:
        known = {"PATH": os.environ["PATH"], "HOME": str(operator), "NO_PROXY": "127.0.0.1"}
        subprocess.run(
            [real, "-p", prompt, "--model", MODEL, *options],
            cwd=folder,
            env={
                **known,
                "ANTHROPIC_BASE_URL": server.url,
                "ANTHROPIC_API_KEY": "x",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )

    run(submission, f"See @{secret}.", "--tools", "")
    assert by_submission.exists()
    assert PLANTED in server.asked[-1].raw.decode()
    assert "tell nobody" in server.asked[-1].raw.decode(), "a prompt that mentions a file brings it"
    settle(operator, by_operator)
    run(empty, "hello")
    assert by_operator.exists()
    assert PLANTED in server.asked[-1].raw.decode()
    assert "Bash" in [tool["name"] for tool in server.asked[-1].body["tools"]]


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
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(operator / ".claude"))
    before = sorted(operator.rglob("*"))
    server.answers = Answer(tool=IN_FORM)
    planted = bait(touched)
    files = tuple(SourceFile(path, text) for path, text in planted.items())
    assert read(ask(real, server.url, files=files).text, Task.REVIEW).summary

    (seen,) = server.asked
    assert PLANTED not in seen.raw.decode()
    assert [tool["name"] for tool in seen.body["tools"]] == ["StructuredOutput"]
    assert not touched.exists()
    assert last_seen == {f"submission/{path}": text.encode() for path, text in planted.items()}, (
        "the files are as they were written, and no other is there"
    )
    assert sorted(operator.rglob("*")) == before
    assert list(rooms.iterdir()) == []


@pytest.mark.parametrize("without", ["neither", "the variable", "the rule"])
def test_a_file_that_the_code_mentions_is_not_read(
    real: str, server: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    """Two switches keep it from reading, and each is enough: a later version may forget one."""
    if without == "the variable":
        monkeypatch.delitem(claude_code.ALONE, "CLAUDE_CODE_DISABLE_ATTACHMENTS")
    if without == "the rule":
        usual = ClaudeCode.arguments
        monkeypatch.setattr(
            ClaudeCode,
            "arguments",
            lambda self, errand: [
                argument for argument in usual(self, errand) if not argument.startswith("--disallowed")
            ],
        )
    secret = tmp_path / "secret.txt"
    secret.write_text("tell nobody")
    (secret.parent / "a b.txt").write_text("tell nobody")
    mentions = (
        f'@{secret} is read by "@{secret.parent}/a b.txt",\n@submission/app.py\n@../home/tool/.claude.json\n'
        "@/etc/passwd @~/.bashrc\n/init\n!ls\n#remember"
    )
    files = (SourceFile("app.py", "tell nobody"),)
    ask(real, server.url, material=mentions, files=files)
    (seen,) = server.asked
    sent = seen.raw.decode()
    assert "tell nobody" not in sent
    assert "Called the Read tool" not in sent
    assert mentions in seen.body["messages"][-1]["content"][-1]["text"]
    assert len(seen.body["messages"]) == 1


@pytest.mark.parametrize("material", ["/init", "!touch {touched}"])
def test_a_prompt_is_never_a_command(real: str, server: StandIn, tmp_path: Path, material: str) -> None:
    touched = tmp_path / "touched"
    material = material.format(touched=touched)
    ask(real, server.url, material=material)
    (seen,) = server.asked
    assert seen.body["messages"][-1]["content"][-1]["text"].startswith(f"\n{material}\n")
    assert not touched.exists()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Bash", {"command": "touch {touched}", "description": "x"}),
        ("Write", {"file_path": "{touched}", "content": "x"}),
        ("Read", {"file_path": "/etc/passwd"}),
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
    server.answers = Answer(tool=(name, filled))
    reply = ask(real, server.url)
    assert reply.text == "", "what it calls a tool with is no answer"
    assert len(server.asked) == 1
    assert not touched.exists()
    assert last_seen == {}


def test_when_nobody_waits_claude_ends_with_all_its_processes(
    real: str, server: StandIn, rooms: Path
) -> None:
    server.answers = Answer(fault=Fault.SILENT)
    running: list[str] = []

    def given_up() -> bool:
        if server.asked:
            running.extend(alive(rooms))
        return bool(server.asked)

    with pytest.raises(GivenUp):
        ask(real, server.url, listener=Listener(given_up=given_up))
    assert running
    assert alive(rooms) == []
    assert list(rooms.iterdir()) == []


def test_a_model_that_never_comes_to_its_end_is_left(real: str, server: StandIn, rooms: Path) -> None:
    server.answers = Answer(fault=Fault.DRIPS)
    error = fails(real, server.url, seconds=0.6)
    assert (error.trouble, error.again) == (Trouble.TIMED_OUT, True)
    assert alive(rooms) == []


@pytest.mark.parametrize(
    ("answer", "trouble", "again"),
    [
        (Answer(status=401, message=f"Incorrect API key: {TEST_KEY}"), Trouble.NOT_LET_IN, False),
        (Answer(status=429, message=f"Slow down, {TEST_KEY}"), Trouble.BUSY, True),
        (Answer(status=404), Trouble.RETIRED, False),
        (Answer(status=413), Trouble.TOO_LONG, False),
        (Answer(status=400, message="prompt is too long: 250000 tokens"), Trouble.TOO_LONG, False),
        (Answer(status=529), Trouble.BUSY, True),
        (Answer(fault=Fault.ERROR_EVENT), Trouble.BUSY, True),
        (Answer(fault=Fault.WINDOW), Trouble.TOO_LONG, False),
        (Answer(fault=Fault.RESET_MID_BODY), Trouble.UNREACHABLE, True),
        (Answer(fault=Fault.ENDS_EARLY), Trouble.UNREACHABLE, True),
        (Answer(fault=Fault.NEVER), Trouble.TIMED_OUT, True),
    ],
    ids=lambda value: str(value.fault or value.code or value.status) if isinstance(value, Answer) else "",
)
def test_every_failure_is_named_and_is_not_tried_again(
    real: str, server: StandIn, answer: Answer, trouble: Trouble, again: bool
) -> None:
    server.answers = answer
    error = fails(real, server.url, seconds=2)
    assert (error.trouble, error.again) == (trouble, again)
    # At a 404 it looks once more whether it is the streaming that was not found; where it finds its window
    # full it asks again and again, and on a machine that is busy it is stopped a moment too late.
    calls = {2} if answer.status == 404 else {1, 2, 3} if answer.fault is Fault.WINDOW else {1}
    assert len(server.asked) in calls


@pytest.mark.parametrize(
    ("fault", "ending", "text"),
    [
        (Fault.CUT_OFF, Ending.CUT_OFF, NOTHING_FOUND[: len(NOTHING_FOUND) // 2]),
        (Fault.REFUSAL, Ending.REFUSED, ""),
        (Fault.EMPTY, Ending.WHOLE, ""),
    ],
)
def test_a_reply_that_is_none_is_not_taken_for_a_review(
    real: str, server: StandIn, fault: Fault, ending: Ending, text: str
) -> None:
    server.answers = Answer(fault=fault, usage=(0, 0, 100, 9))
    reply = ask(real, server.url)
    assert (reply.ending, reply.text) == (ending, text)
    assert reply.usage == Usage(input=100, output=9)
    assert len(server.asked) < 4, "left alone it would go on three times after a cut"


def test_nobody_there_is_unreachable(real: str) -> None:
    with nobody_there() as url:
        error = fails(real, url)
    assert (error.trouble, error.again) == (Trouble.UNREACHABLE, True)
    assert "nobody answers there" in str(error)


def test_a_claude_that_does_not_know_a_switch_is_not_used(
    real: str, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = ClaudeCode.arguments
    monkeypatch.setattr(
        ClaudeCode, "arguments", lambda self, errand: [*usual(self, errand), "--a-switch-of-tomorrow"]
    )
    error = fails(real, server.url)
    assert (error.trouble, error.again) == (Trouble.MISSING, False)
    assert "install @anthropic-ai/claude-code@2.1.197" in str(error)
    assert server.asked == []


@pytest.mark.parametrize("by", ["file", "variable", "the course's key"])
def test_a_subscription_lets_it_in(
    real: str, server: StandIn, operator: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    token = "sk-ant-oat01-of-the-operator"
    access = Access(base_url=server.url)
    if by == "file":
        ends = (time.time() + 86_400) * 1000
        oauth = {"accessToken": token, "refreshToken": "sk-ant-ort01-x", "expiresAt": ends}
        oauth |= {"scopes": ["user:inference"], "subscriptionType": "max"}
        (operator / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": oauth}))
    elif by == "variable":
        monkeypatch.setenv("CLAUDE_CODE_OAUTH_TOKEN", token)
    else:
        access = Access(base_url=server.url, key=token)
    reply = ClaudeCode({"program": real}).ask(question(MODEL, access=access), Listener())
    assert reply.text == NOTHING_FOUND
    (seen,) = server.asked
    assert seen.headers["authorization"] == f"Bearer {token}"
    assert "x-api-key" not in seen.headers
    names = [tool["name"] for tool in seen.body["tools"]]
    assert names == ["StructuredOutput"]


def test_a_sign_in_that_is_over_says_what_to_run(real: str, server: StandIn, operator: Path) -> None:
    oauth = {
        "accessToken": TEST_KEY,
        "expiresAt": (time.time() + 86_400) * 1000,
        "scopes": ["user:inference"],
    }
    (operator / ".claude" / ".credentials.json").write_text(json.dumps({"claudeAiOauth": oauth}))
    server.answers = Answer(status=401, message=f"The token {TEST_KEY} has been revoked.")
    with pytest.raises(ProviderError) as caught:
        ClaudeCode({"program": real}).ask(question(MODEL, access=Access(base_url=server.url)), Listener())
    assert caught.value.trouble is Trouble.NOT_LET_IN
    assert not caught.value.again
    assert "`claude auth login` as the user that runs the worker" in str(caught.value)
    assert TEST_KEY not in str(caught.value) + caught.value.raw
