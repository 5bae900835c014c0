"""Four shipped walkthroughs are true: their code runs as recorded, defects are there, quotations stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from courses.walkthroughs import steps
from courses.walkthroughs.document import read_story
from courses.walkthroughs.parts import Said, Where
from courses.walkthroughs.story import Story
from reviews.families import family_of
from tests.courses.walkthroughs.running import (
    NODE_TESTS,
    PYTHON_TESTS,
    RECORDED,
    code_of,
    lay_out,
    printed,
    run,
)

TALES = ("blind-for-ever", "four-reviewers", "plan-before-code")
MOST_WORDS = 60


def story_of(slug: str) -> Story:
    """The story of a folder, with the texts that stand beside it."""

    def told(data: Any) -> Any:
        if isinstance(data, dict):
            if set(data) == {"file"}:
                return (RECORDED / slug / data["file"]).read_text()
            return {key: told(value) for key, value in data.items()}
        return [told(item) for item in data] if isinstance(data, list) else data

    return read_story(told(json.loads((RECORDED / slug / "story.json").read_text())))


def shown(slug: str, state: str, folder: Path, script: str) -> dict[str, Any]:
    """What a script that drives a state of the code printed as JSON; JavaScript if the code is."""
    lay_out(slug, state, folder)
    javascript = any(path.endswith(".js") for path in code_of(slug, state))
    (folder / f"shown{'.js' if javascript else '.py'}").write_text(script)
    ran = run(["node", "shown.js"] if javascript else ["python", "shown.py"], folder)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


# --- What holds for every story -------------------------------------------------------------------
@pytest.mark.parametrize("slug", TALES)
def test_ruth_can_teach_it_in_a_quarter_of_an_hour(slug: str) -> None:
    story = story_of(slug)
    assert 12 <= story.minutes <= 20
    kinds = {step.kind for step in story.steps}
    assert {"question", "reveal", "table"} <= kinds
    for step in story.steps:
        assert step.title, step.id
        assert step.notes, f"{step.id} leaves whoever presents it alone"
        assert len(step.body.split()) <= MOST_WORDS, f"{step.id} is no projector's text"
    for witness in story.witnesses:
        assert witness.family == (
            family_of(witness.name) if witness.letter not in "TLC" or witness.family else ""
        )
    assert "recorded" in story.source.lower() or "recordings" in story.source
    assert "The code is ours" in story.source


@pytest.mark.parametrize("slug", TALES)
def test_every_state_of_the_code_is_told_of_and_small_enough_to_read(slug: str) -> None:
    story = story_of(slug)
    for state in story.codes:
        for path, text in code_of(slug, state.name).items():
            assert text.count("\n") <= 120, f"{path} of {state.name}"
            assert max(map(len, text.split("\n"))) <= 110, f"{path} of {state.name}"


@pytest.mark.parametrize("slug", TALES)
def test_every_quoted_line_stands_at_its_place(slug: str) -> None:
    story = story_of(slug)
    for review in story.reviews():
        if review.code is None:
            continue
        files = code_of(slug, review.code)
        for said in review.said:
            assert not said.path or said.path in files, said.title
            if said.quote:
                assert squeezed(said.quote) in squeezed(lines_of(files, said)), said.title
    for defect in story.defects:
        for where in defect.places:
            files = code_of(slug, where.code)
            assert not where.path or where.path in files, defect.id
            assert where.first is None or lines_of(files, where).strip(), defect.id


def squeezed(text: str) -> str:
    """The text without white space."""
    return re.sub(r"\s+", "", text)


def lines_of(files: dict[str, str], where: Said | Where) -> str:
    """The lines of a place; of a whole file, all of it."""
    lines = files[where.path].split("\n")
    if where.first is None:
        return "\n".join(lines)
    last = where.last or where.first
    assert last <= len(lines), f"{where.path} has no line {last}"
    return "\n".join(lines[where.first - 1 : last])


@pytest.mark.parametrize("slug", TALES)
def test_what_its_own_tests_print_is_what_was_recorded(slug: str, tmp_path: Path) -> None:
    story = story_of(slug)
    recorded = [step for step in story.steps if isinstance(step, steps.TestsStep) and step.witness == "T"]
    assert recorded
    for step in recorded:
        folder = lay_out(slug, step.code, tmp_path / step.id)
        tests = NODE_TESTS if step.command.startswith("node") else PYTHON_TESTS
        assert printed(tests, folder) == step.output, step.id
        assert counted(step.output) == (step.passed, step.failed), step.id


def counted(output: str) -> tuple[int, int]:
    """How many tests passed and failed, as Node or unittest says it."""
    if found := re.search(r"^ℹ pass (\d+)\nℹ fail (\d+)$", output, re.M):
        return int(found[1]), int(found[2])
    ran = re.search(r"^Ran (\d+) tests?$", output, re.M)
    assert ran, output
    failed = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
    return int(ran[1]) - failed, failed


# --- Blind for ever -------------------------------------------------------------------------------
BOX_OFFICE = r"""
const { BoxOffice } = require('./box-office');
const prices = require('./prices');
const seats = require('./seats');

