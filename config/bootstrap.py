"""Prepares what `make` needs: the virtual environment, its packages, a browser, the services.

Runs on the standard library alone, before anything is installed, and says in one line what is
wrong. The version check must be reached on any Python from 3.6, so this file keeps to 3.6's
grammar and has no `from __future__ import annotations`.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit


def version_problem(version):  # type: (tuple[int, ...]) -> str | None
    """What is wrong with this version of Python, as one line, or None."""
    if tuple(version[:2]) >= (3, 11):
        return None
    found = ".".join(str(part) for part in version[:3])
    return "Blindspot needs Python 3.11 or newer, and this is {}. Name another one: make PYTHON=python3.12".format(
        found
    )


if version_problem(sys.version_info[:3]):
    sys.exit(version_problem(sys.version_info[:3]))

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / "var" / "setup.log"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# What pip's log says, and what a person should read; the first that matches wins.
TROUBLES = (
    (r"No space left on device|Errno 28|quota exceeded", "The disk is full. Free some space and try again."),
    (
        r"DO NOT MATCH THE HASHES|Hashes are required|hashes? .*mismatch",
        "A package is not the one that was pinned (its hash differs). Nothing of it was installed; try again,"
        " and if it stays, ask who runs your package mirror.",
    ),
    (
        r"Python\.h: No such file",
        "A package must be compiled and Python's headers are missing. On Debian: apt-get install python3-dev",
    ),
    (
        r"(unable to execute|command) '?\S*(gcc|cc|clang|g\+\+)\S*'?.*(No such file|failed)|No such file.*'(gcc|cc|clang|g\+\+)'"
        r"|Microsoft Visual C\+\+",
        "A package must be compiled and there is no C compiler. On Debian: apt-get install build-essential",
    ),
    (
        r"Temporary failure in name resolution|Name or service not known|Failed to resolve|NameResolutionError"
        r"|Network is unreachable|Connection refused|NewConnectionError|timed out|ProxyError|Connection reset",
        "The packages could not be fetched: there is no network, or it does not reach the package index."
        " What was installed before is kept; try again when it does.",
    ),
)


class SetupError(Exception):
    """Something a person must mend; the message is the one line to show."""


def main(arguments: list[str]) -> None:
    """Do one of the jobs; raises SystemExit with one line where it cannot be done."""
    parser = argparse.ArgumentParser(description="Prepare what make needs.")
    jobs = parser.add_subparsers(dest="job", required=True)
    jobs.add_parser("base", help="what running the product needs")
    jobs.add_parser("dev", help="what tests and checks need, on top")
    jobs.add_parser("browser", help="find Chromium, or install it where that is possible")
    jobs.add_parser("reach", help="check that services answer").add_argument("url", nargs="+")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.job == "browser":
            prepare_browser()
        elif chosen.job == "reach":
            for url in chosen.url:
                check_reachable(url)
        else:
            prepare_packages(chosen.job)
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped. Run the same command again to go on.")


def prepare_packages(wanted: str) -> None:
    """Bring the virtual environment to what requirements/<wanted>.txt says; quick when it is there.

    A machine that develops keeps the larger set: base is part of dev.
    """
    if wanted == "base" and stamp("dev").exists():
        wanted = "dev"
    try:
        prepare_environment()
        requirements = ROOT / "requirements" / (wanted + ".txt")
        version = "{}.{}".format(*sys.version_info[:2])
        due = hashlib.sha256(version.encode() + b"\n" + requirements.read_bytes()).hexdigest()
        if stamp(wanted).exists() and stamp(wanted).read_text() == due:
            return
        print("Installing the packages of requirements/{}.txt into .venv ...".format(wanted), flush=True)
        install(requirements)
        stamp(wanted).write_text(due)
    except OSError as error:
        raise SetupError(trouble_in(str(error))) from error


def stamp(wanted: str) -> Path:
    """The file that says which requirements are installed."""
    return VENV / (".installed-" + wanted)


def prepare_environment() -> None:
    """Make .venv where it is missing, broken, or of another Python than this one.

    Raises SetupError where this Python cannot make one.
    """
    python = VENV / "bin" / "python"
    if environment_version() == "{}.{}".format(*sys.version_info[:2]) and works(python):
        return
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupError(
                "This Python cannot make virtual environments. On Debian:"
                " apt-get install python{}.{}-venv".format(*sys.version_info[:2])
            )
    print("Making the virtual environment .venv ...", flush=True)
    # Under .venv/bin/python itself the interpreter behind it must do it: --clear removes the link.
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    run_logged([interpreter, "-m", "venv", "--clear", str(VENV)])


def environment_version() -> "str | None":
    """The version ("3.11") that .venv was made with, or None where there is none."""
    try:
        text = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return None
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", text, re.MULTILINE)
    return found.group(1) if found else None


def works(python: Path) -> bool:
    """Whether this interpreter starts (its base may have been uninstalled) and has pip."""
    if Path(sys.executable) == python:
        return True
    try:
        return subprocess.call([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install(requirements: Path) -> None:
    """Install a pinned and hashed requirements file; raises SetupError with one line."""
    run_logged(
        [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-input"]
        + ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "2", "-r", str(requirements)]
    )


def run_logged(command: list[str]) -> None:
    """Run a command with its output in var/setup.log; raises SetupError that says what went wrong."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("w") as log:
        failed = subprocess.call(command, stdout=log, stderr=subprocess.STDOUT, cwd=str(ROOT))
    if failed:
        raise SetupError(trouble_in(LOG.read_text(errors="replace")))


