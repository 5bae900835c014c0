"""Code that nobody handed in: stored, sealed, reviewed by the same engine."""

from __future__ import annotations

import pytest

from reviews.engine import seals
from reviews.engine.alone import start_alone
from reviews.engine.opening import Planned
from reviews.engine.seats import seats_for
from reviews.models import Provenance, Reviewer, Seal
from tests.stories import SHOP, recorded_reviewer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("named", "author", "model", "family"),
    [
        ("claude-opus-4-6", "Claude Opus 4.6", "claude-opus-4-6", "anthropic"),
        ("claude opus 4.6", "Claude Opus 4.6", "claude-opus-4-6", "anthropic"),
        ("gpt-7-nova", "gpt-7-nova", "gpt-7-nova", "openai"),
        ("", "unknown", "", "unknown"),
    ],
)
def test_the_author_s_family_is_computed(named: str, author: str, model: str, family: str) -> None:
    review = start_alone(SHOP, named, Planned("linters"))
    written_by = Provenance.objects.get(snapshot=review.snapshot)
    assert (written_by.author, written_by.model_name, written_by.family) == (author, model, family)
    assert review.setup["author_family"] == family


def test_the_code_is_sealed_without_notes_before_anybody_is_asked() -> None:
    review = start_alone(SHOP, "", Planned("linters"))
    seal = Seal.objects.get(snapshot=review.snapshot)
    assert (seal.note_count, seal.found_nothing) == (0, False)
    assert seals.verify(seal).holds
    assert seal.sealed_at <= review.created_at


def test_who_is_switched_off_is_asked_only_where_named_here_and_now() -> None:
    gpt = recorded_reviewer("gpt-5.4")
    Reviewer.objects.filter(pk=gpt.pk).update(active=False)
    planned = Planned("cross_model", reviewer_ids=(gpt.pk,))
    at_the_terminal = Planned("cross_model", reviewer_ids=(gpt.pk,), even_off=True)
    by_a_plan = start_alone(SHOP, "claude-opus-4-6", planned)
    assert (by_a_plan.state, by_a_plan.passes.count()) == ("incomplete", 0)
    assert "none is switched on" in by_a_plan.reason
    assert start_alone(SHOP, "claude-opus-4-6", at_the_terminal).passes.get().reviewer == gpt
    assert seats_for(by_a_plan.snapshot, "cross_model", (), even_off=True) == (), "nobody was named"
