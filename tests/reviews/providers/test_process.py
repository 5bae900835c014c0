"""Running a tool on strangers' files: its room, its time, its output, and that nothing is left."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.providers.base import ProviderError, Request, Trouble
from reviews.providers.process import find_executable, inside, listen, workshop
from reviews.providers.ruff import Ruff

Ask = Callable[..., Request]
StandIn = Callable[[str], dict[str, str]]
CODE = {"a.py": "x = 1\n"}


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Workshops are made in a folder of the test's own, so that it can see what is left."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_tool_that_sleeps_is_stopped_with_all_its_children(
    ask: Ask, stand_in: StandIn, tmp_path: Path, own_temporary_folder: Path
) -> None:
    pulse = tmp_path / "pulse"
    child = tmp_path / "child.py"
    child.write_text(
        f"import time\nwhile True:\n    open({str(pulse)!r}, 'a').write('.')\n    time.sleep(0.05)\n"
    )
    options = stand_in(f"subprocess.Popen([sys.executable, {str(child)!r}]); time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        Ruff(options).review(ask(CODE, seconds=1.5))
    assert caught.value.trouble is Trouble.TIMED_OUT
    assert "after 1.5 seconds" in str(caught.value)
    assert 1.4 < time.monotonic() - started < 10

    beats = pulse.stat().st_size
    assert beats > 0, "the child must have lived for the test to mean anything"
    time.sleep(0.4)
    assert pulse.stat().st_size == beats
    assert list(own_temporary_folder.iterdir()) == []


def test_a_tool_that_closes_its_output_and_lingers_is_stopped_too(ask: Ask, stand_in: StandIn) -> None:
    options = stand_in("os.close(1); os.close(2); time.sleep(60)")
    with pytest.raises(ProviderError) as caught:
        Ruff(options).review(ask(CODE, seconds=1))
    assert caught.value.trouble is Trouble.TIMED_OUT


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_is_cut_and_nothing_is_left(
    ask: Ask, stand_in: StandIn, stream: str, own_temporary_folder: Path
) -> None:
    options = stand_in(f"while True: sys.{stream}.write('x' * 65536)")
    with pytest.raises(ProviderError) as caught:
        Ruff(options).review(ask(CODE))
    assert caught.value.trouble is Trouble.UNREADABLE
    assert "more than 8 MB" in str(caught.value)
    assert len(caught.value.raw) <= 65536
    assert list(own_temporary_folder.iterdir()) == []


def test_the_tool_gets_no_secret_no_input_and_a_room_of_its_own(
    ask: Ask, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "never tell")
    seen = tmp_path / "seen.json"
    options = stand_in(
        f"""
        files = [os.path.join(d, f) for d, _, fs in os.walk(".") for f in fs]
        with open({str(seen)!r}, "w") as file:
            json.dump([dict(os.environ), sys.stdin.read(), os.getpgrp() == os.getpid(), files], file)
        print("[]")
        """
    )
    report = Ruff(options).review(ask({"-o.py": "x = 1\n", "pyproject.toml": "[tool.ruff]\n"}))
    environment, stdin, own_group, files = json.loads(seen.read_text())
    assert "never tell" not in environment.values()
    assert environment["HOME"].startswith(str(tmp_path / "tmp"))
    assert stdin == ""
    assert own_group
    assert files == ["./0001.py"], "only what the tool reads is there, under a name of ours"
    assert report.reviewer == "ruff 1.2.3"
    assert report.paths == ("-o.py",)


@pytest.mark.parametrize(
    ("body", "raw"),
    [
        ("print('{not json')", "{not json\n"),
        ("print('{}')", "{}\n"),
        ('print(\'[{"filename": "other.py", "code": "F401"}]\')', "other.py"),
        ("print('it broke', file=sys.stderr); sys.exit(2)", "it broke\n"),
        ("os.kill(os.getpid(), 11)", ""),
    ],
)
def test_an_answer_that_is_not_a_report_is_unreadable_and_kept(
    ask: Ask, stand_in: StandIn, body: str, raw: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        Ruff(stand_in(body)).review(ask(CODE))
    assert caught.value.trouble is Trouble.UNREADABLE
    assert raw in caught.value.raw


def test_a_missing_tool_says_how_to_mend_it(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(ProviderError) as caught:
        Ruff({"executable": str(tmp_path / "nowhere")}).review(ask(CODE))
    assert caught.value.trouble is Trouble.MISSING
    assert "REVIEW_PROVIDER_OPTIONS" in str(caught.value)
    with pytest.raises(ProviderError, match="make run") as caught:
        find_executable("no-such-tool-anywhere")
    assert caught.value.trouble is Trouble.MISSING


def test_a_tool_that_cannot_be_started_is_missing(ask: Ask, tmp_path: Path) -> None:
    script = tmp_path / "broken"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    with pytest.raises(ProviderError) as caught:
        Ruff({"executable": str(script)}).review(ask(CODE))
    assert caught.value.trouble is Trouble.MISSING


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.py", "a/../../x.py", "", "a\0.py"])
def test_no_path_leaves_the_workshop(path: str, own_temporary_folder: Path) -> None:
    with pytest.raises(ValueError, match="not a path inside"), workshop({path: "x"}):
        pass
    assert list(own_temporary_folder.iterdir()) == []


@given(st.text(max_size=60), st.lists(st.sampled_from(["..", "/", ".", "a"]), max_size=8))
def test_whatever_the_path_it_is_refused_or_inside(text: str, parts: list[str]) -> None:
    folder = Path("/room/code")
    for path in (text, "/".join(parts), "".join(parts)):
        try:
            target = inside(folder, path)
        except ValueError:
            continue
        assert os.path.normpath(target).startswith("/room/code/")


def test_the_text_is_written_byte_for_byte() -> None:
    text = "a\r\nb\rc é\n"
    with workshop({"x/y.py": text}) as where:
        assert (where.code / "x" / "y.py").read_bytes() == text.encode()
        assert where.code.parent.stat().st_mode & 0o077 == 0, "nobody else may look"


def hear(script: str, enough: Callable[[bytes], bool] = lambda line: False) -> tuple[list[bytes], int]:
    """The lines of a Python script's output, until enough of them were heard, and how it ended."""
    heard: list[bytes] = []

    def take(line: bytes) -> bool:
        heard.append(line)
        return enough(line)

    with workshop({}) as where:
        finished = listen(
            [sys.executable, "-c", script],
            where.code,
            {},
            told=None,
            hear=take,
            look_up=lambda: None,
            seconds=60,
        )
    return heard, finished.code


def test_lines_come_whole_however_they_were_written() -> None:
    long = "x" * 200_000
    script = (
        "import os, time\n"
        "for part in (b'one\\ntw', b'o\\n', b'\\n', b'x' * 200_000 + b'\\nla', b'st'):\n"
        "    os.write(1, part)\n    time.sleep(0.02)\n"
    )
    assert hear(script) == ([b"one", b"two", b"", long.encode(), b"last"], 0)


def test_a_tool_is_ended_as_soon_as_enough_was_heard() -> None:
    script = "import time\nprint('first', flush=True)\nprint('second', flush=True)\ntime.sleep(60)"
    heard, code = hear(script, lambda line: line == b"second")
    assert heard == [b"first", b"second"]
    assert code < 0


def test_a_child_that_keeps_the_output_open_keeps_nobody_waiting() -> None:
    child = "import time; time.sleep(60)"
    script = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {child!r}])\nprint('done')"
    assert hear(script) == ([b"done"], 0)
