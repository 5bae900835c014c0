"""What the insights found, in one sentence each: the headings of their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviews.gap.digest import Digest
from reviews.gap.tables.blind import FEWEST_COMPARED, BlindSpots, Repeats, Thesis, repeats
from reviews.gap.tables.reviewers import ReviewerRow, Step
from reviews.gap.tables.students import Learnt, Nobody, TestsRow, green_tests, learnt


@dataclass(frozen=True, slots=True)
class Headlines:
    """The class in three sentences, each with the place on the insights page that tells the rest."""

    submissions: int
    valid: int
    sentences: tuple[tuple[str, str], ...]


def headlines(digest: Digest) -> Headlines:
    """What the students caught, what self-review repeats, what green tests hide."""
    return Headlines(
        digest.count("totals", ("submissions",)),
        digest.count("totals", ("valid",)),
        (
            ("learnt", of_learnt(learnt(digest))),
            ("repeats", of_repeats(repeats(digest))),
            ("tests", of_tests(green_tests(digest))),
        ),
    )


def of_spots(table: BlindSpots) -> str:
    """Where the students are blind."""
    student = next((row for row in table.witnesses if row.letter == "S"), None)
    if student is None or not student.missed.whole:
        return "No blind spot can be told yet"
    if not student.missed.part.value:
        return "The students missed no valid defect"
    place = table.witnesses.index(student)
    row = max(table.rows, key=lambda row: row.cells[place].part.value)
    cell = row.cells[place]
    return f"The students missed {cell.part.value} of {cell.whole} defects of {_kind(row.category)}"


def _kind(category: str) -> str:
    return category if category == "no category" else f"the category {category}"


def of_repeats(table: Repeats) -> str:
    """Whether the self-review passes missed the same."""
    missed, same = table.any_missed.value, table.all_missed.value
    if not missed:
        return "No two self-review passes missed anything together"
    return f"The self-review passes missed the same {same} of {missed}"


def of_thesis(thesis: Thesis) -> str:
    """What the data say of "same model, same blind spots", plainly."""
    difference = thesis.difference
    if difference is None:
        return (
            "Too small to say whether the same model has the same blind spots: no valid defect was missed "
            "by a first self-review pass with a second pass and a model of another family beside it."
        )
    again, other, n = difference.first, difference.second, thesis.compared
    alike = "" if round(difference.worth) >= n else f", worth about {difference.worth:.0f} independent ones,"
    found = (
        f"Of the {_defects(n)}{alike} that the first self-review pass missed, the second missed "
        f"{again.part:g} too ({again.value:.2f}), and the first model of another family {other.part:g} "
        f"({other.value:.2f}). The difference is {difference.value:.2f}, 95 % interval "
        f"{difference.low:.2f} to {difference.high:.2f}"
    )
    return f"{_VERDICTS[thesis.verdict]} {found}{_ENDS[thesis.verdict]}."


_VERDICTS = {
    "too small": (
        "Too small to say whether the same model has the same blind spots: it takes "
        f"{FEWEST_COMPARED} independent defects."
    ),
    "supported": "The data support “same model, same blind spots”.",
    "not supported": "The data do not support “same model, same blind spots”.",
    "contradicted": "The data speak against “same model, same blind spots”.",
}
_ENDS = {
    "too small": "",
    "supported": "",
    "not supported": ", which holds zero",
    "contradicted": ": the other family repeats the first pass more than its own model does",
}


def of_steps(table: Sequence[Step]) -> str:
    """What more passes of self-review added, and what the others did."""
    own = [step for step in table if step.letter == "A"]
    others = [step for step in table if step.letter != "A"]
    if not table:
        return "No model has reviewed yet"
    later = sum(step.new.value for step in own[1:])
    said = []
    if own:
        said.append(f"The first self-review pass found {_defects(own[0].new.value)}")
    if len(own) > 1:
        said.append(f"{len(own) - 1} more added {later or 'none'}")
    if others:
        said.append(f"the others added {sum(step.new.value for step in others)}")
    return ", ".join(said)[:1].upper() + ", ".join(said)[1:]


def of_tests(table: Sequence[TestsRow]) -> str:
    """What green tests hide."""
    green = next(row for row in table if row.green)
    if not green.submissions:
        return "No submission came with green tests"
    if not green.valid.value:
        return f"No valid defect is known in the {_submissions(green.submissions)} with green tests"
    return (
        f"Green tests, and still {_defects(green.valid.value)} in {green.holding} of "
        f"{_submissions(green.submissions)}"
    )


def of_nobody(table: Nobody) -> str:
    """For how much of the class there is an estimate of what nobody found."""
    whole = table.estimated + table.refused
    if not whole:
        return "Nothing can be said of what nobody found"
    if not table.estimated:
        return f"What nobody found cannot be estimated in any of {_submissions(whole)}"
    return f"What nobody found can be estimated in {table.estimated} of {_submissions(whole)}"


def of_reviewers(table: Sequence[ReviewerRow]) -> str:
    """Who saw most of what was there to be seen."""
    known = [row for row in table if row.recall.drawn]
    if not known:
        return "Too little is decided to compare reviewers"
    best = max(known, key=lambda row: row.recall.part.value / row.recall.whole)
    return f"{best.name} saw most: {best.recall.part.value} of {best.recall.whole} valid defects"


def of_learnt(worth: Learnt) -> str:
    """What the class's notes caught."""
    if not worth.recall.whole:
        return "No valid defect yet that the students could have caught"
    return f"The students caught {worth.recall.part.value} of {worth.recall.whole} valid defects"


