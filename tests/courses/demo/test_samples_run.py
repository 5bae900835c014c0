"""The demo's sample applications really run: their own tests pass, and the planted defects are real."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from courses.demo.sample_data import SAMPLES, Sample, load

CACHE = Path(__file__).parents[3] / "var" / "samples"


def unpack(sample: Sample, folder: Path) -> Path:
    """A copy of the handed-in files alone."""
    for file in sample.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    return folder


def run(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a folder with next to nothing of our environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return subprocess.run(
        arguments,
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


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
    folder = unpack(sample, tmp_path / "code")
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
    folder = unpack(sample, tmp_path)
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
def packages() -> Path:
    """The API's packages, installed once for each package.json and kept in var/samples."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not on this machine: the API's own tests cannot run")
    manifest = (SAMPLES / "tasks_api" / "files" / "package.json").read_bytes()
    kept = CACHE / hashlib.sha256(manifest).hexdigest()[:16] / "node_modules"
    if kept.is_dir():
        return kept
    CACHE.mkdir(parents=True, exist_ok=True)
    # Made aside and then renamed: another test process may be at it, and this one may be killed.
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="new-") as aside:
        new = Path(aside, "packages")
        new.mkdir()
        (new / "package.json").write_bytes(manifest)
        flags = ["--omit=dev", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        # The environment is passed on whole: it says where this machine gets its packages from.
        ran = subprocess.run([npm, "install", *flags], cwd=new, capture_output=True, text=True, check=False)
        if ran.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm could not install the API's packages: {ran.stderr.strip()[-300:]}")
        assert ran.returncode == 0, ran.stderr
        try:
            new.rename(kept.parent)
        except OSError:
            assert kept.is_dir()
    return kept


def api(packages: Path, folder: Path) -> Path:
    unpack(load("tasks_api"), folder)
    (folder / "node_modules").symlink_to(packages)
    return folder


def test_the_apis_own_tests_pass_and_say_what_is_stored(packages: Path, tmp_path: Path) -> None:
    ran = run(["node", "--test", "--test-reporter=junit"], api(packages, tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert results(ran.stdout) == results(load("tasks_api").junit)


API_SHOWN = r"""
process.env.TASKS_DB = ':memory:';
const app = require('./server');
const server = app.listen(0, '127.0.0.1', async () => {
  const send = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`,
      { method, body, headers: { 'content-type': 'application/json' } });
    const text = await answer.text();
    return { status: answer.status, text, json: text && JSON.parse(text) };
  };
  const patch = (change) => send('PATCH', '/tasks/1', JSON.stringify(change));
  const post = (title) => send('POST', '/tasks', JSON.stringify({ title }));
  const shown = {};

  const created = (await post('first')).json;
  shown['epoch-timestamps'] = Number.isInteger(created.created_at);
  const schema = "0 UNION SELECT 1,sql,'','',0,0 FROM sqlite_master";
  const stolen = await send('GET', `/tasks/${encodeURIComponent(schema)}`);
  shown['sql-injection'] = stolen.text.includes('CREATE TABLE');

  let lost = 0;
  for (let turn = 0; turn < 30; turn += 1) {
    await patch({ title: 'old', status: 'open' });
    await Promise.all([patch({ title: 'new' }), patch({ status: 'done' })]);
    const { title, status } = (await send('GET', '/tasks/1')).json;
    lost += Number(title === 'old' || status === 'open');
  }
  shown['patch-race'] = lost > 0;
  shown['malformed-body'] = (await send('POST', '/tasks', '{"title":')).status === 500;
  const leak = await send('DELETE', '/tasks/4711');
  shown['error-leak'] = leak.status === 500 && leak.text.includes('deleted_tasks.title');

  shown['no-authentication'] = (await send('DELETE', '/tasks/1')).status === 204;
  const again = (await post('second')).json;
  const stuck = await send('DELETE', `/tasks/${again.id}`);
  shown['reused-id'] = again.id === created.id && stuck.status === 500;
  const flood = await Promise.all(Array.from({ length: 200 }, () => post('flood')));
  shown['no-rate-limit'] = flood.every(({ status }) => status === 201);
  console.log(JSON.stringify(shown));
  server.closeAllConnections();
  server.close();
});
"""


def test_every_defect_planted_in_the_api_is_really_there(packages: Path, tmp_path: Path) -> None:
    """All but the floating promise, which takes a database that cannot be closed."""
    folder = api(packages, tmp_path)
    (folder / "shown.js").write_text(API_SHOWN)
    ran = run(["node", "shown.js"], folder)
    assert ran.returncode == 0, ran.stderr
    shown = json.loads(ran.stdout)
    start = run(["node", "server.js"], folder, TASKS_DB="no/such/folder/tasks.db", PORT="0")
    shown["open-at-import"] = start.returncode != 0 and "at Object.<anonymous>" in start.stderr
    valid = {entry.id for entry in load("tasks_api").known if entry.valid}
    assert set(shown) == valid - {"floating-promise"}
    assert all(shown.values()), shown
