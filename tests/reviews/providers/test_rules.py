"""Every ast-grep rule is tested: what it must find, what it must leave alone, and ordinary code."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.providers.ast_grep import RULES, AstGrep, Rule
from reviews.providers.base import Request
from reviews.providers.process import find_executable

Ask = Callable[..., Request]

HERE = Path(__file__).parent
RULE_FILES = sorted(RULES.glob("*.yml"))
IDS = [path.stem for path in RULE_FILES]


def snippets(rule: str, kind: str) -> list[str]:
    """The valid or invalid snippets of a rule's test file."""
    text = (HERE / "rules" / f"{rule}-test.yml").read_text()
    part = text.split(f"\n{kind}:\n")[1].split("\ninvalid:\n")[0]
    return [re.sub(r"(?m)^    ", "", item) for item in re.split(r"(?m)^  - \|\n", part) if item]


def test_ast_grep_itself_finds_every_rule_as_its_snippets_say() -> None:
    done = subprocess.run(
        [
            find_executable("ast-grep"),
            "test",
            "--config=sgconfig.yml",
            "--skip-snapshot-tests",
            "--color=never",
        ],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = set(re.findall(r"^PASS (\S+)", done.stdout, re.MULTILINE))
    assert passed == set(IDS)


@pytest.mark.parametrize("rule", IDS)
def test_a_rule_is_complete_and_holds_in_javascript_and_typescript(ask: Ask, rule: str) -> None:
    text = (RULES / f"{rule}.yml").read_text()
    facts = Rule.parse(text)
    assert facts.id == rule
    assert facts.cwe > 0
    assert len(facts.note) > 60, "a finding must teach"
    assert facts.fix.endswith(".")

    invalid, valid = snippets(rule, "invalid"), snippets(rule, "valid")
    assert len(invalid) >= 1
    assert len(valid) >= 2
    endings = ["jsx", "tsx"] if "jsx_" in text else ["js", "ts"]
    files = {
        f"{kind}{number}.{ending}": snippet
        for ending in endings
        for kind, items in (("invalid", invalid), ("valid", valid))
        for number, snippet in enumerate(items)
    }
    report = AstGrep({}).review(ask(files))
    hits = {claim.path for claim in report.findings if claim.rule == rule}
    assert hits == {path for path in files if path.startswith("invalid")}


def test_a_file_that_does_not_begin_like_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="not the head of a rule"):
        Rule.parse("id: half\nlanguage: Tsx\nmessage: No severity\n")


def test_a_rule_says_one_thing_once(ask: Ask) -> None:
    """Two rules may speak of one snippet, but one rule does not report the same lines twice."""
    files = {f"{rule}{n}.tsx": text for rule in IDS for n, text in enumerate(snippets(rule, "invalid"))}
    report = AstGrep({}).review(ask(files, findings=1000))
    seen = [(claim.rule, claim.place) for claim in report.findings]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", ["tasks.js", "service.ts", "board.tsx"])
def test_ordinary_careful_code_is_left_alone(ask: Ask, name: str) -> None:
    text = (HERE / "samples" / name).read_text()
    report = AstGrep({}).review(ask({name: text}))
    assert [(claim.rule, claim.quote) for claim in report.findings] == []
    assert report.paths == (name,)
