"""What is counted of one snapshot, over plain data: the keys under which each of its defects falls.

A number of the insights is how often a key was met; its opposite, the defects behind a number, are
those that met it. So both are told here, once. `reviews.gap.digest` says what the keys mean.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from reviews.gap.estimate import Refusal, of_counts
from reviews.gap.facts import DefectFact, Facts, WitnessFact

Key = tuple[str, ...]
Met = Iterator[tuple[Key, DefectFact]]
"""Each key that a defect meets."""

NO_CATEGORY = "no category"
STUDENT, LINTERS, TESTS, KEY, SELF = "S", "L", "T", "K", "A"
PER_MILLE = 1_000
BINS = 10

BUCKETS = 256
"""Into so many heaps defects are put by their titles, so that what is alike lies together."""

IN_TURN = "AXDRMCI"
"""The letters of the models' witnesses in the order in which what each added is told."""


def category_of(defect: DefectFact) -> str:
    """The category under which a defect is counted."""
    return defect.odc_type or NO_CATEGORY


def turn(letter: str, siglum: str) -> tuple[int, int, str]:
    """A key that sorts sigla as IN_TURN does, those of one letter by number."""
    return IN_TURN.find(letter), len(siglum), siglum


def in_turn(witnesses: Iterable[WitnessFact]) -> list[WitnessFact]:
    """The models' witnesses in the order in which what each added is told."""
    models = [one for one in witnesses if one.letter in IN_TURN]
    return sorted(models, key=lambda one: turn(one.letter, one.siglum))


def by_reviewer(facts: Facts) -> dict[tuple[str, str], list[WitnessFact]]:
    """The witnesses of each reviewer by (letter, name): the passes of one model together."""
    found: dict[tuple[str, str], list[WitnessFact]] = {}
    for one in facts.witnesses:
        if one.letter not in (STUDENT, TESTS, KEY):
            found.setdefault((one.letter, one.name), []).append(one)
    return found


# --- The keys that defects meet -----------------------------------------------------------------------
def totals(facts: Facts) -> Met:
    """("valid" | "false" | "undecided")."""
    for defect in facts.defects:
        yield (_STANDING[defect.valid],), defect


_STANDING = {True: "valid", False: "false", None: "undecided"}


def sights(facts: Facts) -> Met:
    """(siglum, "seen" | "missed") and (category, siglum, "seen" | "missed"), of valid defects."""
    for defect in _valid(facts):
        for siglum in defect.asked:
            if siglum != KEY:
                how = "seen" if siglum in defect.seen else "missed"
                yield (siglum, how), defect
                yield (category_of(defect), siglum, how), defect


def missed(facts: Facts) -> Met:
    """(siglum, siglum, kin, "both" | "first" | "second" | "neither"), of valid defects before both.

    `kin` is that of the function of this name. The first siglum is the lesser as text. Neither the
    tests nor the key are compared with anybody.
    """
    compared = [one for one in facts.witnesses if one.letter not in (TESTS, KEY)]
    valid = [(defect, set(defect.asked), set(defect.seen)) for defect in _valid(facts)]
    for one, other in combinations(sorted(compared, key=lambda item: item.siglum), 2):
        first, second, relation = one.siglum, other.siglum, kin(one, other)
        for defect, asked, seen in valid:
            if first in asked and second in asked:
                yield (first, second, relation, _WHICH[first not in seen, second not in seen]), defect


_WHICH = {(True, True): "both", (True, False): "first", (False, True): "second", (False, False): "neither"}


def kin(one: WitnessFact, other: WitnessFact) -> str:
    """Whose models two witnesses are: "one family", "two families", "families in common".

    The last is of panels; "not both models" where the student, the linters or the like is one.
    """
    mine, theirs = _families(one), _families(other)
    if not mine or not theirs:
        return "not both models"
    if mine.isdisjoint(theirs):
        return "two families"
    return "one family" if mine == theirs and len(mine) == 1 else "families in common"


def _families(one: WitnessFact) -> set[str]:
    return set(one.family.split("+")) - {""}


