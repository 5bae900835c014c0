"""What is read from other tools' files, as plain data, and how a file is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviews.claims import Claim, Place, Verdict

MOST_FINDINGS = 500
"""Of one file. More helps nobody who has to judge them; the worst are kept, the rest is counted."""

MOST_REASONS = 20
"""So many entries that were left out are named; the rest is counted."""


class NotReadable(Exception):
    """Nothing could be taken from a file; the message tells a person why and what to do."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What one tool says of the code.

    `paths` are the files that it is known to have read: those it lists or reports on, as it names
    them. `failure` is set where the tool itself says that its run did not succeed. `roots` are
    absolute folders that its paths may begin with.
    """

    tool: str
    version: str = ""
    findings: tuple[Claim, ...] = ()
    paths: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    summary: str = ""
    verdict: Verdict | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """One file, read: what each of its tools says, and which entries were left out, and why.

    `text` is the file as it came.
    """

    testimonies: tuple[Testimony, ...]
    text: str
    skipped: tuple[str, ...] = ()

    @property
    def tool(self) -> str:
        """The name of the tool, or of all of them."""
        return ", ".join(item.tool for item in self.testimonies)

    @property
    def version(self) -> str:
        """The tool's version, or that of all of them; empty where they do not say."""
        return ", ".join(item.version for item in self.testimonies if item.version)

    @property
    def findings(self) -> tuple[Claim, ...]:
        """All findings, tool by tool."""
        return tuple(claim for item in self.testimonies for claim in item.findings)

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the file's text: the same file is known again by it."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def imported(
    testimonies: Sequence[Testimony], text: str, skipped: Sequence[str], *, lost: int = 0
) -> Imported:
    """The file, with no more findings than are kept.

    `lost` is how many of the entries left out could not be understood; the tools themselves took the
    others back. Raises NotReadable where that is all there was: it does not mean that nothing was found.
    """
    found = [claim for item in testimonies for claim in item.findings]
    if lost and not found and not any(item.failure for item in testimonies):
        raise NotReadable("None of its findings could be taken over. " + " ".join(first_of(skipped)))
    kept = sorted(range(len(found)), key=lambda at: (-found[at].severity.rank, at))[:MOST_FINDINGS]
    reasons = list(first_of(skipped))
    if len(found) > len(kept):
        reasons.append(f"{len(found) - len(kept):,} further findings, none of them worse, were left out.")
    numbers, at, cut = set(kept), 0, []
    for item in testimonies:
        own = tuple(claim for number, claim in enumerate(item.findings, at) if number in numbers)
        at += len(item.findings)
        cut.append(replace(item, findings=own))
    return Imported(tuple(cut), text, tuple(reasons))


def first_of(reasons: Sequence[str]) -> tuple[str, ...]:
    """The first of the reasons, and how many more there are."""
    shown = tuple(reasons[:MOST_REASONS])
    return shown if len(shown) == len(reasons) else (*shown, f"And {len(reasons) - len(shown):,} more.")


def placed(claim: Claim, known: Iterable[str], roots: Sequence[str] = ()) -> Claim:
    """The claim with its paths as the snapshot has them, where they name one of its files."""
    paths = tuple(known)
    place = claim.place
    return replace(
        claim,
        path=known_path(claim.path, paths, roots),
        place=_placed(place, paths, roots) if place else None,
        elsewhere=tuple(_placed(item, paths, roots) for item in claim.elsewhere),
    )


def known_path(path: str, known: Sequence[str], roots: Sequence[str] = ()) -> str:
    """The one of the known paths that a tool means by its own, else the tool's.

    A tool may have run above the project or on absolute paths (then its path ends like the known
    one, and the longest such is meant), or within it (then the known one ends like it, if only one).
    """
    for tried in (path, *(path.removeprefix(root) for root in roots if path.startswith(root))):
        name = tried.lstrip("/")
        if not name or name in known:
            return name
        if longest := max((item for item in known if name.endswith(f"/{item}")), key=len, default=""):
            return longest
        within = [item for item in known if item.endswith(f"/{name}")]
        if len(within) == 1:
            return within[0]
    return path


def _placed(place: Place, known: Sequence[str], roots: Sequence[str]) -> Place:
    return replace(place, path=known_path(place.path, known, roots))
