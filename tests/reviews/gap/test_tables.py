"""The tables of the insights: what they say of small classes that can be counted by hand."""

from __future__ import annotations

from reviews.gap.digest import digest
from reviews.gap.facts import Facts
from reviews.gap.tables import (
    added,
    blind_spots,
    green_tests,
    learnt,
    nobody_found,
    repeats,
    reviewers,
    tenths,
    witnesses,
)
from tests.reviews.gap.made_up_facts import (
    GEMINI,
    LINTERS,
    SELF,
    STRANGER,
    STUDENT,
    TESTS,
    WITNESSES,
    defect,
    facts,
)


def test_the_category_that_students_miss_most_comes_first() -> None:
    one = facts(defect("S", odc_type="checking"), defect("A1", odc_type="timing"), defect(odc_type="timing"))
    table = blind_spots(digest([one]))
    assert [row.siglum for row in table.witnesses] == ["S", "A1", "A2", "A3", "A4", "X1"]
    assert [row.category for row in table.rows] == ["timing", "checking"]
    student = table.rows[0].cells[0]
    assert (student.part.value, student.whole, student.drawn) == (2, 2, None)
    assert table.rows[0].cells[1].part.value == 1


def test_a_witness_has_all_its_names_and_says_what_it_could_not_review() -> None:
    unable = facts(by=(STUDENT, GEMINI.__class__("X1", "X", "Cross-model review: Gemini", unable=True)))
    row = witnesses(digest([facts(defect("X1")), facts(defect("X1")), unable]))[-1]
    assert row.names == ("Cross-model review: GPT", "Cross-model review: Gemini")
    assert (row.submissions, row.unable, row.missed.whole) == (3, 1, 2)


def twins(repeated: int, stranger: int, of: int) -> Facts:
    """What A1 missed: A2 missed the first `repeated` of it too, X1 the last `stranger`."""
    return facts(
        *(
            defect(
                *(["A2"] if place >= repeated else []),
                *(["X1"] if place < of - stranger else []),
            )
            for place in range(of)
        )
    )


def test_the_thesis_is_supported_where_the_interval_lies_above_zero() -> None:
    table = repeats(digest([twins(19, 4, of=20)]))
    assert table.thesis.verdict == "supported"
    assert table.thesis.difference is not None
    assert table.thesis.difference.value == 0.75
    assert table.thesis.compared == 20
    assert (table.any_missed.value, table.all_missed.value) == (20, 19)
    assert (table.asked.value, table.saw.value) == (19, 16)


def test_the_thesis_is_not_supported_where_the_interval_holds_zero() -> None:
    assert repeats(digest([twins(11, 9, of=20)])).thesis.verdict == "not supported"


def test_the_thesis_is_contradicted_where_strangers_repeat_more() -> None:
    assert repeats(digest([twins(2, 19, of=20)])).thesis.verdict == "contradicted"


def test_nine_defects_are_too_few_to_say_however_clear_they_look() -> None:
    assert repeats(digest([twins(9, 0, of=9)])).thesis.verdict == "too small"
    assert repeats(digest([])).thesis.verdict == "too small"


def test_the_self_review_passes_stand_next_to_one_another() -> None:
    table = repeats(digest([facts(defect("S", "A1"), defect())]))
    assert table.sigla == ("A1", "A2", "A3", "A4", "S", "X1")
    assert [(pair.one, pair.other) for pair in table.pairs[:2]] == [("A1", "A2"), ("A1", "A3")]
    first = table.pairs[0]
    assert (first.both.value, first.first.value, first.second.value, first.neither) == (1, 0, 1, 0)
    assert first.share is not None
    assert first.share.value == 0.5


def test_each_pass_is_set_against_what_it_cost() -> None:
    steps = added(digest([facts(defect("A1"), defect("X1"), defect("X1")), facts(defect("A2"))]))
    assert [(step.siglum, step.new.value, step.total) for step in steps] == [
        ("A1", 1, 1), ("A2", 1, 2), ("A3", 0, 2), ("A4", 0, 2), ("X1", 2, 4),
    ]  # fmt: skip
    assert [step.cost_so_far for step in steps] == [40_000, 80_000, 120_000, 160_000, 260_000]
    assert steps[-1].each == 50_000
    assert steps[2].each is None


