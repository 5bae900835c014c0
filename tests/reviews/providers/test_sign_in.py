"""The operator's sign-in: what is lent, what comes back, and that several runs never lose it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from reviews.providers.base import Access, GivenUp, Listener, Trouble
from tests.servers.pretenders import (
    KEY,
    TO_LOOPBACK,
    TOOLS,
    WITH_KEY,
    Program,
    Tool,
    both,
    program_of,
)
from tests.servers.workers import wait_until


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
