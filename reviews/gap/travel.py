"""Decisions travel: the verdict on a defect is offered for the same defect in other submissions.

Nothing is applied unseen: `alike` finds where the same defect seems to be, and a person chooses for
which of those `apply` takes the verdict over. Near-identical code is what makes it worth while, so
claims are compared where their lines stand in one and the same code, whatever was put above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from reviews.claims import Claim, Place
from reviews.gap.match import NEAR_LINES, Corpus, Match
from reviews.gap.standing import Refused
from reviews.gap.stored import SPEAKING, Stored
from reviews.gap.tallies import rebuild
from reviews.models import Blob, Defect, Finding, KeyClaim, Note, Snapshot, SnapshotFile
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import find_quotation

Lines = Sequence[str]
Files = dict[str, Lines]

CHUNK = 100
"""For so many submissions at once a verdict is taken over; more would keep others waiting long."""

VERDICTS = (Defect.Standing.VALID, Defect.Standing.INVALID)
"""What travels. That a defect repeats another one is a matter of its own submission."""


@dataclass(frozen=True, slots=True)
class Alike:
    """An undecided defect of another snapshot that seems to be the same.

    `where` and `line` are the place and the line of code that it is about there, empty without one;
    `why` says in a sentence why it is thought to be the same. `stands`: the lines that the verdict
    rests on stand in that code, too.
    """

    defect: Defect
    where: str
    line: str
    why: str
    stands: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A defect for which a verdict was to be taken over; `why_not` is empty where it was."""

    defect: Defect
    why_not: str = ""


def alike(defect: Defect, among: Collection[int]) -> list[Alike]:
    """The undecided defects of these snapshots that seem to be this one, at most one a snapshot.

    Only what is said of the same files, or of none, is compared, and only the texts of those files
    are read. In a fixed number of queries, whatever the number of snapshots; sorted by snapshot.
    """
    own = _claims_of([defect.pk, *defect.duplicates.values_list("pk", flat=True)])
    others = _undecided(set(among) - {defect.snapshot_id}, {item.path for item in own})
    if not own or not others:
        return []
    verdict = _Verdict(defect, own)
    files = _files(others, verdict.paths)
    found = (verdict.in_code(groups, files[pk]) for pk, groups in sorted(others.items()))
    return [item for item in found if item is not None]


def apply(defect: Defect, chosen: Iterable[int], by: AbstractBaseUser) -> list[Taken]:
    """Take the verdict on a defect over for these others, in the locks of their snapshots.

    What was decided meanwhile is left alone, and so is, for a dismissal, what stands in code that
    does not hold the quoted line. Who calls says that the person may decide there.
    Raises Refused where there is no verdict to take over.
    """
    source = Defect.objects.get(pk=defect.pk)
    if source.standing not in VERDICTS:
        raise Refused(
            "defect", f"Defect {source.number} is {source.standing}: there is no verdict to take over."
        )
    others = Defect.objects.filter(pk__in=list(chosen)).exclude(snapshot=source.snapshot_id)
    rows = list(others.order_by("snapshot_id", "number"))
    files = _files({row.snapshot_id for row in rows}, _proof_paths(source))
    standing = [row for row in rows if _may_stand(source, files[row.snapshot_id])]
    done: set[int] = set()
    for start in range(0, len(standing), CHUNK):
        done |= _take_over(source, standing[start : start + CHUNK], by)
    meanwhile = {row.pk for row in standing} - done
    return [Taken(row, _why_not(row.pk in done, row.pk in meanwhile)) for row in rows]