def test_green_tests_are_set_against_what_they_let_through() -> None:
    by = (STUDENT, TESTS)
    held = facts(defect("S", by=by, severity="critical"), by=by, green=True)
    clean = facts(defect("S", by=by, valid=False), by=by, green=True)
    waiting = facts(defect("S", by=by, valid=None), by=by, green=True)
    green, other = green_tests(digest([held, clean, waiting, facts()]))
    assert (green.submissions, green.holding, green.clean, green.open) == (3, 1, 1, 1)
    assert green.share is not None
    assert (green.share.part, green.share.whole) == (1, 2)
    assert {severity.value: count.value for severity, count in green.severities}["critical"] == 1
    assert (other.submissions, other.clean) == (1, 1)


def test_passes_of_one_family_are_one_reviewer_of_what_nobody_found() -> None:
    table = nobody_found(digest([facts(*(defect("A1", "A2") for _ in range(12)))]))
    [(why, count)] = table.refusals
    assert "it takes 4 independent reviewers, and here there are 3" in why
    assert (table.estimated, table.refused, count.value) == (0, 1, 1)


def test_an_estimate_is_made_where_four_minds_looked_and_says_at_least() -> None:
    by = (STUDENT, LINTERS, *SELF, STRANGER, GEMINI)
    found = [("S",)] * 4 + [("A1", "A2")] * 2 + [("S", "X1")] * 4 + [("S", "X1", "A1")] * 2
    one = facts(*(defect(*seen, by=by) for seen in found), by=by)
    [row] = nobody_found(digest([one, one])).estimates
    assert (row.submissions.value, row.estimate.found, row.estimate.found_by) == (2, 12, (6, 4, 2, 0, 0))
    assert row.estimate.words == "likely at least 16"


def test_a_panel_of_several_families_is_no_reviewer_of_its_own() -> None:
    one = facts(defect("C", by=WITNESSES), by=WITNESSES)
    [(why, _)] = nobody_found(digest([one])).refusals
    assert "so far there are none" in why


def test_a_reviewer_is_all_its_passes_together() -> None:
    by = (STUDENT, *SELF, STRANGER)
    wrong = defect("A1", "X1", valid=False, odc_type="timing")
    rows = reviewers(digest([facts(defect("A1", "A3"), defect("A2"), defect("S"), wrong, by=by)]))
    own, other = rows
    assert (own.name, own.recall.part.value, own.recall.whole) == ("Self-review: Claude", 2, 3)
    assert (own.precision.part.value, own.precision.whole) == (2, 3)
    assert [(category, count.value) for category, count in own.false] == [("timing", 1)]
    assert own.each == 40_000
    assert (other.recall.part.value, other.each) == (0, None)


def test_a_recording_has_no_cost_of_its_own() -> None:
    played = GEMINI.__class__("X1", "X", "GPT, recorded", "openai", cost=None, recorded=True)
    [row] = reviewers(digest([facts(defect("X1"), by=(STUDENT, played))]))
    assert (row.taken.recorded, row.taken.unpriced, row.each) == (1, 0, None)


def test_calibration_is_exact_and_undefined_where_all_outcomes_agree() -> None:
    sure = facts(defect("S"), stated=((0.9, True), (0.6, False)))
    worth = learnt(digest([sure]))
    assert worth.brier is not None
    assert round(worth.brier, 6) == 0.185
    assert worth.skill is not None
    assert round(worth.skill, 6) == 0.26
    assert [(row.low, row.right.part, row.right.whole) for row in tenths(digest([sure]))] == [
        (0.6, 0, 1), (0.9, 1, 1),
    ]  # fmt: skip
    assert learnt(digest([facts(stated=((1.0, True),))])).skill is None
    assert learnt(digest([])).brier is None
    assert learnt(digest([])).recall.share is None
