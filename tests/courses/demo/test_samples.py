"""The demo's sample applications: what is said about them is consistent."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from courses.demo.sample_data import KEYS, SAMPLES, Known, Sample, load
from reviews.claims import Claim, DefectType, Severity
from reviews.providers.ast_grep import AstGrep
from reviews.providers.bandit import Bandit
from reviews.providers.base import Request
from reviews.snapshots.evidence import read_test_evidence
from reviews.snapshots.files import tree_sha256

STUDENTS = "amara ben chiara daniel elif felix grace hana ivan julia kofi lena"
AUTHORS = {"tasks_api": ("claude-opus-4-6", "gpt-5.4"), "library_loans": ("gpt-5.4", "claude-opus-4-6")}

# Two findings a sample are wrong about where they are, as reviewers are now and then.
QUOTE_STANDS_ELSEWHERE = {
    "tasks_api": "Task id is concatenated into the SELECT",
    "library_loans": "Missing permission check when a fine is waived",
}
LINE_DOES_NOT_EXIST = {
    "tasks_api": "One writer for everything",
    "library_loans": "Exported cells may be read as formulas",
}
FOUND_BY_A_STUDENT_ONLY = {"tasks_api": "reused-id", "library_loans": "renewal-erases-fine"}
FOUND_BY_LINTERS_ONLY = {"tasks_api": "floating-promise", "library_loans": "guessable-code"}


@pytest.fixture(params=KEYS)
def sample(request: pytest.FixtureRequest) -> Sample:
    return load(request.param)


def stands(sample: Sample, claim: Claim) -> bool:
    """Whether each quoted line is a line of those that the claim cites."""
    lines = {file.path: file.lines for file in sample.files}.get(claim.path)
    if claim.place is None or lines is None or not 1 <= claim.place.first_line <= claim.place.last_line:
        return False
    cited = [line.strip() for line in lines[claim.place.first_line - 1 : claim.place.last_line]]
    return claim.place.last_line <= len(lines) and claim.quote.strip() in cited


def findings(sample: Sample) -> list[Claim]:
    return [found for recording in sample.recordings for found in recording.findings]


def notes(sample: Sample) -> list[Claim]:
    return [note for person in sample.notes.values() for note in person]


def known(sample: Sample, name: str) -> Known:
    return next(entry for entry in sample.known if entry.id == name)


def at(claims: list[Claim], entry: Known) -> list[Claim]:
    """The claims that quote the line of a known defect."""
    return [claim for claim in claims if claim.path == entry.claim.path and claim.quote == entry.claim.quote]


def test_a_sample_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        load("../tasks_api")


def test_the_injection_is_on_line_34_of_db_js() -> None:
    sample = load("tasks_api")
    place = known(sample, "sql-injection").claim.place
    assert place is not None
    assert (place.path, place.first_line, place.last_line) == ("db.js", 34, 34)
    line = next(file for file in sample.files if file.path == "db.js").lines[33]
    assert line == "  return inTurn(() => db.get(`SELECT ${COLUMNS} FROM tasks WHERE id = ${id}`));"


def test_what_is_quoted_stands_where_it_is_said_to_stand(sample: Sample) -> None:
    for claim in [*notes(sample), *(entry.claim for entry in sample.known)]:
        assert stands(sample, claim) if claim.place else claim.quote == "", claim
    astray = [claim.title for claim in findings(sample) if claim.place and not stands(sample, claim)]
    assert astray == [QUOTE_STANDS_ELSEWHERE[sample.key], LINE_DOES_NOT_EXIST[sample.key]]


def test_one_quote_can_be_anchored_again_and_the_other_cannot(sample: Sample) -> None:
    code = {file.path: file.lines for file in sample.files}
    by_title = {claim.title: claim for claim in findings(sample)}
    moved, lost = by_title[QUOTE_STANDS_ELSEWHERE[sample.key]], by_title[LINE_DOES_NOT_EXIST[sample.key]]
    assert [line.strip() for line in code[moved.path]].count(moved.quote) == 1
    assert lost.place is not None
    assert lost.place.first_line > len(code[lost.path])
    assert all(lost.quote not in line for lines in code.values() for line in lines)


def test_false_alarms_are_refuted_by_a_line_of_the_code(sample: Sample) -> None:
    alarms = [entry for entry in sample.known if not entry.valid]
    assert len(alarms) >= 3
    code = {file.path: file.lines for file in sample.files}
    for entry in alarms:
        assert entry.evidence_place is not None
        line = code[entry.evidence_place.path][entry.evidence_place.first_line - 1]
        assert line.strip() == entry.evidence
        assert f"`{entry.evidence}`" in entry.reason


def test_the_answer_key_is_varied_and_names_each_defect_once(sample: Sample) -> None:
    valid = [entry for entry in sample.known if entry.valid]
    assert len({entry.id for entry in sample.known}) == len(sample.known)
    assert len(valid) >= 8
    assert {entry.claim.severity for entry in valid} >= {Severity.CRITICAL, Severity.MAJOR, Severity.MINOR}
    types = {entry.claim.odc_type for entry in valid}
    assert types >= {DefectType.CHECKING, DefectType.TIMING, DefectType.FUNCTION, DefectType.ALGORITHM}
    assert all(entry.claim.explanation and entry.claim.suggested_fix for entry in valid)


IN_THE_KEY = {
    "sql-injection": "  return inTurn(() => db.get(`SELECT ${COLUMNS} FROM tasks WHERE id = ${id}`));",
    "patch-race": "app.patch('/tasks/:id', validateChanges, async (req, res) => {",
    "reused-id": "    id INTEGER PRIMARY KEY,",
    "description-bytes": "    if (typeof description !== 'string' || description.length > MAX_DESCRIPTION) {",
}
"""The answer key of the tasks API, each entry with the line on which it begins, to the letter."""


def test_the_lines_of_the_answer_key_say_what_its_entries_say() -> None:
    sample = load("tasks_api")
    code = {file.path: file.lines for file in sample.files}
    entries = [entry for entry in sample.known if entry.in_key]
    assert [entry.id for entry in entries] == list(IN_THE_KEY)
    for entry in entries:
        place = entry.claim.place
        assert entry.valid
        assert place is not None
        assert code[place.path][place.first_line - 1] == IN_THE_KEY[entry.id]
        assert entry.claim.quote == IN_THE_KEY[entry.id].strip()
    read, write = code["server.js"][28], code["server.js"][33]
    assert (read, write) == (
        "  const task = await db.getTask(req.params.id);",
        "  await db.updateTask(updated);",
    ), "the race lies between these two"
    assert "AUTOINCREMENT" not in "".join(code["db.js"]), "or no id would be given out again"
    assert code["middleware/validate.js"][4] == "const MAX_DESCRIPTION = 5000;"
    assert code["server.js"][8] == "app.use(express.json({ limit: '10kb' }));", "less than they can weigh"
    assert not any(entry.in_key for entry in load("library_loans").known)


def test_one_defect_of_the_key_is_seen_by_nobody() -> None:
    sample = load("tasks_api")
    entry = known(sample, "description-bytes")
    assert at([*findings(sample), *notes(sample)], entry) == []


def test_the_recordings_are_the_rounds_of_the_story(sample: Sample) -> None:
    author, stranger = AUTHORS[sample.key]
    assert sample.author_model == author
    said = [(recording.protocol, recording.model, recording.round) for recording in sample.recordings]
    assert said == [
        *(("self_review", author, number) for number in (1, 2, 3, 4)),
        *(("cross_model", stranger, number) for number in (1, 2)),
        ("adversarial", stranger, 1),
    ]
    paths = {file.path for file in sample.files}
    for recording in sample.recordings:
        assert recording.role == "full review"
        assert 2 <= recording.seconds <= 9
        assert recording.report["summary"]
        assert set(recording.report["paths"]) <= paths
        assert {claim.path for claim in recording.findings} <= {*recording.report["paths"], ""}
        assert all(claim.confidence is not None for claim in recording.findings)


def test_the_author_finds_nothing_of_weight_and_repeats_its_false_alarm(sample: Sample) -> None:
    valid_quotes = {entry.claim.quote for entry in sample.known if entry.valid and entry.claim.quote}
    alarm = next(entry for entry in sample.known if not entry.valid)
    wordings = set()
    for recording in (each for each in sample.recordings if each.protocol == "self_review"):
        assert 1 <= len(recording.findings) <= 2
        first = recording.findings[0]
        assert first.place is not None
        assert alarm.claim.place is not None
        assert first.place.overlaps(alarm.claim.place)
        assert all(claim.severity in (Severity.INFO, Severity.MINOR) for claim in recording.findings)
        assert not {claim.quote for claim in recording.findings[1:]} & valid_quotes
        wordings.add(first.title)
    assert len(wordings) == 4


def test_every_wording_is_its_own(sample: Sample) -> None:
    claims = [*findings(sample), *notes(sample)]
    assert Counter((claim.title, claim.explanation) for claim in claims).most_common(1)[0][1] == 1


def test_one_defect_is_seen_by_a_student_alone(sample: Sample) -> None:
    entry = known(sample, FOUND_BY_A_STUDENT_ONLY[sample.key])
    assert len(at(notes(sample), entry)) == 1
    assert at(findings(sample), entry) == []


def test_one_defect_is_seen_by_the_linters_alone(sample: Sample) -> None:
    entry = known(sample, FOUND_BY_LINTERS_ONLY[sample.key])
    assert entry.claim.place is not None
    linter = AstGrep({}) if sample.language == "JavaScript" else Bandit({})
    request = Request(sample.files, tree_sha256(sample.files), "linters", "full review", 1)
    places = [claim.place for claim in linter.review(request).findings]
    assert any(place and place.overlaps(entry.claim.place) for place in places)
    assert at([*findings(sample), *notes(sample)], entry) == []


def test_the_students_are_the_twelve_and_differ_in_diligence(sample: Sample) -> None:
    assert " ".join(sample.notes) == STUDENTS
    counts = [len(notes) for notes in sample.notes.values()]
    assert 0 in counts
    assert max(counts) >= 4
    assert all(note.confidence is not None and 0 <= note.confidence <= 1 for note in notes(sample))


def test_no_file_names_a_host_but_this_one() -> None:
    for path in (path for path in SAMPLES.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        assert not re.findall(r"https?://(?!127\.0\.0\.1)", path.read_text(encoding="utf-8")), path
        assert path.name not in ("package-lock.json", ".npmrc")


def test_the_stored_results_are_green_and_name_no_machine(sample: Sample) -> None:
    evidence = read_test_evidence(sample.junit)
    assert evidence.kind == "junit"
    assert evidence.all_passed is True
    assert evidence.passed == {"tasks_api": 12, "library_loans": 15}[sample.key]
    assert set(re.findall(r'hostname="([^"]*)"', sample.junit)) == {"localhost"}
    assert "timestamp=" not in sample.junit
    assert "/tmp" not in sample.junit
