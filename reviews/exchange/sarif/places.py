"""Where a SARIF result points: files by address, index and base, and lines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from reviews.claims import MOST_PLACES, Place
from reviews.exchange.loose import at, mapping, objects, sequence, string, whole

PATH_CHARACTERS = 1024
DEEPEST_BASE = 10
"""Base addresses may stand on one another; a ring of them ends here."""

_DRIVE = re.compile(r"/?[A-Za-z]:[\\/]")


class Artifacts:
    """The files of one run: its table of them, and what its addresses are relative to."""

    def __init__(self, run: Mapping[str, Any]) -> None:
        self._table = run.get("artifacts")
        self._bases = mapping(run.get("originalUriBaseIds"))
        absolute = (self._base(name) for name in list(self._bases)[:100])
        self.roots = tuple(dict.fromkeys(root for root in absolute if _is_absolute(root)))

    def listed(self) -> list[str]:
        """The files that the run lists as looked at, in its order."""
        artifacts = objects(self._table)
        paths = (self.path(mapping(item.get("location"))) for item in artifacts if _is_source(item))
        return list(dict.fromkeys(filter(None, paths)))

    def path(self, location: Mapping[str, Any]) -> str:
        """The path that an artifactLocation means: relative as a rule, absolute where it says no more."""
        uri, base = string(location.get("uri"), 4 * PATH_CHARACTERS), location.get("uriBaseId")
        if not uri:
            location = mapping(at(self._table, location.get("index")).get("location"))
            uri, base = string(location.get("uri"), 4 * PATH_CHARACTERS), location.get("uriBaseId")
        path = path_of(uri)
        folder = self._base(base) if path and not _is_absolute(path) else ""
        if folder and not _is_absolute(folder):
            path = f"{folder.rstrip('/')}/{path}"
        return _tidy(path)[:PATH_CHARACTERS]

    def _base(self, name: Any) -> str:
        """The folder that a base id stands for; empty where the file does not say."""
        folder = ""
        for _ in range(DEEPEST_BASE):
            location = mapping(self._bases.get(name)) if isinstance(name, str) else {}
            own = path_of(string(location.get("uri"), 4 * PATH_CHARACTERS))
            folder = f"{own.rstrip('/')}/{folder}" if own else folder
            if _is_absolute(own) or "uriBaseId" not in location:
                break
            name = location["uriBaseId"]
        return folder


def path_of(uri: str) -> str:
    """The path in an address, decoded: "file:///C:/a%20b.py" is "C:/a b.py", "src/a.py" is itself."""
    if _DRIVE.match(uri):
        return uri.lstrip("/").replace("\\", "/")
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    # Some tools forget to encode “#” and “?” in names; an address without a scheme is all path.
    path = unquote(parts.path if parts.scheme else uri).replace("\\", "/")
    return path.lstrip("/") if _DRIVE.match(path) else path


def uri_of(path: str) -> str:
    """The relative address of a path: every character that an address may not hold is encoded."""
    return quote(path, safe="/")


def place_in(region: Mapping[str, Any], path: str) -> Place | None:
    """The lines of a region; None where it gives none (a whole file, or offsets into it)."""
    first = whole(region.get("startLine"))
    if first is None or first < 1 or not path:
        return None
    last = whole(region.get("endLine"))
    last = first if last is None else max(first, last)
    if last > first and region.get("endColumn") == 1:
        last -= 1
    return Place(path, first, last)


def further(locations: Iterable[Mapping[str, Any]], artifacts: Artifacts) -> tuple[Place, ...]:
    """The lines of more locations, each once."""
    found: dict[Place, None] = {}
    for location in locations:
        physical = mapping(location.get("physicalLocation"))
        path = artifacts.path(mapping(physical.get("artifactLocation")))
        if place := place_in(mapping(physical.get("region")), path):
            found[place] = None
        if len(found) >= MOST_PLACES:
            break
    return tuple(found)


def _is_source(artifact: Mapping[str, Any]) -> bool:
    """Whether an artifact was looked at, as far as its roles tell; none at all tell nothing else."""
    roles = {string(role, 100) for role in sequence(artifact.get("roles"))}
    return not roles or bool(roles & {"analysisTarget", "resultFile", "tracedFile"})


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or bool(_DRIVE.match(path))


def _tidy(path: str) -> str:
    return posixpath.normpath(path) if path else ""