def _take_over(source: Defect, rows: Sequence[Defect], by: AbstractBaseUser) -> set[int]:
    """The primary keys of those that were undecided until now."""
    snapshot_ids = sorted({row.snapshot_id for row in rows})
    with transaction.atomic():
        # In one order, as `tallies.rebuild` locks them: two who do so at once wait, not for each other.
        list(
            Snapshot.objects.select_for_update().filter(pk__in=snapshot_ids).order_by("pk").values_list("pk")
        )
        undecided = Defect.objects.filter(pk__in=[row.pk for row in rows], standing=Defect.Standing.UNDECIDED)
        done = set(undecided.values_list("pk", flat=True))
        Defect.objects.filter(pk__in=done).update(
            standing=source.standing,
            reason=source.reason,
            evidence=source.evidence,
            decided_by=by.pk,
            decided_at=timezone.now(),
            decided_from=Defect.DecidedFrom.PERSON,
            decided_like=source,
        )
        rebuild(snapshot_ids)
    return done


def _why_not(done: bool, meanwhile: bool) -> str:
    if done:
        return ""
    return "Somebody decided it meanwhile." if meanwhile else "The quoted line is not in this code."


def _may_stand(source: Defect, files: Files) -> bool:
    """Whether the verdict can stand in this code at all: a dismissal needs its line there."""
    return source.standing != Defect.Standing.INVALID or _holds(files, source.evidence)


# --- What is compared ---------------------------------------------------------------------------------
class _Verdict:
    """A decided defect, made ready to be looked for in the code of others.

    `paths` are the files that tell: those that it is said of, and those with the line it rests on.
    """

    def __init__(self, defect: Defect, own: Sequence[Stored]) -> None:
        """Read its code, in two queries."""
        self._defect = defect
        self._own = [item.claim() for item in own]
        self._files = _files([defect.snapshot_id])[defect.snapshot_id]
        self._sha256 = defect.snapshot.sha256
        self._proof = _proof_paths(defect, self._files)
        self.paths = {claim.path for claim in self._own if claim.path} | self._proof

    def in_code(self, groups: Mapping[Defect, Sequence[Stored]], files: Files) -> Alike | None:
        """The defect of one other snapshot, given its claims, that is most like it, if any is."""
        items = [
            (defect, item, claim)
            for defect, claims in groups.items()
            for item in claims
            if self._is_near(claim := self._as_ours(item.claim(), files))
        ]
        matches = _matches(self._own, [claim for _, _, claim in items])
        fits = [
            (match, own, *found) for found, (own, match) in zip(items, matches, strict=True) if match.same
        ]
        if not fits:
            return None
        match, own, defect, item, moved = max(fits, key=lambda fit: (fit[0].score, -fit[2].number))
        differs = moved.place is None and item.first_line is not None
        return Alike(
            defect,
            item.where,
            _line(item, files),
            f"The lines read differently, but its words match ({match.score:.2f})." if differs else match.why,
            self._stands(own, item, files),
        )

    def _as_ours(self, claim: Claim, files: Files) -> Claim:
        """A claim on other code at the lines of our code that read the same; without a place if none do."""
        ours, theirs = self._files.get(claim.path, ()), files.get(claim.path, ())
        if claim.place is None or ours is theirs:
            return claim
        found = find_quotation(_spoken(claim, theirs), ours, near=claim.place.first_line)
        return replace(claim, place=Place(claim.path, *found) if found else None, elsewhere=())

    def _is_near(self, claim: Claim) -> bool:
        """Whether a claim is on lines near enough to be the same: most are not, and cost nothing more.

        Lines that read the same in both submissions are the best sign there is, so near is near.
        """
        theirs = _places(claim)
        return any(
            not theirs
            or not ours
            or any(one.overlaps(two, slack=NEAR_LINES) for one in ours for two in theirs)
            for ours in map(_places, self._own)
        )

    def _stands(self, own: Claim, item: Stored, files: Files) -> bool:
        """Whether what the verdict rests on is there, too: its quoted line, or the lines it is about."""
        if self._defect.standing == Defect.Standing.INVALID:
            return _holds({path: files[path] for path in self._proof & files.keys()}, self._defect.evidence)
        if own.place is None:
            return item.snapshot.sha256 == self._sha256
        theirs = files.get(own.path, ())
        return find_quotation(_spoken(own, self._files.get(own.path, ())), theirs) is not None