def of_term(digests: Sequence[Digest]) -> str:
    """Whether recall rose over the term, by its first and last assignment with valid defects."""
    shares = [share for digest in digests if (share := learnt(digest).recall.share)]
    if len(shares) < 2:
        return "It takes two assignments with valid defects to see learning"
    first, last = shares[0], shares[-1]
    if first.low <= last.high and last.low <= first.high:
        end = "their intervals overlap"
    else:
        end = "their intervals lie apart"
    return f"Recall was {first.value:.2f} at first and {last.value:.2f} at last; {end}"


def _defects(count: int) -> str:
    return "1 valid defect" if count == 1 else f"{count or 'no'} valid defects"


def _submissions(count: int) -> str:
    return "1 submission" if count == 1 else f"{count} submissions"


# --- What a number counts -----------------------------------------------------------------------------
def of_key(of: str, key: tuple[str, ...]) -> str:
    """What the defects behind the count of a key of a digest are, in words."""
    return _of_witnesses(of, key) or _of_classes(of, key) or "Defects"


def _of_witnesses(of: str, key: tuple[str, ...]) -> str:
    match of, key:
        case "sights", (siglum, how):
            return f"Valid defects that {siglum} {_did(how)}"
        case "sights", (category, siglum, how):
            return f"Valid defects of {_kind(category)} that {siglum} {_did(how)}"
        case "missed", (one, other, _, which):
            return f"Valid defects that {_WHO.get(which, _WHO['neither']).format(one, other)}"
        case "repeats", (again, stranger):
            return (
                "Valid defects that the first self-review pass missed, the second "
                f"{_did(again)} and the first model of another family {_did(stranger)}"
            )
        case "blind", _:
            return f"Valid defects that {_BLIND.get(key, 'were missed')}"
        case "added", (siglum, _):
            return f"Valid defects that {siglum} was the first model to see"
        case "reviewers", (_, name, "false", category):
            return f"False alarms of {_kind(category)} by {name}"
        case "reviewers", (_, name, how):
            return f"False alarms by {name}" if how == "false" else f"Valid defects that {name} {_did(how)}"
    return ""


def _of_classes(of: str, key: tuple[str, ...]) -> str:
    match of, key:
        case "totals", (standing,):
            return {"valid": "Valid defects", "false": "False alarms"}.get(standing, "Undecided defects")
        case "tests", (colour, what):
            kind = "Valid defects" if what == "valid" else f"Valid defects, {what},"
            return f"{kind} of submissions {'with' if colour == 'green' else 'without'} green tests"
        case "student", (what,):
            return _STUDENT.get(what, "")
        case "nobody", ("refused", *_):
            return "Defects, of any standing, of submissions without an estimate of what nobody found"
        case "nobody", _:
            return "Defects, of any standing, of submissions with this estimate of what nobody found"
    return ""


_WHO = {
    "both": "{0} and {1} both missed",
    "first": "{0} missed and {1} saw",
    "second": "{1} missed and {0} saw",
    "neither": "{0} and {1} both saw",
}
_BLIND = {
    ("any",): "at least one self-review pass missed",
    ("all",): "every self-review pass missed",
    ("all", "asked"): "every self-review pass missed, and another family was asked about",
    ("all", "saw"): "every self-review pass missed, and another family saw",
}
_STUDENT = {
    "caught": "Valid defects that a note names",
    "missed": "Valid defects that no note names",
    "false": "False alarms that a note raised",
}


def _did(how: str) -> str:
    return "saw" if how == "seen" else "missed"