const through = [];
const slow = (cents) => new Promise((resolve) => setTimeout(() => resolve(through.push(cents)), 5));
const office = new BoxOffice({ charge: slow, payBack: (cents) => slow(-cents) });

(async () => {
  const shown = {};
  await Promise.all([office.book(['C4'], ['full']), office.book(['C4'], ['full'])]);
  shown['sold-twice'] = through.join() === '1200,1200' && office.bookings.size === 2;
  shown['sorted-as-words'] =
    seats.sideBySide(['A1', 'A3', 'A10'], 3) !== null && seats.sideBySide(['A9', 'A10'], 2) === null;
  shown['lost-cent'] = prices.cents(['student']) === 869;
  const { id } = await office.book(['C5'], ['child']);
  await office.cancel(id);
  await office.cancel(id);
  shown['paid-back-twice'] = through.slice(-2).join() === '-600,-600';
  console.log(JSON.stringify(shown));
})();
"""


def test_every_defect_of_the_box_office_is_really_there(tmp_path: Path) -> None:
    found = shown("blind-for-ever", "v1", tmp_path, BOX_OFFICE)
    assert set(found) == {defect.id for defect in story_of("blind-for-ever").defects if not defect.advice}
    assert all(found.values()), found


def test_four_looks_of_one_family_see_nothing_and_one_of_another_sees_three_of_four() -> None:
    story = story_of("blind-for-ever")
    bugs = {defect.id for defect in story.defects if not defect.advice}
    heard = {review.witnesses[0]: {said.defect for said in review.said} & bugs for review in story.reviews()}
    assert list(heard) == ["A1", "A2", "A3", "A4", "X1"]
    assert [len(heard[siglum]) for siglum in heard] == [0, 0, 0, 0, 3]
    assert bugs - heard["X1"] == {"paid-back-twice"}


# --- Plan before code -----------------------------------------------------------------------------
FIRST_PLAN = r"""
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { Flat } = require('./flat');

const NAMES = ['Ana', 'Bo', 'Cem'];
const shown = {};

const pizza = new Flat(NAMES);
pizza.add('Ana', 10, NAMES);
const settle = `
  const { Flat } = require('./flat');
  const flat = new Flat(['Ana', 'Bo', 'Cem']);
  flat.add('Ana', 10, ['Ana', 'Bo', 'Cem']);
  flat.settle();
`;
const waited = spawnSync(process.execPath, ['-e', settle], { timeout: 1000, encoding: 'utf8' });
shown['never-ends'] = waited.status === null && waited.error.code === 'ETIMEDOUT';
shown['no-such-amount'] = String(pizza.balances().get('Bo')) === '-3.3333333333333335';

const moving = new Flat(NAMES);
moving.add('Ana', 30, NAMES);
const before = moving.balances().get('Bo');
moving.remove('Ana');
shown['history-deleted'] = before === -10 && moving.balances().get('Bo') === 0;

const examples = [...readFileSync('tests/flat.test.js', 'utf8').matchAll(/, (\d+), \[(.*?)\]\)/g)];
shown['even-examples'] =
  examples.length === 2 && examples.every(([, amount, names]) => amount % names.split(',').length === 0);
console.log(JSON.stringify(shown));
"""

APPROVED_PLAN = r"""
const { Flat } = require('./flat');

const NAMES = ['Ana', 'Bo', 'Cem'];
const shown = {};
const sum = (flat) => [...flat.balances().values()].reduce((total, balance) => total + balance, 0);
const tried = (work) => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

const year = new Flat(NAMES);
for (let month = 0; month < 12; month += 1) year.add('Cem', 1000, NAMES);
shown['always-the-same'] = year.balances().get('Ana') === -12 * 334;

const gone = new Flat(NAMES);
gone.leave('Bo');
shown['gone-still-share'] = tried(() => gone.add('Ana', 900, NAMES));

