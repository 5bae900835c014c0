"""`manage.py review`: code is reviewed at the terminal, without a broker or a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from reviews.models import Pass, Review, Reviewer
from tests.reviews.exchange.samples import complaints
from tests.reviews.management.terminal import Said
from tests.reviews.snapshots.test_worktree import git
from tests.servers.models import Answer, Seen, StandIn
from tests.servers.workers import WorkerProcess, wait_until
from tests.stories import INJECTION, RACE, ROUNDING, SHOP, recorded_reviewer, recording

# Its threads need the rows to be there for all connections.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


# --- Reviewed --------------------------------------------------------------------------------------
def test_the_linters_review_a_folder_and_a_blocking_finding_is_exit_status_1(shop: Path) -> None:
    said = Said("review", shop)
    assert said.status == 1
    assert f"Review {Review.objects.get().pk}, Linters, of 2 files" in said.out
    assert "shop.py:7  " in said.out
    assert "> " in said.out
    assert "L ruff" in said.out
    assert "L bandit" in said.out
    assert "CWE-89" in said.out
    assert "L, ruff (full review, round 1): answered" in said.err


def test_code_in_which_nothing_blocks_is_exit_status_0(tmp_path: Path) -> None:
    (tmp_path / "prices.py").write_text(SHOP[1].text)
    said = Said("review", tmp_path)
    assert said.status == 0
    assert "Nothing blocking was found. No model was called." in said.out


def test_who_is_named_is_asked_though_it_is_switched_off(shop: Path) -> None:
    gpt = recorded_reviewer("gpt-5.4")
    Reviewer.objects.filter(pk=gpt.pk).update(active=False)
    recording("gpt-5.4", "cross_model", [INJECTION, RACE, ROUNDING])
    said = Said(
        *("review", shop, "--protocol", "cross-model", "--author-model", "claude-opus-4-6"),
        *("--reviewer", "gpt 5.4, RECORDED", "--json"),
    )
    assert said.status == 1
    assert said.json["review"]["protocol"] == "cross_model"
    assert said.json["author"] == {
        "name": "Claude Opus 4.6",
        "model": "claude-opus-4-6",
        "family": "anthropic",
    }
    assert [item["reviewer"] for item in said.json["passes"]] == ["GPT 5.4, recorded"]
    assert said.json["passes"][0]["recorded"] is True
    assert [(item["severity"], item["title"]) for item in said.json["findings"]] == [
        ("critical", INJECTION.title),
        ("major", RACE.title),
        ("minor", ROUNDING.title),
    ]


def test_every_round_after_the_other_is_run_without_any_worker(shop: Path) -> None:
    recorded_reviewer("claude-opus-4-6")
    for round in (1, 2, 3):
        recording("claude-opus-4-6", "self_review", [ROUNDING], round=round)
    said = Said(
        *("review", shop, "--protocol", "self_review", "--author-model", "claude-opus-4-6"),
        *("--reviewer", "Claude-Opus-4-6", "--passes", "3"),
    )
    assert said.status == 0
    assert Pass.objects.filter(state=Pass.State.ANSWERED).count() == 3
    assert said.out.count(ROUNDING.title) == 1, "what three passes repeat is one thing"
    for siglum in ("A1", "A2", "A3"):
        assert f": {siglum} Claude Opus 4.6, recorded, 40% sure" in said.out


def test_printed_as_sarif_it_fits_the_schema_and_can_be_printed_again(shop: Path) -> None:
    said = Said("review", shop, "--sarif")
    assert complaints(said.json) == []
    again = Said("review_result", Review.objects.get().pk, "--sarif")
    assert again.json == said.json
    assert again.status == said.status == 1
    rules = {result["ruleId"] for result in said.json["runs"][0]["results"]}
    assert "S608" in rules


def test_a_base_makes_only_what_changed_the_subject(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "first")):
        git(shop, *arguments)
    with (shop / "shop.py").open("a") as file:
        file.write("\n\ndef hours():\n    return eval('24')\n")
    monkeypatch.chdir(shop)
    said = Said("review", ".", "--base", "HEAD", "--json")
    assert [file["path"] for file in said.json["snapshot"]["files"]] == ["shop.py"]
    in_change = {finding["rule"]: finding["in_change"] for finding in said.json["findings"]}
    assert in_change["S608"] is False, "the injection was there before"
    assert in_change["S307"] is True
    blocking = {finding["rule"] for finding in said.json["findings"] if finding["blocking"]}
    assert blocking == {"S307", "B307"}
    told = Said("review_result", Review.objects.get().pk).out
    assert "In lines that did not change:" in told
    shown = Review.objects.get().setup["shown"]
    assert "+    return eval('24')" in shown[0]["text"]


# --- Could not review ------------------------------------------------------------------------------
def test_who_could_not_review_is_named_with_the_reason_and_never_as_nothing_found(shop: Path) -> None:
    gpt = recorded_reviewer("gpt-5.4")
    said = Said("review", shop, "--protocol", "cross_model", "--author-model", "claude-opus-4-6")
    assert said.status == 2
    assert "incomplete" in said.out
    assert "Could not review, which is not the same as nothing found:" in said.out
    assert f"X1 {gpt.name}" in said.out
    assert "was not recorded on this code" in " ".join(said.out.split())
    assert "0 findings" not in said.out + said.err
    assert "Nothing" not in said.out


def test_a_protocol_without_a_reviewer_says_what_is_missing(shop: Path) -> None:
    said = Said("review", shop, "--protocol", "cross_model", "--author-model", "claude-opus-4-6")
    assert said.status == 2
    assert "none is switched on" in said.out


def test_files_that_no_analyser_reads_were_not_reviewed(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("Hello.\n")
    said = Said("review", tmp_path)
    assert said.status == 2
    assert "No analyser that is switched on reads files of these kinds." in said.out


def test_what_came_from_outside_cannot_act_on_the_terminal(shop: Path) -> None:
    recorded_reviewer("gpt-5.4")
    evil = replace(ROUNDING, title="\x1b[2J\x1b]0;owned\x07Gone", explanation="a\u202eb")
    recording("gpt-5.4", "cross_model", [evil])
    said = Said("review", shop, "--protocol", "cross_model", "--author-model", "claude-opus-4-6")
    assert "\x1b" not in said.out
    assert "[U+001B][2J[U+001B]]0;owned[U+0007]Gone" in said.out
    assert "a[U+202E]b" in said.out


# --- With models -----------------------------------------------------------------------------------
def as_reply(findings: list[dict[str, Any]], votes: list[dict[str, Any]]) -> str:
    """What a model says in the form of a review."""
    said = {"verdict": "needs-attention", "summary": "Read.", "checked": ["All of it."], "not_reviewed": []}
    return json.dumps(said | {"findings": findings, "votes": votes})


SEEN = {
    "title": INJECTION.title,
    "what_breaks": INJECTION.explanation,
    "why_here": "",
    "cost": "",
    "fix": "Pass it as a parameter.",
    "severity": "critical",
    "odc_type": "checking",
    "cwe": 89,
    "file": "shop.py",
    "line_start": 7,
    "line_end": 7,
    "quote": INJECTION.quote,
    "confidence": 0.9,
    "elsewhere": [],
    "combines": [],
}
AGREED = {
    "ref": "F1",
    "stance": "confirm",
    "reason": "The quote in a name ends the text.",
    "quote": "",
    "file": None,
    "severity": "major",
}
PANEL = ("--protocol", "consensus", "--reviewer", "GPT 5.4", "--reviewer", "Claude Opus 4.6")


def test_a_panel_of_two_vendors_confirms_and_the_ledger_is_added_up(shop: Path, stand_in: StandIn) -> None:
    def answer(seen: Seen) -> Answer:
        if "The panel's findings" in json.dumps(seen.body):
            return Answer(text=as_reply([], [AGREED]))
        return Answer(text=as_reply([SEEN] if seen.body["model"] == "gpt-5.4" else [], []))

    stand_in.answers = answer
    said = Said("review", shop, *PANEL, "--rounds", "2", "--json")
    assert said.status == 1, said.err
    assert len(stand_in.asked) == 8
    assert [(item["outcome"], item["severity"]) for item in said.json["findings"]] == [
        ("confirmed", "major")
    ] * 2
    assert {item["stance"] for item in said.json["findings"][0]["votes"]} == {"confirm"}
    assert said.json["findings"][0]["stated_severity"] == "critical"
    spent = said.json["spent"]
    assert spent["calls"] == 8
    assert spent["input_tokens"] + spent["cached_tokens"] + spent["written_tokens"] > 0
    by_pass = [item["spent"]["output_tokens"] for item in said.json["passes"]]
    assert sum(by_pass) == spent["output_tokens"] > 0
    told = Said("review_result", said.json["review"]["id"]).out
    assert "Confirmed by two or more reviewers:" in told
    assert "8 calls:" in told


def test_a_key_that_is_not_let_in_is_said_and_is_not_a_clean_bill(shop: Path, stand_in: StandIn) -> None:
    stand_in.answers = lambda seen: Answer(status=401, code="invalid_api_key", message="Incorrect API key")
    said = Said("review", shop, *PANEL, "--sarif")
    assert said.status == 2
    (run,) = said.json["runs"]
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is False
    kinds = [notice["descriptor"]["id"] for notice in run["invocations"][0]["toolExecutionNotifications"]]
    assert kinds == ["not-complete", *["could-not-review"] * 4]
    assert complaints(said.json) == []


# --- As a program ----------------------------------------------------------------------------------
@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """`manage.py` as a process of its own, on the test's database."""
    started = Program(tmp_path)
    yield started
    started.end()


