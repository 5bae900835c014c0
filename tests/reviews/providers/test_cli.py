"""What both command-line reviewers do around a run, shown with programs of ours in their place."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from reviews.providers.base import Access, GivenUp, Listener, ModelProvider, Trouble
from reviews.providers.claude_code import ClaudeCode
from reviews.providers.cli import FORGOTTEN_SECONDS
from reviews.providers.codex import Codex
from reviews.snapshots.files import SourceFile
from tests.servers.pretenders import (
    KEY,
    LOOPBACK,
    TO_LOOPBACK,
    TOOLS,
    Program,
    Tool,
    both,
    program_of,
)
from tests.servers.questions import question


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


def test_they_are_model_providers_that_read_everything() -> None:
    for kind in (Codex, ClaudeCode):
        made: object = kind({})
        assert isinstance(made, ModelProvider)
        assert not made.caches
        assert made.suits(["README", "a.cobol"])
        assert not made.suits([])