const nobody = new Flat(NAMES);
shown['shared-by-nobody'] = tried(() => nobody.add('Ana', 900, [])) && sum(nobody) === 900;
console.log(JSON.stringify(shown));
"""


@pytest.mark.parametrize(("state", "script"), [("first", FIRST_PLAN), ("v1", APPROVED_PLAN)])
def test_every_defect_of_the_shared_flat_is_really_there(state: str, script: str, tmp_path: Path) -> None:
    found = shown("plan-before-code", state, tmp_path, script)
    assert set(found) == {defect.id for defect in story_of("plan-before-code").defects_in(state)}
    assert all(found.values()), found


def test_the_last_state_of_the_shared_flat_has_none_of_them(tmp_path: Path) -> None:
    found = shown("plan-before-code", "v2", tmp_path, APPROVED_PLAN)
    assert not any(found.values()), found
    assert story_of("plan-before-code").defects_in("v2") == ()


def test_what_is_said_of_a_plan_quotes_it() -> None:
    story = story_of("plan-before-code")
    quoted = 0
    for review in story.reviews():
        if review.plan:
            plan = story.step(review.plan)
            assert isinstance(plan, steps.PlanStep)
            for said in review.said:
                assert said.quote in plan.plan, said.title
                quoted += 1
    assert quoted == 4


# --- Four reviewers, three rounds -----------------------------------------------------------------
PRICING = r"""
import json
import pricing
from invoices import nightly
from pricing import Item
from shop import checkout, delivery

shown = {}
order = checkout.place([Item("Mug", 850)])
shown["free-for-all"] = order["to_pay"] == 850 and delivery.fee(8.50) == 4.90
shown["cut-each-piece"] = pricing.total([Item("Sticker", 35, 50)], voucher=10) == 1550
shown["patch-number"] = pricing.__version__ == "1.4.1"
shown["negative-amounts"] = checkout.shown(-5) == "-1.95 EUR"
mugs = nightly.invoice({"items": [["Mug", 8.5, 2]], "voucher": 0})
sticker = nightly.invoice({"items": [["Sticker", 0.35, 1]], "voucher": 0})
shown["tonight"] = mugs.endswith(" 16.00 EUR") and sticker.endswith(" 0.00 EUR")
print(json.dumps(shown))
"""

PRICING_BEFORE = r"""
import json
import pricing
from invoices import nightly
from pricing import Item
from shop import checkout

print(json.dumps({
    "fee": checkout.place([Item("Mug", 8.5)])["delivery"],
    "stickers": pricing.total([Item("Sticker", 0.35, 50)], voucher=10),
    "shown": checkout.shown(-0.05),
    "mugs": nightly.invoice({"items": [["Mug", 8.5, 2]], "voucher": 0}).splitlines()[-1],
}))
"""


def test_every_defect_of_the_pricing_change_is_really_there(tmp_path: Path) -> None:
    found = shown("four-reviewers", "after", tmp_path, PRICING)
    assert set(found) == {defect.id for defect in story_of("four-reviewers").defects_in("after")}
    assert all(found.values()), found


def test_before_the_change_there_was_none_of_them(tmp_path: Path) -> None:
    found = shown("four-reviewers", "before", tmp_path, PRICING_BEFORE)
    assert found == {"fee": 4.9, "stickers": 15.75, "shown": "-0.05 EUR", "mugs": "To pay: 17.00 EUR"}
    assert story_of("four-reviewers").defects_in("before") == ()


def test_the_nightly_build_takes_the_patch_and_would_not_take_a_new_major_version() -> None:
    pin = code_of("four-reviewers", "after")["invoices/environment.yml"].split("pricing")[-1].strip()
    assert "1.4.1" in SpecifierSet(pin)
    assert "2.0.0" not in SpecifierSet(pin)
    changed = {path for path in (RECORDED / "four-reviewers" / "code" / "after").rglob("*.py")}
    assert not any("invoices" in path.parts for path in changed)


def test_the_panel_ends_as_its_protocol_says() -> None:
    story = story_of("four-reviewers")
    alone, *_, together = story.reviews()
    finders: dict[str, set[str]] = {}
    for said in alone.said:
        if said.defect:
            finders.setdefault(said.defect, set()).add(said.witness)
    outcomes = {said.outcome: [] for said in together.said}  # type: dict[str, list[Said]]
    for said in together.said:
        outcomes[said.outcome].append(said)
    assert {outcome: len(said) for outcome, said in outcomes.items()} == {
        "integration": 1,
        "confirmed": 3,
        "single": 1,
        "dismissed": 1,
    }
    assert outcomes["integration"][0].defect not in finders
    assert finders[str(outcomes["single"][0].defect)] == {"C3"}
    assert len({story.witness(siglum).family for siglum in alone.witnesses}) == 4
    dismissed = outcomes["dismissed"][0]
    assert dismissed.reason == "A system dependency, not a package of this environment."
    assert dismissed.path == "invoices/Dockerfile"