def repeats(facts: Facts) -> Met:
    """("missed" | "seen", "missed" | "seen"), of valid defects that the first self-review pass missed.

    What its second pass did, then what the first witness of another family did; only where all
    three were asked.
    """
    for defect, own, others in _authors(facts):
        if len(own) > 1 and others and own[0] not in defect.seen:
            yield (
                (
                    "seen" if own[1] in defect.seen else "missed",
                    "seen" if others[0] in defect.seen else "missed",
                ),
                defect,
            )


def blind(facts: Facts) -> Met:
    """Of valid defects before several self-review passes: ("any",) of them missed it, ("all",) did.

    Of the latter, where a witness of another family was asked: ("all", "asked"), and ("all", "saw").
    """
    for defect, own, others in _authors(facts):
        silent = [siglum for siglum in own if siglum not in defect.seen]
        if len(own) > 1 and silent:
            yield ("any",), defect
            if len(silent) == len(own):
                yield ("all",), defect
                if others:
                    yield ("all", "asked"), defect
                if any(siglum in defect.seen for siglum in others):
                    yield ("all", "saw"), defect


def added(facts: Facts) -> Met:
    """(siglum, "new"): valid defects that this witness saw and none of the models' before it in turn."""
    sigla = [one.siglum for one in in_turn(facts.witnesses)]
    for defect in _valid(facts):
        first = next((siglum for siglum in sigla if siglum in defect.seen), None)
        if first:
            yield (first, "new"), defect


def tests(facts: Facts) -> Met:
    """("green" | "other", severity), of valid defects."""
    for defect in _valid(facts):
        yield (_colour(facts), "valid"), defect
        yield (_colour(facts), defect.severity), defect


def student(facts: Facts) -> Met:
    """("caught" | "missed") of valid defects, and ("false") of false ones that a note names."""
    for defect in facts.defects:
        if defect.valid:
            yield ("caught" if defect.notes else "missed",), defect
        elif defect.valid is False and defect.notes:
            yield ("false",), defect


def reviewers(facts: Facts) -> Met:
    """(letter, name, "seen" | "missed") of valid defects, ("false") and ("false", category) of others."""
    for key, passes in by_reviewer(facts).items():
        sigla = {one.siglum for one in passes}
        for defect in facts.defects:
            saw = not sigla.isdisjoint(defect.seen)
            if defect.valid and not sigla.isdisjoint(defect.asked):
                yield (*key, "seen" if saw else "missed"), defect
            elif defect.valid is False and saw:
                yield (*key, "false"), defect
                yield (*key, "false", category_of(defect)), defect


def nobody(facts: Facts) -> Met:
    """What `reviews.gap.estimate` says of the snapshot, for each of its defects, whatever its standing.

    ("refused", why) or ("estimated", f_1, f_2, …). Reviewers are the student, the linters, and the
    families of models; a panel of several families is no further one, since it is not independent.
    """
    said = estimated(facts)
    for defect in facts.defects:
        yield said, defect


OF_DEFECTS: Mapping[str, Callable[[Facts], Met]] = {
    "totals": totals,
    "sights": sights,
    "missed": missed,
    "repeats": repeats,
    "blind": blind,
    "added": added,
    "tests": tests,
    "student": student,
    "reviewers": reviewers,
}
"""The fields of a digest whose counts are of defects."""


# --- What is counted beside the defects ---------------------------------------------------------------
def beside(facts: Facts) -> Iterator[tuple[str, Key, int]]:
    """Field, key and number of everything else that adds up: submissions, costs, confidences."""
    yield "totals", ("submissions",), 1
    yield "totals", ("decided",), int(_is_decided(facts))
    yield "totals", ("held",), int(bool(_valid(facts)))
    yield "nobody", estimated(facts), 1
    for key, defect in repeats(facts):
        yield "alike", (_bucket(defect), *key), 1
    yield from _of_witnesses(facts)
    yield from _of_tests(facts)
    yield from _of_notes(facts)
    yield from _of_reviewers(facts)


def _bucket(defect: DefectFact) -> str:
    """The heap of a defect: those of one title share one, in whichever submission they are."""
    return str(zlib.crc32(" ".join(defect.title.casefold().split()).encode()) % BUCKETS)


