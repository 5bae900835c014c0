"""What came of a review, gathered from rows: a panel's word, what was spent, what was only half heard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.claims import Place, Severity
from reviews.engine.alone import CUT, change_since, start_alone
from reviews.engine.opening import Planned
from reviews.engine.outcomes import outcome
from reviews.models import Blob, Call, Finding, Pass, Review, Reviewer
from reviews.snapshots.diffs import unified
from reviews.snapshots.files import SourceFile
from tests.stories import INJECTION, RACE, SHOP, recorded_reviewer, recording

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def review() -> Review:
    """A cross-model review of the shop by GPT 5.4, which has answered with two findings."""
    from reviews.engine import passes

    gpt = recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    made = start_alone(SHOP, "claude-opus-4-6", Planned("cross_model", reviewer_ids=(gpt.pk,)))
    passes.run(made.passes.get().pk)
    made.refresh_from_db()
    return made


def call(item: Pass, number: int, **values: object) -> Call:
    blob, _ = Blob.objects.get_or_create(sha256="0" * 64, defaults={"text": "x"})
    now = timezone.now()
    return Call.objects.create(
        **{
            "by_pass": item,
            "attempt": 1,
            "number": number,
            "provider": "compatible",
            "model": "gpt-5.4",
            "instructions": "review 1",
            "system": blob,
            "material": blob,
            "state": Call.State.REPLIED,
            "asked_at": now - timedelta(seconds=4),
            "ended_at": now,
            "live_until": now,
        }
        | values
    )


def test_findings_come_with_their_reference_place_code_and_defect(review: Review) -> None:
    injection, race = outcome(review).findings
    assert (injection.ref, injection.siglum, injection.reviewer) == ("F1", "X1", "GPT 5.4, recorded")
    assert injection.claim == INJECTION
    assert injection.lines == INJECTION.quote
    assert race.lines is not None
    assert race.lines.split("\n")[0].startswith("    stock = db.execute")
    assert {injection.defect, race.defect} == {1, 2}
    assert injection.blocks


def test_who_read_what_is_told_file_by_file(review: Review) -> None:
    assert {file.path: file.read_by for file in outcome(review).files} == {
        "shop.py": ("X1",),
        "prices.py": ("X1",),
    }


def test_a_pass_that_could_not_review_has_no_number_of_findings_and_says_why() -> None:
    gpt = recorded_reviewer("gpt-5.4")
    from reviews.engine import passes

    made = start_alone(SHOP, "claude-opus-4-6", Planned("cross_model", reviewer_ids=(gpt.pk,)))
    passes.run(made.passes.get().pk)
    made.refresh_from_db()
    (heard,) = outcome(made).passes
    assert heard.findings is None
    assert "was not recorded on this code" in heard.why
    assert not outcome(made).complete


def test_calls_are_added_up_and_an_unknown_price_is_not_nought(review: Review) -> None:
    item = review.passes.get()
    call(item, 1, input_tokens=100, cached_tokens=40, output_tokens=7, cost=1_500)
    assert outcome(review).spent.dollars == 0.0015
    call(item, 2, input_tokens=1, written_tokens=2, cost=None)
    spent = outcome(review).spent
    assert (spent.calls, spent.input, spent.cached, spent.written, spent.output) == (2, 101, 40, 2, 7)
    assert (spent.dollars, spent.unpriced) == (0.0015, 1)
    assert spent.seconds == pytest.approx(8.0)
    assert outcome(review).passes[0].spent == spent


def test_a_panel_s_outcome_severity_and_votes_stand_with_each_finding(review: Review) -> None:
    Finding.objects.filter(title=RACE.title).update(outcome=Finding.Outcome.DISMISSED)
    review.result = {"groups": [{"refs": ["F1"], "severity": "minor"}]}
    review.save()
    vote = {
        "ref": "F2",
        "stance": "refute",
        "reason": "There is one buyer.",
        "quote": "buyers = 1",
        "path": "",
        "severity": None,
        "grounded": False,
    }
    review.passes.update(votes=[vote], role="callers")
    injection, race = outcome(review).findings
    assert (injection.severity, injection.claim.severity) == (Severity.MINOR, Severity.CRITICAL)
    assert race.outcome == "dismissed"
    assert [(said.stance, said.role, said.grounded) for said in race.opinions] == [
        ("refute", "callers", False)
    ]
    assert outcome(review).blocking == ()


def test_what_was_said_of_an_earlier_version_of_a_text_stands_in_nobody_s_way(review: Review) -> None:
    first = review.passes.get()
    Pass.objects.filter(pk=first.pk).update(task="review-text")
    Pass.objects.create(
        review=review,
        reviewer=Reviewer.objects.get(pk=first.reviewer_id),
        round=3,
        position=1,
        siglum="M",
        role="full review",
        task="review-text",
        state=Pass.State.ANSWERED,
        verdict="approve",
    )
    found = outcome(review)
    assert [item.current for item in found.findings] == [False, False]
    assert found.blocking == ()


def test_with_a_base_only_findings_in_changed_lines_stand_in_the_way() -> None:
    from reviews.engine import passes

    before = [SourceFile("shop.py", SHOP[0].text.replace("stock >= wanted", "stock > wanted")), SHOP[1]]
    change = change_since("main", unified(before, SHOP))
    gpt = recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    planned = Planned("cross_model", reviewer_ids=(gpt.pk,), shown=(change,))
    review = start_alone(SHOP, "claude-opus-4-6", planned)
    item = review.passes.get()
    assert item.exhibits == [[change.title, change.text]], "the reviewer is shown what changed"
    assert "+    if stock >= wanted:" in change.text
    passes.run(item.pk)
    review.refresh_from_db()
    injection, race = outcome(review).findings
    assert INJECTION.place == Place("shop.py", 7, 7)
    assert (injection.in_change, race.in_change) == (False, True)
    assert [item.ref for item in outcome(review).blocking] == [race.ref]


def test_where_the_diff_was_too_long_to_show_everything_is_under_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reviews.engine.alone.CHANGE_CHARACTERS", 40)
    from reviews.engine import passes

    change = change_since("main", unified([], SHOP))
    assert change.text.endswith(CUT)
    gpt = recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION])
    planned = Planned("cross_model", reviewer_ids=(gpt.pk,), shown=(change,))
    review = start_alone(SHOP, "claude-opus-4-6", planned)
    passes.run(review.passes.get().pk)
    assert all(item.in_change for item in outcome(review).findings)
