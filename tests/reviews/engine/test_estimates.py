"""What a plan will cost is worked out before anybody is asked, from the protocols themselves."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal

import pytest

from reviews.engine.estimates import REPLY_TOKENS, Amount, Estimate, estimate
from reviews.engine.opening import Planned
from reviews.engine.seats import possible_seats
from reviews.models import LanguageModel, Price, Reviewer
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, Seat, Setup
from tests.stories import recorded_reviewer

pytestmark = pytest.mark.django_db

AUTHOR, STRANGER = "claude-opus-4-6", "gpt-5.4"
SMALL, LARGE = 7_200, 180_000
"""Characters of code: two thousand tokens and fifty thousand."""

PLANNED = [name for name, protocol in PROTOCOLS.items() if protocol.planned]


@pytest.fixture(autouse=True)
def reviewers() -> None:
    """The author's model and a stranger, reached over their vendors' interfaces; no price is entered."""
    Price.objects.all().delete()
    Reviewer.objects.filter(name__in=("Claude Opus 4.6", "GPT 5.4")).update(active=True)


def priced(model: str, **figures: str) -> Price:
    figures = {"input": "5", "cached": "0.5", "written": "6.25", "output": "25", **figures}
    return Price.objects.create(
        model=model, since=date(2026, 1, 1), **{name: Decimal(text) for name, text in figures.items()}
    )


def of(planned: Planned, characters: int = SMALL, author: str = AUTHOR) -> Estimate:
    family = LanguageModel.objects.get(name=author).family
    return estimate(planned, characters, family, author)


def sizes(amount: Amount) -> tuple[int, int, int, int]:
    return amount.calls, amount.input, amount.output, amount.cost


@pytest.mark.parametrize("protocol", PLANNED)
@pytest.mark.parametrize("revised_by", ["model", "student"])
def test_every_protocol_is_rehearsed_for_as_many_calls_as_it_says(protocol: str, revised_by: str) -> None:
    """A protocol that somebody adds is held to its own word here: nothing knows it by name."""
    for model in (AUTHOR, STRANGER):
        priced(model)
    planned = Planned(protocol, passes=2, rounds=3, focus="Money.", revised_by=revised_by)
    seats = possible_seats(protocol, ())
    student = (Seat(0, "The student", PERSON, "", "", ""),) if revised_by == "student" else ()
    calls = PROTOCOLS[protocol].calls(
        Setup(AUTHOR, "anthropic", (*seats, *student), passes=2, rounds=3, revised_by=revised_by)
    )
    found = of(planned)
    assert (found.least.calls, found.most.calls) == (calls.least, calls.most)
    assert all(small <= large for small, large in zip(sizes(found.least), sizes(found.most), strict=True))
    if calls.least:
        assert found.least.output >= REPLY_TOKENS * calls.least
        assert found.least.cost > 0
        assert found.least.times > 0.5
    assert found.problem == ""


def without_caches() -> None:
    """The same models on a server that keeps nothing."""
    Reviewer.objects.filter(model__isnull=False).update(provider="compatible", connection=None)


def test_one_pass_is_the_measure_and_what_repeats_it_a_multiple() -> None:
    assert of(Planned("self_review"), LARGE).most.times == pytest.approx(1, abs=0.01)
    without_caches()
    assert of(Planned("self_review")).most.times == pytest.approx(1, abs=0.01)
    assert of(Planned("cross_model", passes=2)).most.times == pytest.approx(2, abs=0.01)
    LanguageModel.objects.create(name="mistral-large-3", label="Mistral Large 3")
    Reviewer.objects.create(
        name="Campus", provider="compatible", model=LanguageModel.objects.get(name="mistral-large-3")
    )
    two_strangers = of(Planned("cross_model"))
    assert two_strangers.most.calls == 2
    assert two_strangers.most.times == pytest.approx(2, abs=0.01)


def test_a_single_pass_costs_what_its_tokens_cost() -> None:
    price = priced(AUTHOR)
    without_caches()
    found = of(Planned("self_review"))
    assert found.least == found.most
    assert found.most.input > SMALL / 4, "the code, and what the reviewer is told"
    assert found.most.cost == math.ceil(found.most.input * price.input + found.most.output * price.output)


def test_later_passes_over_much_code_read_it_from_the_cache() -> None:
    priced(AUTHOR)
    one, four = of(Planned("self_review"), LARGE).most, of(Planned("self_review", passes=4), LARGE).most
    code = LARGE / 3.6
    assert one.cached == 0
    assert 3 * code < four.cached < 3.3 * code, "the code, and the instructions before it"
    assert four.cost < 2.2 * one.cost, "four times the words, but once the code"
    assert four.times < 3


def test_a_server_without_a_cache_reads_everything_afresh() -> None:
    without_caches()
    four = of(Planned("self_review", passes=4), LARGE).most
    assert four.cached == 0
    assert four.times > 3.9


def test_nobody_guesses_a_price() -> None:
    priced(STRANGER)
    known, unknown = of(Planned("cross_model")), of(Planned("self_review"))
    assert (known.unpriced, known.most.cost > 0) == ((), True)
    assert (unknown.unpriced, unknown.most.cost) == ((AUTHOR,), 0)


def test_todays_price_holds_not_tomorrows() -> None:
    priced(AUTHOR, input="1000")
    before = of(Planned("self_review")).most.cost
    Price.objects.create(model=AUTHOR, since=date(2999, 1, 1), input=1, cached=1, written=1, output=1)
    assert of(Planned("self_review")).most.cost == before


def test_recordings_and_programs_cost_nothing() -> None:
    priced(AUTHOR)
    Reviewer.objects.filter(provider__in=("anthropic", "openai")).update(active=False)
    recorded_reviewer(AUTHOR)
    replayed = of(Planned("self_review", passes=4))
    assert (replayed.free, replayed.most.calls, replayed.most.cost, replayed.unpriced) == (True, 4, 0, ())
    assert replayed.most.times == pytest.approx(4, abs=0.2), "what the models would read is told all the same"
    linters = of(Planned("linters"))
    assert (linters.most, linters.free, linters.problem) == (Amount(), False, "")


def test_who_is_missing_is_said_and_nothing_is_added_up() -> None:
    Reviewer.objects.filter(name="GPT 5.4").update(active=False)
    found = of(Planned("cross_model"))
    assert "needs a reviewer of another family than the author's (anthropic)" in found.problem
    assert found.most == Amount()
    assert of(Planned("cross_model"), author=STRANGER).problem == "", "to another author it is a stranger"


def test_a_named_reviewer_alone_is_asked() -> None:
    priced(STRANGER)
    recorded_reviewer(STRANGER)
    stranger = Reviewer.objects.get(name="GPT 5.4")
    assert of(Planned("cross_model")).most.calls == 2
    assert of(Planned("cross_model", reviewer_ids=(stranger.pk,))).most.calls == 1


def test_code_that_nobody_can_read_whole_costs_no_more_than_what_is_sent() -> None:
    LanguageModel.objects.filter(name=AUTHOR).update(context_tokens=20_000)
    huge, larger = (of(Planned("self_review"), characters) for characters in (400_000, 800_000))
    assert huge.most.input == larger.most.input < 20_000


def test_a_judge_costs_nothing_where_nothing_is_uncertain_and_ten_calls_at_most() -> None:
    priced(STRANGER)
    stranger = Reviewer.objects.get(name="GPT 5.4")
    found = of(Planned("judging", reviewer_ids=(stranger.pk,)))
    assert found.least == Amount()
    assert found.most.calls == 10
    assert found.most.cached == 0, "its instructions alone are too short to be kept"
    assert 60 * 1_200 * 2 * 2 / 3.6 < found.most.input < 120_000
    larger = of(Planned("judging", reviewer_ids=(stranger.pk,)), LARGE)
    assert sizes(larger.most) == sizes(found.most), "whatever the code"


def test_amounts_add_up() -> None:
    one = Amount(calls=1, input=10, cached=2, output=3, cost=4, times=1.5)
    assert one + one == one * 2 == Amount(calls=2, input=20, cached=4, output=6, cost=8, times=3.0)
