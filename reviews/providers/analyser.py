"""What all offline analysers do: write the files, run the tool, read its JSON, bound what it found.

The tool never meets a name that a student chose: files are called 0001.py and so on in the
workshop, so no name can look like an option, a configuration file, an ignored folder or a path
elsewhere, and files that the tool does not read are not there at all.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from reviews.claims import Claim, Place
from reviews.providers.base import ProviderError, Report, Request, Trouble
from reviews.providers.process import Finished, find_executable, run, workshop
from reviews.snapshots.files import SourceFile

# A claim points at where to look; a finding about a whole function points at its head.
MOST_LINES = 10
MOST_SECONDS = 60.0
"""Ordinary code takes an analyser a second or two; what takes longer is made to take long."""
VERSION_SECONDS = 20.0

VERSIONS: dict[tuple[Path, int], str] = {}
"""What each executable, as changed at that nanosecond, said its version was: asked once a process."""


@dataclass(frozen=True, slots=True)
class Written:
    """The files in the workshop by the names they have there, their folder, and all that was submitted."""

    folder: Path
    files: Mapping[str, SourceFile]
    submitted: Sequence[SourceFile]

    def original(self, name: str) -> SourceFile:
        """The submitted file that the tool speaks of. Raises KeyError for one we did not write."""
        path = self.folder / name
        if not path.is_relative_to(self.folder):
            raise KeyError(name)
        return self.files[str(path.relative_to(self.folder))]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tool's output says: all findings, and the paths that the tool could not read."""

    findings: Sequence[Claim]
    unread: frozenset[str] = frozenset()


class Analyser(ABC):
    """A tool that reads files and reports findings as JSON.

    `options["executable"]` names another executable than the installed one.
    """

    name: ClassVar[str]
    reads: ClassVar[str]
    """In words, for messages: which files it reads."""
    endings: ClassVar[Mapping[str, str]]
    """The file endings it reads, and the ending each has in the workshop."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        chosen = options.get("executable")
        self.chosen = None if chosen is None else str(chosen)

    @abstractmethod
    def arguments(self, names: Sequence[str]) -> list[str]:
        """The command line after the executable, for these files in the workshop."""

    def equipment(self) -> Mapping[str, str]:
        """The files of ours that the tool needs, found in ../home: path to text."""
        return {}

    @abstractmethod
    def read(self, finished: Finished, written: Written) -> Reading:
        """Understand what the tool wrote.

        Raises ValueError, KeyError, TypeError or AttributeError where it is not as expected.
        """

    def text(self, file: SourceFile) -> str:
        """What is written for a file; its lines are those of the file."""
        return file.text

    def suits(self, paths: Iterable[str]) -> bool:
        """Whether any of these files has an ending that the tool reads."""
        return any(PurePosixPath(path).suffix.lower() in self.endings for path in paths)

    def review(self, request: Request) -> Report:
        """Run the tool on the files that it reads.

        Raises ProviderError: NOT_FOR_THIS where there is no such file or none that it could parse,
        MISSING, TIMED_OUT, or UNREADABLE.
        """
        files = self.named(request.files)
        if not files:
            raise ProviderError(
                Trouble.NOT_FOR_THIS, f"{self.name} reads {self.reads}, and this code has none of them."
            )
        executable = find_executable(self.name, self.chosen)
        texts = {name: self.text(file) for name, file in files.items()}
        with workshop(texts, self.equipment()) as where:
            command = [str(executable), *self.arguments(list(files))]
            finished = run(command, where, min(request.limits.seconds, MOST_SECONDS))
            reading = self.understood(finished, Written(where.code, files, request.files))
        paths = tuple(file.path for file in files.values() if file.path not in reading.unread)
        if not paths:
            raise ProviderError(
                Trouble.NOT_FOR_THIS,
                f"{self.name} could parse none of the files: {', '.join(sorted(reading.unread))}. "
                "Correct the syntax and submit again.",
                raw=finished.output,
            )
        found = worst_first(reading.findings)
        kept = found[: request.limits.findings]
        return Report(
            findings=tuple(kept),
            paths=paths,
            reviewer=version(self.name, executable),
            summary=summary(len(kept), len(found), paths, reading.unread),
            raw=finished.output,
        )

    def named(self, files: Iterable[SourceFile]) -> dict[str, SourceFile]:
        """The files that the tool reads, by the plain names that they get in the workshop."""
        named = {}
        for number, file in enumerate(files, start=1):
            path = PurePosixPath(file.path)
            if ending := self.endings.get(path.suffix.lower()):
                # A package's __init__ keeps its name: re-exporting is right there and nowhere else.
                stem = f"{number:04}/__init__" if path.stem == "__init__" else f"{number:04}"
                named[stem + ending] = file
        return named

    def understood(self, finished: Finished, written: Written) -> Reading:
        """The output understood. Raises ProviderError(UNREADABLE) where it cannot be."""
        if finished.code not in (0, 1):
            raise ProviderError(
                Trouble.UNREADABLE,
                f"{self.name} stopped with exit code {finished.code} before it had read the code. "
                "The code is kept; run the review again, and tell an administrator if it stays so.",
                raw=finished.output or finished.errors,
            )
        try:
            return self.read(finished, written)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProviderError(
                Trouble.UNREADABLE,
                f"{self.name} answered with something that is not its usual report. "
                "The code and the answer are kept; run the review again.",
                raw=finished.output or finished.errors,
            ) from error


def version(name: str, executable: Path) -> str:
    """The tool's name and version ("ruff 0.17.6"). Raises ProviderError where it does not say."""
    key = executable, executable.stat().st_mtime_ns
    if key not in VERSIONS:
        with workshop({}) as where:
            said = run([executable, "--version"], where, VERSION_SECONDS)
        number = re.search(r"\d+(\.\d+)+", said.output)
        if number is None:
            raise ProviderError(
                Trouble.UNREADABLE,
                f"{name} does not say which version it is, so its findings could not be attributed. "
                "Install the product's requirements again.",
                raw=said.output or said.errors,
            )
        VERSIONS[key] = f"{name} {number[0]}"
    return VERSIONS[key]


def located(file: SourceFile, first: int, last: int) -> tuple[Place, str]:
    """The place of a tool's lines (from 1, both included) in the file, and those lines as they stand.

    At most `MOST_LINES` from the first; lines beyond the end become the last line.
    """
    lines = file.lines
    first = min(max(first, 1), len(lines))
    last = min(max(last, first), first + MOST_LINES - 1, len(lines))
    return Place(file.path, first, last), "\n".join(lines[first - 1 : last])


def python_line(file: SourceFile, line: int) -> int:
    """Python counts a line at every lone CR too; this is the line as `SourceFile.lines` counts."""
    if "\r" not in file.text.replace("\r\n", ""):
        return line
    starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", file.text))]
    return 1 + file.text.count("\n", 0, starts[min(max(line, 1), len(starts)) - 1])


def worst_first(findings: Iterable[Claim]) -> list[Claim]:
    """Each finding once, the worst first, then by file and line."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda claim: (-claim.severity.rank, claim.path, claim.place.first_line if claim.place else 0),
    )


def summary(kept: int, found: int, paths: Sequence[str], unread: Iterable[str]) -> str:
    """What was found and read, in a sentence or three."""
    said = [f"{count(kept, 'finding')} in {count(len(paths), 'file')}."]
    if found > kept:
        said.append(f"{count(found - kept, 'further finding')}, none of them worse, left out.")
    if skipped := sorted(unread):
        said.append(f"Could not parse {', '.join(skipped)}.")
    return " ".join(said)


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "3 files"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
