"""What both command-line reviewers do: an empty room, the operator's sign-in, one question, one answer.

A tool of this kind is made to read a folder, to run things in it, and to obey the settings that it
finds there. Here it gets the whole prompt by standard input and answers without any tool of its own:
what the model reads is what the ledger shows, and nothing in a submission can send it elsewhere. The
submission lies in a folder below the one where the tool stands, for tools look for settings and
repositories where they stand and above it, never below.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from reviews.prompts.fence import fenced, fresh_mark
from reviews.providers.base import Access, GivenUp, Listener, ProviderError, Question, Reply, Trouble
from reviews.providers.faults import Service
from reviews.providers.line import TIMES_SECONDS, UNEXPECTED, Heard, key_for
from reviews.providers.process import LOOK_UP_SECONDS, Finished, Workshop, inside, listen, workshop
from reviews.providers.reach import check_reach
from reviews.providers.schemas import in_words
from reviews.providers.sign_in import Loan, contents, lent, secrets_in

PREFIX = "blindspot-cli-"
SUBMISSION = Path("submission")
FORGOTTEN_SECONDS = 6 * 3600
"""A room this old was left by a worker that was killed: no run takes so long."""
VERSION_SECONDS = 30.0
VERSIONS: dict[tuple[Path, int], str] = {}
"""What each program, as changed at that nanosecond, said its version was: asked once a process."""

PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
THIS_MACHINE = "localhost,127.0.0.1,::1"

TOKENS = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\brt[._][\w.-]{6,}")
"""Web tokens and refresh tokens; keys are known to `Service.clean`."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a tool is let in, by a key or a sign-in's file, and where it calls (empty: as usual)."""

    base_url: str = ""
    key: str = field(default="", repr=False)
    sign_in: Path | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """One run: what is asked, with which program and version, on whose account, in which room."""

    question: Question
    program: Path
    version: str
    way: Way
    where: Workshop
    service: Service

    @property
    def prompt_file(self) -> Path:
        """All that the tool is told, but for the system prompt."""
        return self.where.home / "prompt.txt"

    @property
    def system_file(self) -> Path:
        """The system prompt."""
        return self.where.home / "system.txt"

    @property
    def tool_home(self) -> Path:
        """Where the tool finds its sign-in, and nothing else."""
        return self.where.home / "tool"

    def clean(self, text: str) -> str:
        """What a tool said, bounded, without keys or tokens."""
        if self.way.sign_in is not None:
            for file in (self.way.sign_in, self.tool_home / self.way.sign_in.name):
                with suppress(OSError):
                    for secret in secrets_in(contents(file.read_bytes()) or {}):
                        text = text.replace(secret, "[key]")
        return self.service.clean(TOKENS.sub("[key]", text))


class Listening(ABC):
    """What has been heard of one run."""

    def __init__(self, errand: Errand, heard: Heard) -> None:
        self.errand = errand
        self.heard = heard

    @abstractmethod
    def hear(self, event: Mapping[str, Any]) -> bool:
        """Take a line of the tool's; true where nothing more needs to be heard."""

    @abstractmethod
    def reply(self, finished: Finished) -> Reply:
        """The reply, when the tool has ended. Raises ProviderError where there is none."""


