"""The demo's sample applications really run: their own tests pass, and the planted defects are real."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from courses.demo.sample_data import load
from tests.node import packages, run, unpack
from tests.tasks_api import refuses_long_words, shown


def results(junit: str) -> dict[tuple[str, str], str]:
    """The result of each test by its suite or class and its name."""

    def cases(element: Element, suite: str) -> dict[tuple[str, str], str]:
        found = {}
        for child in element:
            if child.tag == "testcase":
                bad = [each.tag for each in child if each.tag in ("failure", "error", "skipped")]
                found[suite, f"{child.get('classname')}: {child.get('name')}"] = "".join(bad) or "passed"
            elif child.tag == "testsuite":
                found |= cases(child, child.get("name") or "")
        return found

    return cases(fromstring(junit), "")


def test_the_librarys_own_tests_pass_and_say_what_is_stored(tmp_path: Path) -> None:
    sample = load("library_loans")
    folder = unpack(sample.files, tmp_path / "code")
    plain = run([sys.executable, "-B", "-m", "unittest"], folder)
    assert plain.returncode == 0, plain.stderr
    assert "Ran 15 tests" in plain.stderr
    report = tmp_path / "junit.xml"
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "-p",
        "no:cacheprovider",
    ]
    ran = run([*command, f"--junitxml={report}"], folder, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert results(report.read_text()) == results(sample.junit)


LIBRARY_SHOWN = r"""
import json, random, sqlite3
from datetime import date, datetime, time, timedelta
from pathlib import Path
import catalogue, fines, loans, storage, transfer

db = storage.connect("library.db")
staff = storage.add_member(db, "Sam", "sam@library.example", "staff")
rita = storage.add_member(db, "Rita", "rita@reader.example")
otto = storage.add_member(db, "Otto", "otto@reader.example")
for number, title in enumerate(["Emma", "Ulysses", "Middlemarch", "Walden"]):
    catalogue.add_copy(db, staff, f"B{number}", title, "Somebody")
shown = {}

stolen = catalogue.search(db, "' UNION SELECT id, email, name, role FROM members --")
shown["search-injection"] = "rita@reader.example" in [row["barcode"] for row in stolen]

second = storage.connect("library.db")
def meanwhile(statement):
    if statement.startswith("BEGIN"):
        db.set_trace_callback(None)
        loans.borrow(second, otto, "Emma")
db.set_trace_callback(meanwhile)
first = loans.borrow(db, rita, "Emma")
lent = db.execute("SELECT COUNT(*) FROM loans WHERE copy_id = 1 AND returned_at IS NULL").fetchone()[0]
shown["last-copy-race"] = lent == 2

loan, count = loans.borrow(db, rita, "Ulysses"), 0
try:
    while True:
        loans.renew(db, loan)
        count += 1
except loans.LoanRefused:
    shown["third-renewal"] = count == 3

def lend(title, due):
    loan = loans.borrow(db, rita, title)
    with db:
        db.execute("UPDATE loans SET due_at = ? WHERE id = ?", (due.isoformat(), loan))
    return loan

loan = lend("Walden", datetime.combine(date.today() - timedelta(days=60), time(23, 59)))
loans.renew(db, loan)
shown["renewal-erases-fine"] = loans.return_copy(db, loan) == 0
loan = lend("Middlemarch", datetime.combine(date.today() - timedelta(days=1), time(23, 59)))
shown["mixed-zones"] = loans.return_copy(db, loan) != 1

with db:
    db.execute("DELETE FROM fines")
    fines.charge(db, rita, 1)
    fines.charge(db, rita, 2)
shown["float-money"] = fines.pay(db, rita, 0.30) > 0
for row in db.execute("SELECT id FROM fines").fetchall():
    fines.waive(db, row["id"], rita, "because I may")
shown["waiver-unauthorised"] = fines.outstanding(db, rita) < 0

Path("members.csv").write_text("name,email\nNoah,nowhere\n")
transfer.import_members(db, Path("members.csv"))
shown["shared-list"] = transfer.import_members(db, Path("members.csv")) == ["Noah", "Noah"]
Path("out").mkdir()
transfer.export_loans(db, Path("out"), "../outside")
shown["export-traversal"] = Path("outside.csv").exists()
Path("copies.csv").write_text("barcode,title,author\nB9,Persuasion,Jane Austen\n")
said = transfer.import_copies(db, rita, Path("copies.csv"))
shown["import-hides-failure"] = said == 1 and not catalogue.search(db, "Persuasion")
random.seed(7)
code = loans.reserve(db, otto, "Walden")
random.seed(7)
shown["guessable-code"] = code == f"{random.randrange(10**6):06d}"
print(json.dumps(shown))
"""


@pytest.mark.parametrize("zone", ["East-14", "West+12"])
def test_every_defect_planted_in_the_library_is_really_there(tmp_path: Path, zone: str) -> None:
    """East of Greenwich the date differs from UTC's in the afternoon, west of it in the morning."""
    sample = load("library_loans")
    folder = unpack(sample.files, tmp_path)
    ran = run([sys.executable, "-B", "-c", LIBRARY_SHOWN], folder, TZ=zone)
    assert ran.returncode == 0, ran.stderr
    shown = json.loads(ran.stdout)
    assert set(shown) == {entry.id for entry in sample.known if entry.valid}
    zones = run(
        [sys.executable, "-c", "import time; print(time.localtime()[2] != time.gmtime()[2])"], folder, TZ=zone
    )
    assert shown.pop("mixed-zones") == (zones.stdout.strip() == "True")
    assert all(shown.values()), shown


# --- The API, where Node is -----------------------------------------------------------------------
@pytest.fixture(scope="module")
def node_modules() -> Path:
    (manifest,) = (file for file in load("tasks_api").files if file.path == "package.json")
    return packages(manifest.text.encode())


def api(node_modules: Path, folder: Path) -> Path:
    unpack(load("tasks_api").files, folder)
    (folder / "node_modules").symlink_to(node_modules)
    return folder


def test_the_apis_own_tests_pass_and_say_what_is_stored(node_modules: Path, tmp_path: Path) -> None:
    ran = run(["node", "--test", "--test-reporter=junit"], api(node_modules, tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert results(ran.stdout) == results(load("tasks_api").junit)


def test_the_linter_says_nothing_of_the_api(node_modules: Path, tmp_path: Path) -> None:
    ran = run(["npx", "eslint", "."], api(node_modules, tmp_path))
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr


def test_every_defect_planted_in_the_api_is_really_there(node_modules: Path, tmp_path: Path) -> None:
    folder = api(node_modules, tmp_path)
    found = shown(folder) | {"description-bytes": refuses_long_words(folder)}
    planted = {entry.id for entry in load("tasks_api").known if entry.valid}
    assert planted <= set(found)
    assert all(found.values()), found
