"""One file of a submission with all that is said about it, as the code reader shows it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

from courses.models import Revision
from reviews.gap.apparatus import HEAVY
from reviews.gap.stored import SPEAKING
from reviews.models import Finding, Note, SnapshotFile
from reviews.snapshots.ground import Ground
from reviews.snapshots.highlight import highlighted_lines

_NOT_WHAT_IT_IS_ABOUT = re.compile(
    r"(^|/)(tests?|__tests__|spec|docs?|migrations|vendor|dist)/|(^|/)test_|[._](test|spec)\.|_test\.|"
    r"\.(json|lock|toml|cfg|ini|ya?ml|md|txt|rst|csv|xml|svg|css)$|\.config\.|(^|/)\.|(^|/)__init__\.py$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A line of the file tree, with how many claims the reader of the page may see there."""

    path: str
    notes: int
    findings: int
    is_current: bool

    @property
    def claims(self) -> int:
        """Notes and findings together."""
        return self.notes + self.findings


@dataclass(frozen=True, slots=True)
class Said:
    """A claim, and which of the two kinds it is."""

    kind: Literal["note", "finding"]
    claim: Note | Finding


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of code as safe HTML, and what stands after the last of them."""

    html: SafeString
    said: tuple[Said, ...]
    is_composing: bool


@dataclass(frozen=True, slots=True)
class ReaderPage:
    """A file in the code reader.

    Claims that have no line here stand above the code: `on_file`, `on_whole`, and `not_found` for
    those whose line or file is not in this code. `composes_above` says that a note form belongs there.
    """

    revision: Revision
    files: tuple[TreeFile, ...]
    path: str
    line_count: int
    stretches: tuple[Stretch, ...]
    on_file: tuple[Said, ...]
    on_whole: tuple[Said, ...]
    not_found: tuple[Said, ...]
    notes: tuple[Note, ...]
    previous: str
    following: str
    composes_above: bool

    @property
    def margins(self) -> str:
        """Which margins the page uses; a reader of notes alone needs the left one only."""
        return "both" if any(file.findings for file in self.files) or self._has_findings else "left"

    @property
    def unfinished(self) -> int:
        """How many notes have no title yet."""
        return sum(not note.title for note in self.notes)

    @property
    def _has_findings(self) -> bool:
        return any(item.kind == "finding" for item in (*self.on_whole, *self.not_found))


@dataclass(frozen=True, slots=True)
class Composing:
    """Where a note form stands: after a line of the file, or above the code for None.

    `instead_of` is the note that it replaces on the page.
    """

    after_line: int | None = None
    instead_of: int | None = None


def first_path(revision: Revision) -> str:
    """The file to begin with: source before tests, configuration and data, the longest first."""
    files = revision.snapshot.files.values_list("path", "line_count")
    return min(files, key=lambda file: (bool(_NOT_WHAT_IT_IS_ABOUT.search(file[0])), -file[1], file[0]))[0]


def path_of_claim(revision: Revision, kind: str, claim_id: int, *, with_findings: bool) -> str | None:
    """The file on whose page a claim is shown, or None where there is no such claim to be seen."""
    claims: Iterable[Note | Finding]
    if kind == "note":
        claims = revision.snapshot.notes.filter(pk=claim_id)
    elif with_findings:
        claims = revision.snapshot.findings.filter(SPEAKING, pk=claim_id)
    else:
        claims = ()
    for claim in claims:
        is_here = revision.snapshot.files.filter(path=claim.path).exists()
        return claim.path if is_here else first_path(revision)
    return None


def reader_page(
    revision: Revision, path: str, *, with_findings: bool, composing: Composing | None = None
) -> ReaderPage:
    """The page of one file, in a fixed number of queries.

    Raises SnapshotFile.DoesNotExist where the revision has no such file.
    """
    snapshot = revision.snapshot
    rows = list(snapshot.files.all())
    row = SnapshotFile.objects.select_related("blob").get(snapshot=snapshot, path=path)
    lines = highlighted_lines(path, row.blob.text, row.blob_id)
    notes = list(snapshot.notes.all())
    findings = list(_findings(revision)) if with_findings else []
    hidden = composing.instead_of if composing else None
    said = [
        *(Said("note", note) for note in notes if note.pk != hidden),
        *(Said("finding", finding) for finding in findings),
    ]
    by_line, on_file, on_whole, not_found = _placed(said, path, {item.path for item in rows}, len(lines))
    after = composing.after_line if composing else None
    if after is not None and after > len(lines):
        after = None
    return ReaderPage(
        revision=revision,
        files=_tree(rows, path, notes, findings),
        path=path,
        line_count=len(lines),
        stretches=tuple(_stretches(lines, by_line, after)),
        on_file=tuple(on_file),
        on_whole=tuple(on_whole),
        not_found=tuple(not_found),
        notes=tuple(notes),
        previous=_neighbour(rows, path, -1),
        following=_neighbour(rows, path, 1),
        composes_above=composing is not None and after is None,
    )


def _findings(revision: Revision) -> Iterable[Finding]:
    findings = revision.snapshot.findings.filter(SPEAKING).select_related("by_pass__reviewer", "defect")
    return findings.defer(*(f"by_pass__{name}" for name in HEAVY))


def _placed(
    said: Sequence[Said], path: str, paths: set[str], line_count: int
) -> tuple[dict[int, list[Said]], list[Said], list[Said], list[Said]]:
    """Claims by the last line that they speak of, and those above the code: file, whole, not found."""
    by_line: dict[int, list[Said]] = defaultdict(list)
    on_file: list[Said] = []
    on_whole: list[Said] = []
    not_found: list[Said] = []
    for item in said:
        claim = item.claim
        if not claim.path:
            on_whole.append(item)
        elif claim.path not in paths:
            not_found.append(item)
        elif claim.path != path:
            continue
        elif claim.first_line is None:
            (not_found if claim.grounding == Ground.NONE else on_file).append(item)
        elif claim.grounding == Ground.NONE or (claim.last_line or claim.first_line) > line_count:
            not_found.append(item)
        else:
            by_line[claim.last_line or claim.first_line].append(item)
    return by_line, on_file, on_whole, not_found


def _stretches(
    lines: Sequence[str], by_line: dict[int, list[Said]], composing_after: int | None
) -> Iterable[Stretch]:
    """The code cut after every line on which something ends.

    Rows are joined as text, not by the template: 2,000 of them in a few milliseconds.
    """
    cuts = sorted({*by_line, *([composing_after] if composing_after else []), len(lines)})
    done = 0
    for cut in cuts:
        # What highlighted_lines returns is escaped; the numbers are ours.
        html = "".join(
            f'<div class="line" id="L{number}"><a class="n" href="#L{number}" tabindex="-1">{number}</a>'
            f"<code>{line}</code></div>\n"
            for number, line in enumerate(lines[done:cut], done + 1)
        )
        yield Stretch(mark_safe(html), tuple(by_line.get(cut, ())), cut == composing_after)  # noqa: S308
        done = cut


def _tree(
    rows: Sequence[SnapshotFile], path: str, notes: Sequence[Note], findings: Sequence[Finding]
) -> tuple[TreeFile, ...]:
    noted = Counter(note.path for note in notes)
    found = Counter(finding.path for finding in findings)
    return tuple(TreeFile(row.path, noted[row.path], found[row.path], row.path == path) for row in rows)


def _neighbour(rows: Sequence[SnapshotFile], path: str, by: int) -> str:
    """The path of the file before or after; empty at the ends."""
    at = next(index for index, row in enumerate(rows) if row.path == path) + by
    return rows[at].path if 0 <= at < len(rows) else ""