class CommandLine(ABC):
    """A command-line tool as a reviewer. `options["program"]` names another program than the one on PATH."""

    caches = False
    """A subscription costs nothing for a call, so there is no price to lower."""
    adds_tokens = 20_000
    """What a tool puts around a prompt, at most: a budget reserves it."""

    name: ClassVar[str]
    program: ClassVar[str]
    package: ClassVar[str]
    oldest: ClassVar[tuple[int, int, int]]
    """The oldest version for which it was tried that nothing but the answer comes out of a run."""
    address: ClassVar[str]
    """The maker's, where it calls unless told otherwise."""
    sign_in_help: ClassVar[str]
    home: ClassVar[tuple[str, str, str]]
    """The variable that names its folder, that folder's usual name, and the sign-in's file in it."""
    own_key: ClassVar[str]
    """The variable with a key for this tool alone; it goes before the sign-in."""
    key: ClassVar[str]
    """The variable with the key of the maker's interface, if there is no sign-in: that one may cost money."""
    base_url: ClassVar[str]
    """The variable that says where that interface is."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.chosen = str(options.get("program") or self.program)

    @abstractmethod
    def arguments(self, errand: Errand) -> list[str]:
        """The command line after the program."""

    @abstractmethod
    def variables(self, errand: Errand) -> dict[str, str]:
        """What this tool must know besides `surroundings`: its key, its address, its switches."""

    @abstractmethod
    def listening(self, errand: Errand, heard: Heard) -> Listening:
        """What understands its output."""

    @abstractmethod
    def expiry(self, credentials: Mapping[str, Any]) -> float | None:
        """When a sign-in must be renewed; see `sign_in.Expiry`."""

    def suits(self, paths: Iterable[str]) -> bool:
        """A model reads whatever there is."""
        return any(True for _ in paths)

    def ask(self, question: Question, listener: Listener) -> Reply:
        """Make one call; see `ModelProvider.ask`."""
        if listener.given_up():
            raise GivenUp
        program = self.find()
        way = self.way(question.access)
        address = way.base_url or self.address
        check_reach(address)
        version = self.version(program)
        service = Service(self.name, question.model, address, question.seconds, ProviderError, way.key)
        clear_away()
        files = {str(inside(SUBMISSION, file.path)): file.text for file in question.files}
        equipment = {"system.txt": question.system, "prompt.txt": prompt(question)}
        with workshop(files, equipment, prefix=PREFIX) as where:
            errand = Errand(question, program, version, way, where, service)
            errand.tool_home.mkdir()
            with self._let_in(errand, listener) as loan:
                return self._run(errand, listener, loan)

    def find(self) -> Path:
        """The program. Raises ProviderError(MISSING), which says how to install it."""
        found = shutil.which(self.chosen)
        if found is None:
            raise ProviderError(
                Trouble.MISSING,
                f"{self.name} is not installed where the worker finds it ({self.chosen}). Nothing was sent. "
                f"An administrator can install it with `npm install -g {self.package}`, "
                "or name the program in REVIEW_PROVIDER_OPTIONS.",
            )
        return Path(found).absolute()

    def way(self, access: Access) -> Way:
        """How the tool is let in.

        The sign-in is shown to its maker alone, or where its connection says: the environment's address
        belongs to the environment's key. Raises ProviderError(NOT_LET_IN) where nobody is signed in.
        """
        address = access.base_url or os.environ.get(self.base_url, "")
        if key := access.key or os.environ.get(self.own_key, ""):
            return Way(address, key_for(Access(key=key), self.own_key, self.name))
        if (file := self.sign_in_file()).is_file():
            return Way(access.base_url, sign_in=file)
        if key := os.environ.get(self.key, ""):
            return Way(address, key_for(Access(key=key), self.key, self.name))
        raise self.signed_out("is not signed in")

    def sign_in_file(self) -> Path:
        """Where the operator's sign-in is, if there is one."""
        variable, folder, file = self.home
        return Path(os.environ.get(variable) or Path.home() / folder) / file

    def signed_out(self, how: str) -> ProviderError:
        """What to say where the tool is not let in; `how` follows its name."""
        return ProviderError(
            Trouble.NOT_LET_IN,
            f"{self.name} {how}. The code is kept, and it is not tried again. {self.sign_in_help}",
        )

    def version(self, program: Path) -> str:
        """Its version ("0.169.0"). Raises ProviderError(MISSING) where it is too old or says none."""
        key = program.resolve(), program.stat().st_mtime_ns
        if key not in VERSIONS:
            VERSIONS[key] = self._asked_version(program)
        version = VERSIONS[key]
        if tuple(map(int, version.split("."))) < self.oldest:
            raise ProviderError(
                Trouble.MISSING,
                f"{self.name} is too old: it is {version}, and {'.'.join(map(str, self.oldest))} is the "
                "oldest that is known to keep to itself. Nothing was sent. "
                f"An administrator can update it with `npm install -g {self.package}@latest`.",
            )
        return version

    def _asked_version(self, program: Path) -> str:
        said: list[bytes] = []

        def hear(line: bytes) -> bool:
            said.append(line)
            return False

        with suppress(OSError, TimeoutError), workshop({}, prefix=PREFIX) as where:
            listen(
                [program, "--version"],
                where.code,
                surroundings(where),
                told=None,
                hear=hear,
                look_up=lambda: None,
                seconds=VERSION_SECONDS,
            )
        found = re.search(r"\d+\.\d+\.\d+", b" ".join(said).decode(errors="replace"))
        if found is None:
            raise ProviderError(
                Trouble.MISSING,
                f"{self.name} does not start, or does not say which version it is. Nothing was sent. "
                f"An administrator can install it again with `npm install -g {self.package}`.",
            )
        return found[0]

    @contextmanager
    def _let_in(self, errand: Errand, listener: Listener) -> Iterator[Loan | None]:
        """Lend the sign-in for one run, where there is one."""
        original = errand.way.sign_in
        if original is None:
            yield None
            return
        copy = errand.tool_home / original.name
        loan = lent(original, copy, self.expiry, lambda: _still_wanted(listener), errand.question.seconds)
        with ExitStack() as stack:
            try:
                borrowed = stack.enter_context(loan)
            except FileNotFoundError:
                raise self.signed_out("was signed out a moment ago") from None
            yield borrowed

    def _run(self, errand: Errand, listener: Listener, loan: Loan | None) -> Reply:
        def begun() -> None:
            if loan is not None:
                # What it renewed goes back before anybody else may look whether it is due.
                loan.keep()
                loan.release()
            listener.begun()

        def look_up() -> None:
            _still_wanted(listener)
            if loan is not None:
                loan.keep()

        heard = Heard(begun)
        listening = self.listening(errand, heard)
        seconds = errand.question.seconds * TIMES_SECONDS
        try:
            finished = listen(
                [errand.program, *self.arguments(errand)],
                errand.where.code,
                surroundings(errand.where) | self.variables(errand),
                told=errand.prompt_file,
                hear=lambda line: listening.hear(event(line)),
                look_up=now_and_then(look_up),
                seconds=seconds,
            )
            return listening.reply(finished)
        except ProviderError as error:
            failure = error
        except TimeoutError:
            failure = ProviderError(
                Trouble.TIMED_OUT,
                f"{self.name} had not finished after {seconds:g} seconds and was stopped. "
                "The code is kept; run the review again, or raise the time limit.",
                again=True,
            )
        except UNEXPECTED:
            failure = ProviderError(
                Trouble.UNREADABLE,
                f"{self.name} {errand.version} answered in a way that is not known. "
                "The code is kept; run the review again, and tell an administrator if it stays so.",
            )
        failure.usage = failure.usage or heard.usage
        failure.request_id = failure.request_id or heard.request_id
        failure.raw = failure.raw or errand.clean(heard.text)
        raise failure


