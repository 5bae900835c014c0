"""What `manage.py review` refuses, and what can be asked of a review that was left to the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviews.models import Review, Reviewer
from tests.reviews.management.terminal import Said
from tests.stories import recorded_reviewer

pytestmark = [pytest.mark.django_db, pytest.mark.services]


# --- Refused ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        (("--json", "--sarif"), "not allowed with argument"),
        (("--prot", "linters"), "unrecognized arguments: --prot"),
        (("--protocol", "magic"), "invalid choice: 'magic'"),
        (("--protocol", "rescue"), "invalid choice: 'rescue'"),
        (("--protocol", "adversarial", "--focus", "--json"), "--focus: expected one argument"),
        (("--protocol", "adversarial", "--focus", "races", "--deep"), "unrecognized arguments: --deep"),
        (("--passes", "2"), "Linters takes no --passes. It takes none of these options."),
        (("--protocol", "cross_model", "--focus", "x"), "Cross-model review takes no --focus"),
        (("--protocol", "self_review", "--passes", "9"), "'9' is not a number from 1 to 8"),
        (("--protocol", "self_review", "--passes", "-1"), "not a number from 1 to 8"),
        (("--protocol", "adversarial", "--focus", " "), "--focus takes a text"),
        (("--reviewer", "nobody"), "No reviewer and no reviewer's model is called 'nobody'"),
        (("--reviewer", "GPT 5.4, recorded"), "Linters asks analysers, and GPT 5.4, recorded is none."),
        (("--protocol", "cross_model", "--reviewer", "ruff"), "asks models, and ruff is none."),
        (("--base", "main"), "in no readable git repository"),
        (("gone.py",), "There is no file or folder"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_stored(
    shop: Path, arguments: tuple[str, ...], why: str
) -> None:
    recorded_reviewer("gpt-5.4")
    said = Said("review", shop, *arguments)
    assert said.status != 0
    assert why in said.err
    assert not Review.objects.exists()


def test_a_model_with_several_reviewers_must_be_told_apart(shop: Path) -> None:
    first = recorded_reviewer("gpt-5.4")
    Reviewer.objects.create(name="GPT, security", provider="recorded", model=first.model, role="security")
    said = Said("review", shop, "--protocol", "cross_model", "--reviewer", "gpt-5.4")
    assert "Several reviewers are made of gpt-5.4: GPT 5.4, recorded, GPT, security." in said.err


# --- In the background -----------------------------------------------------------------------------
def test_in_the_background_its_number_is_printed_and_its_standing_can_be_asked(shop: Path) -> None:
    said = Said("review", shop, "--background")
    review = Review.objects.get()
    assert (said.status, said.out.strip()) == (0, str(review.pk))
    assert f"review_status {review.pk}" in said.err
    assert "0 of 2 passes answered" in Said("review_status").out
    result = Said("review_result", review.pk)
    assert result.status == 2
    assert "It has not ended yet" in result.out
    cancelled = Said("review_cancel", review.pk)
    assert "was cancelled. So far: No model was called." in cancelled.out
    assert "has ended already (cancelled)" in Said("review_cancel", review.pk).out
    result = Said("review_result", review.pk)
    assert (result.status, "cancelled after" in result.out) == (2, True)
    assert "Cancelled by the terminal." in Said("review_status", review.pk).out


def test_a_review_that_is_not_there_is_refused() -> None:
    for command in ("review_status", "review_result", "review_cancel"):
        said = Said(command, 99)
        assert said.status == 2
        assert "There is no review 99." in said.err
    assert "There is no review yet." in Said("review_status").out