def _matches(own: Sequence[Claim], theirs: Sequence[Claim]) -> list[tuple[Claim, Match]]:
    """For each of their claims the one of ours that fits best, and how well: all we ask of the matcher.

    Compared are claims on two submissions as if on one code. Those of one other submission at a time:
    among five hundred that say the same, the very words that tell would count as common ones.
    """
    corpus = Corpus((*own, *theirs))
    rows, columns = range(len(own)), range(len(own), len(corpus.claims))
    scores = [[corpus.score(row, column) for row in rows] for column in columns]
    best = [max(rows, key=lambda row: (of_one[row], -row)) for of_one in scores]
    return [(own[row], corpus.match(row, column)) for row, column in zip(best, columns, strict=True)]


def _places(claim: Claim) -> tuple[Place, ...]:
    return (claim.place, *claim.elsewhere) if claim.place else claim.elsewhere


def _spoken(claim: Claim, lines: Lines) -> str:
    """The lines of code that a claim is about; empty where they are not there."""
    return "\n".join(lines[claim.place.first_line - 1 : claim.place.last_line]) if claim.place else ""


def _line(item: Stored, files: Files) -> str:
    lines, number = files.get(item.path, ()), item.first_line or 0
    return lines[number - 1].strip() if 1 <= number <= len(lines) else ""


def _holds(files: Files, quote: str) -> bool:
    return any(find_quotation(quote, lines) for lines in files.values())


def _proof_paths(defect: Defect, files: Files | None = None) -> set[str]:
    """The files of its own code in which the line stands that a dismissal rests on."""
    if defect.standing != Defect.Standing.INVALID:
        return set()
    own = _files([defect.snapshot_id])[defect.snapshot_id] if files is None else files
    return {path for path, lines in own.items() if find_quotation(defect.evidence, lines)}


# --- What is read -------------------------------------------------------------------------------------
def _claims_of(defect_ids: Collection[int]) -> list[Stored]:
    return [
        *Note.objects.filter(defect__in=defect_ids),
        *Finding.objects.filter(SPEAKING, defect__in=defect_ids),
        *KeyClaim.objects.filter(defect__in=defect_ids),
    ]


def _undecided(among: Collection[int], paths: Collection[str]) -> dict[int, dict[Defect, list[Stored]]]:
    """The claims of undecided defects on these files or on none, by snapshot and defect."""
    within = Q(snapshot__in=among, path__in={*paths, ""}, defect__standing=Defect.Standing.UNDECIDED)
    claims: list[Stored] = [
        *Note.objects.filter(within).select_related("defect", "snapshot"),
        *Finding.objects.filter(SPEAKING, within).select_related("defect", "snapshot"),
        *KeyClaim.objects.filter(within).select_related("defect", "snapshot"),
    ]
    found: dict[int, dict[Defect, list[Stored]]] = defaultdict(lambda: defaultdict(list))
    for item in claims:
        if item.defect is not None:
            found[item.snapshot_id][item.defect].append(item)
    return found


def _files(snapshot_ids: Collection[int], paths: Collection[str] | None = None) -> dict[int, Files]:
    """The lines of these files (None: of all) by snapshot and path, in two queries.

    Equal texts are read once and are the same object.
    """
    rows = SnapshotFile.objects.filter(snapshot__in=snapshot_ids)
    rows = rows if paths is None else rows.filter(path__in=paths)
    held = list(rows.values_list("snapshot", "path", "blob"))
    texts = Blob.objects.filter(pk__in={blob for _, _, blob in held}).values_list("pk", "text")
    lines = {pk: SourceFile("", text).lines for pk, text in texts}
    found: dict[int, Files] = {pk: {} for pk in snapshot_ids}
    for snapshot_id, path, blob in held:
        found[snapshot_id][path] = lines[blob]
    return found