class Program:
    """Starts `manage.py` and ends whatever is left of it."""

    def __init__(self, data: Path) -> None:
        self.environment = WorkerProcess(data).environment()
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=self.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self.process

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()


@pytest.mark.slow
def test_as_a_program_it_prints_json_alone_and_its_status_can_be_relied_on(
    shop: Path, program: Program
) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION], seconds=0.2)
    reviewed = program.run(
        *("review", shop, "--protocol", "cross_model", "--author-model", "claude-opus-4-6", "--json")
    )
    assert reviewed.returncode == 1, reviewed.stderr
    assert json.loads(reviewed.stdout)["findings"][0]["title"] == INJECTION.title
    assert "answered" in reviewed.stderr
    refused = program.run("review", shop, "--verbatim")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "unrecognized arguments: --verbatim" in refused.stderr


@pytest.mark.slow
def test_ctrl_c_cancels_the_review_and_says_what_was_paid(shop: Path, program: Program) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION], seconds=100)
    process = program.start(
        *("review", shop, "--protocol", "cross_model", "--author-model", "claude-opus-4-6")
    )

    def reading() -> bool:
        """The reviewer is reading."""
        return Pass.objects.filter(state=Pass.State.RUNNING).exists()

    wait_until(reading)
    # Once, under load, an interrupt in the very moment of the thread's start was not heard.
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2, err
    assert out == ""
    assert "is cancelled. Already paid: No model was called." in err
    assert "Traceback" not in err
    review = Review.objects.get()
    assert (review.state, review.reason) == ("cancelled", "Cancelled by the terminal.")
    assert review.passes.get().state == Pass.State.CANCELLED


@pytest.mark.slow
def test_in_the_background_the_site_takes_it_up(shop: Path, program: Program, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    site = WorkerProcess(tmp_path / "site")
    site.start()
    try:
        queued = program.run("review", shop, "--background")
        assert queued.returncode == 0, queued.stderr

        def done() -> bool:
            """The site's own worker has finished the review."""
            return Review.objects.filter(pk=queued.stdout.strip(), state=Review.State.COMPLETE).exists()

        wait_until(done, within=40)
    finally:
        site.stop()
    assert program.run("review_result", queued.stdout.strip()).returncode == 1
