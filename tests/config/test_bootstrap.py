"""What a person reads on a machine where something is missing: one line, and no traceback."""

from __future__ import annotations

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import bootstrap

SCRIPT = Path(bootstrap.__file__)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        timeout=60,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project of its own in a fresh folder: the script, one pinned package, no .venv."""
    for folder in ("config", "requirements"):
        (tmp_path / folder).mkdir()
    shutil.copy(SCRIPT, tmp_path / "config" / "bootstrap.py")
    for name in ("base", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text("")
    return tmp_path


def run_copy(copy: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "config/bootstrap.py", *arguments],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        timeout=120,
    )


def test_an_older_python_reads_which_one_is_needed() -> None:
    stub = (
        "import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0);"
        f" runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", stub], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Blindspot needs Python 3.11 or newer, and this is 3.9.2. Name another one: make PYTHON=python3.12"
    ]


def test_python_3_6_can_read_the_script_as_far_as_the_check() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    assert "from __future__ import annotations\n" not in SCRIPT.read_text().splitlines(keepends=True)


@pytest.mark.parametrize(("version", "fine"), [((3, 10, 14), False), ((3, 11, 0), True), ((4, 0, 0), True)])
def test_the_first_version_that_is_enough_is_3_11(version: tuple[int, ...], fine: bool) -> None:
    assert (bootstrap.version_problem(version) is None) is fine


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full."),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one that was pinned",
        ),
        ("error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory", "there is no C compiler"),
        ("unable to execute 'gcc': No such file or directory", "there is no C compiler"),
        ("x.c:1:10: fatal error: Python.h: No such file or directory", "python3-dev"),
        (
            "WARNING: Retrying: NewConnectionError('[Errno -3] Temporary failure in name resolution')",
            "no network",
        ),
        (
            "Collecting x\nERROR: No matching distribution found for x\nbye",
            "No matching distribution found for x",
        ),
    ],
)
def test_a_failed_installation_is_told_in_one_line_that_names_the_log(log: str, said: str) -> None:
    line = bootstrap.trouble_in(log)
    assert said in line
    assert line.endswith("(log: var/setup.log)")
    assert "\n" not in line


def test_a_debian_python_without_venv_names_the_package(copy: Path) -> None:
    stub = (
        "import runpy, sys; sys.modules['ensurepip'] = None; sys.argv = ['bootstrap', 'base'];"
        " runpy.run_path('config/bootstrap.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", stub], cwd=copy, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    version = "{}.{}".format(*sys.version_info)
    assert done.stderr.splitlines() == [
        f"This Python cannot make virtual environments. On Debian: apt-get install python{version}-venv"
    ]


@pytest.mark.slow
def test_the_second_time_nothing_is_installed(copy: Path) -> None:
    first = run_copy(copy, "base")
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "Making the virtual environment .venv ...",
        "Installing the packages of requirements/base.txt into .venv ...",
    ]
    made = (copy / ".venv" / "bin" / "python").lstat().st_mtime_ns
    second = run_copy(copy, "base")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (copy / ".venv" / "bin" / "python").lstat().st_mtime_ns == made

    (copy / "requirements" / "base.txt").write_text("# changed\n")
    assert "Installing" in run_copy(copy, "base").stdout
    # From then on this machine develops, and running the product asks for the larger set.
    assert "dev.txt" in run_copy(copy, "dev").stdout
    (copy / "requirements" / "base.txt").write_text("# changed again\n")
    assert run_copy(copy, "base").stdout == ""


@pytest.mark.slow
def test_a_package_index_that_cannot_be_reached_leaves_one_line_and_the_log(copy: Path) -> None:
    (copy / "requirements" / "base.txt").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/simple"
        # A proxy of the machine's would answer in its place.
        done = run_copy(copy, "base", PIP_INDEX_URL=nowhere, NO_PROXY="*", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("The packages could not be fetched: there is no network")
    assert "no-such-package" in (copy / "var" / "setup.log").read_text()
    assert not (copy / ".venv" / ".installed-base").exists()


def test_a_service_that_does_not_answer_is_named_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = run("reach", f"redis://127.0.0.1:{port}/5")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"Redis does not answer at 127.0.0.1:{port}. Start it, or name another:"
        " make test-services REDIS_URL=..."
    ]


def test_a_service_that_answers_needs_no_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = run("reach", f"amqp://guest:guest@127.0.0.1:{server.getsockname()[1]}//")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_chromium_that_is_no_program_is_skipped_with_a_line_here_and_fails_in_ci() -> None:
    here = run("browser", CHROMIUM="/no/such/chromium", CI="")
    assert here.returncode == 0
    assert here.stdout.startswith("CHROMIUM=/no/such/chromium is no program.")
    in_ci = run("browser", CHROMIUM="/no/such/chromium", CI="true")
    assert in_ci.returncode == 1
    assert in_ci.stderr.startswith("CHROMIUM=/no/such/chromium is no program.")


def test_a_chromium_that_is_there_needs_no_words(tmp_path: Path) -> None:
    chromium = tmp_path / "chromium"
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    done = run("browser", CHROMIUM=str(chromium))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