def _of_witnesses(facts: Facts) -> Iterator[tuple[str, Key, int]]:
    for one in facts.witnesses:
        yield "witnesses", (one.siglum, one.letter, one.name, one.family), 1
        yield "apart", (one.siglum, "submissions"), 1
        yield "apart", (one.siglum, "unable"), int(one.unable)
        yield "apart", (one.siglum, "recorded"), int(one.recorded)
    for one in in_turn(facts.witnesses):
        yield "added", (one.siglum, "cost"), one.cost or 0
        yield "added", (one.siglum, "unpriced"), int(_is_unpriced(one))
        # A recording replays a call that was made once.
        yield "added", (one.siglum, "calls"), one.calls or int(one.recorded)


def _of_tests(facts: Facts) -> Iterator[tuple[str, Key, int]]:
    state = "holding" if _valid(facts) else "clean" if _is_decided(facts) else "open"
    yield "tests", (_colour(facts), "submissions"), 1
    yield "tests", (_colour(facts), state), 1


def _of_notes(facts: Facts) -> Iterator[tuple[str, Key, int]]:
    yield "student", ("false notes",), sum(one.notes for one in facts.defects if one.valid is False)
    for stated, right in facts.stated:
        mille = round(stated * PER_MILLE)
        tenth = str(min(mille * BINS // PER_MILLE, BINS - 1))
        yield "student", ("stated",), 1
        yield "student", ("right",), int(right)
        yield "student", ("brier",), (mille - PER_MILLE * right) ** 2
        yield "student", ("tenth", tenth, "stated"), 1
        yield "student", ("tenth", tenth, "right"), int(right)
        yield "student", ("tenth", tenth, "sum"), mille


def _of_reviewers(facts: Facts) -> Iterator[tuple[str, Key, int]]:
    for key, passes in by_reviewer(facts).items():
        yield "reviewers", (*key, "submissions"), 1
        yield "reviewers", (*key, "unable"), int(any(one.unable for one in passes))
        yield "reviewers", (*key, "recorded"), int(any(one.recorded for one in passes))
        yield "reviewers", (*key, "cost"), sum(one.cost or 0 for one in passes)
        yield "reviewers", (*key, "unpriced"), int(any(map(_is_unpriced, passes)))
        yield "reviewers", (*key, "calls"), sum(one.calls for one in passes)


def _is_unpriced(one: WitnessFact) -> bool:
    """Whether it cost something that is not known; a recording is told apart."""
    return one.cost is None and not one.recorded


def estimated(facts: Facts) -> Key:
    """The key of `nobody` of a snapshot: what was found by how many independent minds, or the refusal."""
    minds = {one.siglum: mind for one in facts.witnesses if not one.unable and (mind := _mind(one))}
    panel = set(minds.values())
    finders = [{minds[siglum] for siglum in defect.seen if siglum in minds} for defect in _valid(facts)]
    found_by = [sum(len(found) == j for found in finders) for j in range(1, len(panel) + 1)]
    said = of_counts(found_by)
    return ("refused", said.why) if isinstance(said, Refusal) else ("estimated", *map(str, found_by))


def _mind(one: WitnessFact) -> str:
    """Whose judgement a witness is: a family's, the student's, the linters'; else nobody's alone."""
    if one.letter in (STUDENT, LINTERS):
        return one.letter
    return one.family if len(_families(one)) == 1 else ""


def _valid(facts: Facts) -> Sequence[DefectFact]:
    return [defect for defect in facts.defects if defect.valid]


def _is_decided(facts: Facts) -> bool:
    return all(defect.valid is not None for defect in facts.defects)


def _colour(facts: Facts) -> str:
    return "green" if facts.green else "other"


def _authors(facts: Facts) -> Iterator[tuple[DefectFact, list[str], list[str]]]:
    """Each valid defect with those of the self-review passes, and of other families, asked about it."""
    models = in_turn(facts.witnesses)
    own = [one for one in models if one.letter == SELF]
    others = [one.siglum for one in models if own and kin(own[0], one) == "two families"]
    passes = [one.siglum for one in own]
    for defect in _valid(facts):
        asked = set(defect.asked)
        yield defect, [one for one in passes if one in asked], [one for one in others if one in asked]


def count(facts: Facts, into: Mapping[str, Counter[Key]]) -> None:
    """Add all counts of one snapshot to those of its field."""
    for field, met in OF_DEFECTS.items():
        into[field].update(key for key, _ in met(facts))
    for field, key, number in beside(facts):
        if number:
            into[field][key] += number