def trouble_in(log: str) -> str:
    """One line for a person about what a log of pip or venv ends in."""
    for pattern, advice in TROUBLES:
        if re.search(pattern, log, re.IGNORECASE):
            return "{} (log: {})".format(advice, relative(LOG))
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"error|exception", line, re.IGNORECASE)]
    last = (errors or lines or ["it said nothing"])[-1]
    return "Setting up failed: {} (log: {})".format(last, relative(LOG))


def relative(path: Path) -> str:
    """A path as seen from the project's root."""
    return str(path.relative_to(ROOT))


def find_browser() -> "str | None":
    """The path of Chromium: $CHROMIUM if it is set, else the first usual name on the path."""
    if os.environ.get("CHROMIUM"):
        return shutil.which(os.environ["CHROMIUM"])
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def prepare_browser() -> None:
    """See that Chromium is there; install Debian's where this machine allows it.

    Raises SetupError with what to install only in CI; elsewhere the browser tests are skipped,
    so the line is printed and the rest goes on.
    """
    if find_browser():
        return
    advice = "No Chromium was found, and browser tests need it. On Debian: apt-get install chromium"
    if os.environ.get("CHROMIUM"):
        advice = "CHROMIUM={} is no program. Set it to a Chromium, or leave it out.".format(
            os.environ["CHROMIUM"]
        )
    elif hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's chromium for the browser tests ...", flush=True)
        # Also switched off: recommended packages, and questions that nobody is there to answer.
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        run_logged(["apt-get", "update", "-qq"])
        run_logged(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        if find_browser():
            return
    if os.environ.get("CI"):
        raise SetupError(advice)
    print(advice + " (they are skipped now)", flush=True)


def check_reachable(url: str) -> None:
    """Raises SetupError where nothing answers at the URL's host and port."""
    parts = urlsplit(url)
    name, port = {
        "postgres": ("PostgreSQL", 5432),
        "postgresql": ("PostgreSQL", 5432),
        "redis": ("Redis", 6379),
        "amqp": ("RabbitMQ", 5672),
    }.get(parts.scheme, (parts.scheme, 0))
    address = (parts.hostname or "127.0.0.1", parts.port or port)
    try:
        socket.create_connection(address, timeout=3).close()
    except OSError as error:
        variable = {"Redis": "REDIS_URL", "RabbitMQ": "RABBITMQ_URL"}.get(name, "POSTGRES_URL")
        raise SetupError(
            "{} does not answer at {}:{}. Start it, or name another: make test-services {}=...".format(
                name, address[0], address[1], variable
            )
        ) from error


if __name__ == "__main__":
    main(sys.argv[1:])
