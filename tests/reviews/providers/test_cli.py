"""What both command-line reviewers do around a run, shown with programs of ours in their place."""

from __future__ import annotations

import base64
import json
import os
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reviews.providers.base import (
    Access,
    GivenUp,
    Listener,
    ModelProvider,
    ProviderError,
    Reply,
    Trouble,
)
from reviews.providers.claude_code import ClaudeCode
from reviews.providers.cli import FORGOTTEN_SECONDS, CommandLine
from reviews.providers.codex import Codex
from reviews.snapshots.files import SourceFile
from tests.servers.questions import question
from tests.servers.workers import wait_until

LOOPBACK = "http://127.0.0.1:9/v1"
KEY = "sk-ours-0123456789abcdef"
WITH_KEY = Access(base_url=LOOPBACK, key=KEY)
TO_LOOPBACK = Access(base_url=LOOPBACK)


@dataclass(frozen=True)
class Tool:
    """One of the two, as a test needs it: its folder and file, and Python that answers as it does."""

    kind: type[CommandLine]
    folder: str
    file: str
    answers: str

    @property
    def home_variable(self) -> str:
        return self.kind.home[0]

    def ask(self, program: str, access: Access = WITH_KEY, **changes: Any) -> Reply:
        listener = changes.pop("listener", Listener())
        return self.kind({"program": program}).ask(question(access=access, **changes), listener)

    def fails(self, program: str, access: Access = WITH_KEY, **changes: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self.ask(program, access, **changes)
        return caught.value

    def credentials(self, name: str, *, ends_in: float) -> bytes:
        """A sign-in called `name` that ends in so many seconds."""
        ends = time.time() + ends_in
        if self.kind is ClaudeCode:
            oauth = {
                "accessToken": f"access-{name}",
                "refreshToken": f"refresh-{name}",
                "expiresAt": ends * 1000,
            }
            return json.dumps({"claudeAiOauth": oauth}).encode()
        claims = base64.urlsafe_b64encode(json.dumps({"exp": int(ends)}).encode()).decode().rstrip("=")
        tokens = {"access_token": f"e30.{claims}.{name}", "refresh_token": f"refresh-{name}"}
        return json.dumps({"auth_mode": "chatgpt", "tokens": tokens}).encode()

    def sign_in(self, home: Path, credentials: bytes) -> Path:
        file = home / self.folder / self.file
        file.write_bytes(credentials)
        file.chmod(0o600)
        return file


SAYS_CODEX = """
def say(text):
    for event in (
        {"type": "thread.started", "thread_id": "thread-1"},
        {"type": "item.completed", "item": {"type": "agent_message", "text": text}},
        {"type": "turn.completed", "usage": {"input_tokens": 9, "output_tokens": 2}},
    ):
        print(json.dumps(event), flush=True)
"""
SAYS_CLAUDE = """
def say(text):
    message = {"id": "msg-1", "model": "claude", "usage": {"input_tokens": 9, "output_tokens": 1}}
    for event in (
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "content_block": {"type": "text"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    ):
        print(json.dumps({"type": "stream_event", "event": event}), flush=True)
"""
TOOLS = [
    Tool(Codex, ".codex", "auth.json", SAYS_CODEX),
    Tool(ClaudeCode, ".claude", ".credentials.json", SAYS_CLAUDE),
]
both = pytest.mark.parametrize("tool", TOOLS, ids=["codex", "claude"])
Program = Callable[..., str]


@both
def test_a_program_is_told_the_question_and_nothing_of_the_machine(
    tool: Tool, program: Program, operator: Path, rooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "never tell")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x: never tell")
    seen = tmp_path / "seen.json"
    body = f"""
        here = sorted(str(path) for path in Path(".").rglob("*") if path.is_file())
        told = [dict(os.environ), sys.stdin.read(), here, os.getpgrp() == os.getpid(), sys.argv]
        Path({str(seen)!r}).write_text(json.dumps(told))
        say("fine")
        """
    reply = tool.ask(
        program_of(tool, program, body),
        files=(SourceFile("a/b.py", "x = 1\r\n"), SourceFile(".git/config", "[core]\n")),
        reply_so_far="{half a reply",
        correction="It was no JSON: answer again.",
    )
    assert (reply.text, reply.usage.input, reply.usage.output) == ("fine", 9, 2)

    variables, prompt, here, own_group, arguments = json.loads(seen.read_text())
    asked = question()
    assert prompt.startswith("\n"), "what begins with a slash is a command to such a tool"
    places = [prompt.index(text) for text in (asked.material, asked.task, "{half a reply", "It was no JSON")]
    assert places == sorted(places)
    assert here == ["submission/.git/config", "submission/a/b.py"]
    assert own_group
    assert "never tell" not in json.dumps(variables)
    room = rooms / Path(variables["HOME"]).parent.name
    assert variables["HOME"] == variables["TMPDIR"] == str(room / "home")
    assert KEY in variables.values()
    assert KEY not in json.dumps(arguments), "everybody on a machine sees the arguments of its programs"
    assert list(rooms.iterdir()) == [], "nothing is left"


@both
def test_a_server_that_knows_no_schemas_gets_the_form_in_words(
    tool: Tool, program: Program, operator: Path
) -> None:
    echo = program_of(tool, program, "say(json.dumps([sys.stdin.read(), sys.argv]))")
    prompt, arguments = json.loads(tool.ask(echo).text)
    assert "schema" in json.dumps(arguments)
    assert "JSON schema" not in prompt
    without = Access(base_url=LOOPBACK, key=KEY, supports_schemas=False)
    prompt, arguments = json.loads(tool.ask(echo, without).text)
    assert "schema" not in json.dumps(arguments)
    assert "JSON schema" in prompt


@both
def test_a_path_that_leads_outside_is_never_written(
    tool: Tool, program: Program, operator: Path, rooms: Path
) -> None:
    for path in ("../outside.py", "/outside.py", "a/../../../outside.py"):
        with pytest.raises(ValueError, match="not a path inside"):
            tool.ask(program_of(tool, program, "say('fine')"), files=(SourceFile(path, "x"),))
    assert list(rooms.iterdir()) == []


@both
def test_missing_too_old_and_silent_programs_are_named_with_the_remedy(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    missing = tool.fails(str(tmp_path / "nowhere"))
    assert f"npm install -g {tool.kind.package}" in str(missing)

    old = tool.fails(program_of(tool, program, "say('fine')", version="0.98.0 (old)"))
    oldest = ".".join(map(str, tool.kind.oldest))
    assert "it is 0.98.0" in str(old)
    assert oldest in str(old)

    dumb = tool.fails(program_of(tool, program, "say('fine')", version="no idea"))
    assert "does not say which version" in str(dumb)

    unstartable = tmp_path / "broken"
    unstartable.write_text("#!/no/such/interpreter\n")
    unstartable.chmod(0o755)
    broken = tool.fails(str(unstartable))
    assert {error.trouble for error in (missing, old, dumb, broken)} == {Trouble.MISSING}
    assert not any(error.again for error in (missing, old, dumb, broken))

    exact = program_of(tool, program, "say('fine')", version=f"{tool.kind.program} {oldest} (x)")
    assert tool.ask(exact).text == "fine"


@both
def test_the_version_is_asked_once_until_the_program_changes(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    made = Path(program_of(tool, program, "say('fine')"))
    counting = f"open({str(count)!r}, 'a').write('.')\n    print"
    made.write_text(made.read_text().replace("print", counting, 1))
    tool.ask(str(made))
    tool.ask(str(made))
    assert count.read_text() == "."
    os.utime(made, ns=(1, 1))
    tool.ask(str(made))
    assert count.read_text() == ".."


@both
def test_a_program_without_key_and_sign_in_is_not_even_started(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    error = tool.fails(program_of(tool, program, f"Path({str(started)!r}).touch()"), TO_LOOPBACK)
    assert error.trouble is Trouble.NOT_LET_IN
    assert not error.again
    assert "login` as the user that runs the worker" in str(error)
    assert not started.exists()


@both
def test_paid_models_are_out_of_reach(
    tool: Tool, program: Program, operator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = program_of(tool, program, "say('fine')")
    for access in (Access(key=KEY), Access(base_url="https://llm.campus.example/v1", key=KEY)):
        assert tool.fails(made, access).trouble is Trouble.UNREACHABLE
    monkeypatch.setenv(tool.kind.key, KEY)
    assert "PAID_MODELS" in str(tool.fails(made, Access()))
    monkeypatch.setenv(tool.kind.base_url, LOOPBACK)
    assert tool.ask(made, Access()).text == "fine"
    tool.sign_in(operator, tool.credentials("ada", ends_in=9000))
    assert "PAID_MODELS" in str(tool.fails(made, Access())), "a sign-in goes where its own maker is"


@both
def test_the_sign_in_goes_before_a_key_that_costs_money(
    tool: Tool, program: Program, operator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tool.home_variable
    body = f"""
        file = Path(os.environ[{home!r}]) / {tool.file!r}
        say(json.dumps([file.exists(), {KEY!r} in os.environ.values(), "own" in os.environ.values()]))
        """
    made = program_of(tool, program, body)

    def let_in(access: Access) -> tuple[bool, bool, bool]:
        """By a file, by the interface's key, by the tool's own key."""
        by_file, by_key, by_own = json.loads(tool.ask(made, access).text)
        return by_file, by_key, by_own

    monkeypatch.setenv(tool.kind.key, KEY)
    assert let_in(TO_LOOPBACK) == (False, True, False)
    tool.sign_in(operator, tool.credentials("ada", ends_in=9000))
    assert let_in(TO_LOOPBACK) == (True, False, False)
    monkeypatch.setenv(tool.kind.own_key, "own")
    assert let_in(TO_LOOPBACK) == (False, False, True)
    assert let_in(WITH_KEY) == (False, True, False), "a course's own key goes before everything"


@both
def test_only_the_sign_in_is_copied_and_what_the_tool_renews_is_kept(
    tool: Tool, program: Program, operator: Path, rooms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = operator / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv(tool.home_variable, str(elsewhere))
    (elsewhere / "config.toml").write_text('model = "mine"\n')
    (elsewhere / "settings.json").write_text("{}")
    original = elsewhere / tool.file
    original.write_bytes(tool.credentials("old", ends_in=9000))
    renewed = tool.credentials("new", ends_in=9000)
    body = f"""
        home = Path(os.environ[{tool.home_variable!r}])
        files = sorted(path.name for path in home.iterdir())
        mode = oct((home / {tool.file!r}).stat().st_mode & 0o777)
        (home / {tool.file!r}).write_bytes({renewed!r})
        say(json.dumps([files, mode]))
        """
    files, mode = json.loads(tool.ask(program_of(tool, program, body), TO_LOOPBACK).text)
    assert files == [tool.file]
    assert mode == "0o600"
    assert original.read_bytes() == renewed
    assert original.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in elsewhere.iterdir()) == sorted(
        [tool.file, "config.toml", "settings.json"]
    ), "nothing of ours lies about"
    assert list(rooms.iterdir()) == []


@both
def test_a_sign_in_that_is_renewed_is_kept_even_where_the_run_fails(
    tool: Tool, program: Program, operator: Path
) -> None:
    original = tool.sign_in(operator, tool.credentials("old", ends_in=9000))
    renewed = tool.credentials("new", ends_in=9000)
    body = f"""
        (Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}).write_bytes({renewed!r})
        time.sleep(60)
        """
    made = program_of(tool, program, body)
    seen = False

    def given_up() -> bool:
        nonlocal seen
        # It is put back while the run still goes on: its worker may be killed at any time.
        seen = seen or original.read_bytes() == renewed
        return seen

    with pytest.raises(GivenUp):
        tool.ask(made, TO_LOOPBACK, listener=Listener(given_up=given_up))
    assert original.read_bytes() == renewed


@both
@pytest.mark.parametrize("left", [b"", b'{"tokens": {"acc', b"[]"], ids=["empty", "half", "no object"])
def test_half_a_file_is_not_put_back(tool: Tool, program: Program, operator: Path, left: bytes) -> None:
    before = tool.credentials("old", ends_in=9000)
    original = tool.sign_in(operator, before)
    body = f"""
        (Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}).write_bytes({left!r})
        say("fine")
        """
    tool.ask(program_of(tool, program, body), TO_LOOPBACK)
    assert original.read_bytes() == before


@both
def test_what_the_operator_did_meanwhile_stands(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    original = tool.sign_in(operator, tool.credentials("old", ends_in=9000))
    late = tool.credentials("late", ends_in=9000)
    signed_in_anew = tool.credentials("anew", ends_in=9000)
    body = f"""
        Path({str(original)!r}).write_bytes({signed_in_anew!r})
        (Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}).write_bytes({late!r})
        say("fine")
        """
    tool.ask(program_of(tool, program, body), TO_LOOPBACK)
    assert original.read_bytes() == signed_in_anew

    signs_out = f"""
        Path({str(original)!r}).unlink()
        (Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}).write_bytes({signed_in_anew!r})
        say("fine")
        """
    tool.ask(program_of(tool, program, signs_out), TO_LOOPBACK)
    assert not original.exists(), "who signed out stays signed out"


@both
def test_of_several_runs_one_renews_the_sign_in_and_the_others_use_it(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    original = tool.sign_in(operator, tool.credentials("0", ends_in=60))
    renewals = tmp_path / "renewals"
    fresh = tool.credentials("1", ends_in=9000)
    # As the makers have it: an old refresh token that is shown twice is a theft.
    body = f"""
        file = Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}
        if b"refresh-0" in file.read_bytes():
            with open({str(renewals)!r}, "a") as log:
                log.write("renewed ")
            time.sleep(0.3)
            file.write_bytes({fresh!r})
        say(file.read_text())
        """
    made = program_of(tool, program, body)
    tool.kind({"program": made}).version(Path(made))
    texts: list[str] = []
    runs = [threading.Thread(target=lambda: texts.append(tool.ask(made, TO_LOOPBACK).text)) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert renewals.read_text().split() == ["renewed"]
    assert texts == [fresh.decode()] * 4
    assert original.read_bytes() == fresh


@both
def test_runs_with_a_good_sign_in_go_side_by_side(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    tool.sign_in(operator, tool.credentials("ada", ends_in=9000))
    # Each waits for the other to have begun: one after the other they would wait for ever.
    body = f"""
        Path({str(tmp_path)!r}, f"here-{{os.getpid()}}").touch()
        while len(list(Path({str(tmp_path)!r}).glob("here-*"))) < 2:
            time.sleep(0.02)
        say("together")
        """
    made = program_of(tool, program, body)
    texts: list[str] = []
    runs = [threading.Thread(target=lambda: texts.append(tool.ask(made, TO_LOOPBACK).text)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert texts == ["together", "together"]


@both
def test_a_sign_in_that_is_never_due_or_not_understood_is_lent_as_it_is(
    tool: Tool, program: Program, operator: Path
) -> None:
    echo = program_of(
        tool, program, f"say((Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}).read_text())"
    )
    for credentials in ('{"OPENAI_API_KEY": "sk-x"}', '{"tokens": {"access_token": "x"}}', "no JSON", "[]"):
        tool.sign_in(operator, credentials.encode())
        assert tool.ask(echo, TO_LOOPBACK).text == credentials


@both
def test_when_nobody_waits_the_whole_process_group_ends(
    tool: Tool, program: Program, operator: Path, rooms: Path, tmp_path: Path
) -> None:
    pulse = tmp_path / "pulse"
    child = tmp_path / "child.py"
    # Neither of them listens when asked to end.
    child.write_text(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"while True:\n    open({str(pulse)!r}, 'a').write('.')\n    time.sleep(0.05)\n"
    )
    body = f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, {str(child)!r}])
        time.sleep(60)
        """
    listener = Listener(given_up=pulse.exists)
    with pytest.raises(GivenUp):
        tool.ask(program_of(tool, program, body), listener=listener)
    beats = pulse.stat().st_size
    time.sleep(0.4)
    assert pulse.stat().st_size == beats
    assert list(rooms.iterdir()) == []


@both
def test_a_program_is_asked_to_end_before_it_is_made_to(
    tool: Tool, program: Program, operator: Path, tmp_path: Path
) -> None:
    ready, tidied = tmp_path / "ready", tmp_path / "tidied"
    body = f"""
        signal.signal(signal.SIGTERM, lambda *_: (Path({str(tidied)!r}).touch(), os._exit(0)))
        Path({str(ready)!r}).touch()
        time.sleep(60)
        """
    with pytest.raises(GivenUp):
        tool.ask(program_of(tool, program, body), listener=Listener(given_up=ready.exists))
    assert tidied.exists()


@both
def test_a_program_that_only_lingers_is_stopped(
    tool: Tool, program: Program, operator: Path, rooms: Path
) -> None:
    error = tool.fails(program_of(tool, program, 'print("{}", flush=True)\ntime.sleep(60)'), seconds=0.3)
    assert error.trouble is Trouble.TIMED_OUT
    assert error.again
    assert "after 1.5 seconds" in str(error)
    assert list(rooms.iterdir()) == []


@both
def test_nobody_who_has_given_up_starts_a_program(tool: Tool, operator: Path) -> None:
    with pytest.raises(GivenUp):
        tool.ask("/nowhere", listener=Listener(given_up=lambda: True))


@both
def test_endless_and_senseless_output_is_an_error_and_leaks_no_key(
    tool: Tool, program: Program, operator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.providers.process.MAX_HEARD_BYTES", 1024 * 1024)
    endless = tool.fails(program_of(tool, program, "while True: print('x' * 1000)"))
    assert endless.trouble is Trouble.UNREADABLE
    assert "without end" in str(endless)

    tool.sign_in(operator, tool.credentials("ada", ends_in=9000))
    body = f"""
        file = Path(os.environ[{tool.home_variable!r}]) / {tool.file!r}
        print("no JSON at all")
        print("[1, 2]")
        print("it broke with", file.read_text(), "eyJhbGciOi.eyJzdWIi.c2ln", file=sys.stderr)
        sys.exit(3)
        """
    senseless = tool.fails(program_of(tool, program, body), TO_LOOPBACK)
    assert senseless.trouble is Trouble.UNREADABLE
    assert "it broke with" in senseless.raw
    for secret in ("refresh-ada", "eyJhbGciOi"):
        assert secret not in senseless.raw + str(senseless)


@both
def test_events_of_an_unknown_shape_are_unreadable_and_not_a_crash(
    tool: Tool, program: Program, operator: Path
) -> None:
    event = {"type": "stream_event"} if tool.kind is ClaudeCode else {"type": "turn.completed"}
    error = tool.fails(program_of(tool, program, f"print(json.dumps({event!r}))"))
    assert error.trouble is Trouble.UNREADABLE
    assert "99.0.0" in str(error)


def test_rooms_that_a_killed_worker_left_are_cleared_away(
    program: Program, operator: Path, rooms: Path
) -> None:
    tool = TOOLS[0]
    left, living, foreign = (rooms / name for name in ("blindspot-cli-a", "blindspot-cli-b", "other"))
    for folder in (left, living, foreign):
        (folder / "home").mkdir(parents=True)
    long_ago = time.time() - FORGOTTEN_SECONDS - 60
    for folder in (left, foreign):
        os.utime(folder, (long_ago, long_ago))
    tool.ask(program_of(tool, program, "say('fine')"))
    assert sorted(path.name for path in rooms.iterdir()) == ["blindspot-cli-b", "other"]


def test_whoever_waits_for_a_renewal_can_give_up_too(
    program: Program, operator: Path, tmp_path: Path
) -> None:
    tool = TOOLS[0]
    tool.sign_in(operator, tool.credentials("0", ends_in=60))
    holds = tmp_path / "holds"
    slow = program_of(tool, program, f"Path({str(holds)!r}).touch(); time.sleep(60)")
    over = threading.Event()

    def hold() -> None:
        with pytest.raises(GivenUp):
            tool.ask(slow, TO_LOOPBACK, listener=Listener(given_up=over.is_set))

    holder = threading.Thread(target=hold)
    holder.start()
    wait_until(holds.exists)
    asked = 0

    def given_up() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(GivenUp):
        tool.ask(slow, TO_LOOPBACK, listener=Listener(given_up=given_up))
    busy = tool.fails(slow, TO_LOOPBACK, seconds=0.3)
    assert (busy.trouble, busy.again) == (Trouble.BUSY, True)
    over.set()
    holder.join(30)
    assert not holder.is_alive()


def test_they_are_model_providers_that_read_everything() -> None:
    for kind in (Codex, ClaudeCode):
        made: object = kind({})
        assert isinstance(made, ModelProvider)
        assert not made.caches
        assert made.suits(["README", "a.cobol"])
        assert not made.suits([])


def program_of(tool: Tool, program: Program, body: str, **more: Mapping[str, str] | str) -> str:
    """A program that does this and can `say` something as the tool would."""
    return program(tool.answers + textwrap.dedent(body), **more)