def prompt(question: Question) -> str:
    """All that is asked, in one text. What is equal for all passes of a review comes first."""
    parts = [question.material, question.task]
    if not question.access.supports_schemas:
        parts.append(in_words(question.form))
    if question.reply_so_far.strip():
        earlier = question.reply_so_far
        parts.append(fenced(fresh_mark([earlier]), "your answer to this so far", earlier))
    parts.append(question.correction)
    # A tool may take a text that begins with / or ! for a command.
    return "\n" + "\n\n".join(part for part in parts if part)


def surroundings(where: Workshop) -> dict[str, str]:
    """What any tool may know of this machine: its programs, its proxies, a home that is empty."""
    passed = {name: os.environ[name] for name in (*PASSED_ON, *PROXIES) if os.environ.get(name)}
    direct = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    direct = f"{direct},{THIS_MACHINE}" if direct else THIS_MACHINE
    return {
        **passed,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "HOME": str(where.home),
        "TMPDIR": str(where.home),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        # Both ask git about the folder, and git runs what a repository's settings say.
        "GIT_DIR": str(where.home / "no-repository"),
    }


def event(line: bytes) -> Mapping[str, Any]:
    """A line of output as the JSON object that it is; an empty one for any other line."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def now_and_then(what: Callable[[], None]) -> Callable[[], None]:
    """The same, done no more than every `LOOK_UP_SECONDS`, however often it is called."""
    due = 0.0

    def call() -> None:
        nonlocal due
        if time.monotonic() >= due:
            what()
            due = time.monotonic() + LOOK_UP_SECONDS

    return call


def clear_away() -> None:
    """Remove rooms that killed workers left behind: a sign-in may lie in them."""
    for room in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            about = room.lstat()
            if about.st_uid == os.getuid() and about.st_mtime < time.time() - FORGOTTEN_SECONDS:
                shutil.rmtree(room, ignore_errors=True)


def _still_wanted(listener: Listener) -> None:
    if listener.given_up():
        raise GivenUp
