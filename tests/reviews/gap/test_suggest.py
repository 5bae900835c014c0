"""What the evidence suggests: by a table, and by what must hold whatever the evidence is."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviews.claims import Stance
from reviews.gap.suggest import Evidence, Opinion, Source, Suggestion, Voice, balance, suggest
from reviews.protocols.panel import Fate

OPENAI = Voice(Source.MODEL, "openai")
CLAUDE = Voice(Source.MODEL, "anthropic")
STUDENT = Voice(Source.STUDENT)
LINTER = Voice(Source.LINTER)
SCANNER = Voice(Source.TOOL, "semgrep, imported")
AGREES = Opinion("anthropic", Stance.CONFIRM, "I see it, too.")
REFUTES = Opinion("anthropic", Stance.REFUTE, "Prices are whole cents.", "sum(prices)", grounded=True)
BLUFFS = replace(REFUTES, grounded=False)
TOOK_BACK = Opinion("openai", Stance.WITHDRAW, "I was wrong.")


def fated(fate: Fate, said: Voice = OPENAI) -> Voice:
    return replace(said, fate=fate)


def invented(said: Voice) -> Voice:
    return replace(said, grounded=False)


@pytest.mark.parametrize(
    ("said", "opinions", "standing", "word", "last"),
    [
        pytest.param(
            [OPENAI],
            [],
            None,
            "none",
            "One model alone says so, and nobody refuted it: read the line.",
            id="one model alone",
        ),
        pytest.param(
            [OPENAI] * 4,
            [],
            None,
            "none",
            "One family of models alone says so, and nobody refuted it: read the line.",
            id="four passes of one family",
        ),
        pytest.param(
            [STUDENT],
            [],
            None,
            "none",
            "The student alone says so, and nobody refuted it: read the line.",
            id="the student alone",
        ),
        pytest.param(
            [LINTER, LINTER],
            [],
            None,
            "none",
            "A linter alone says so, and nobody refuted it: read the line.",
            id="two linters",
        ),
        pytest.param(
            [SCANNER],
            [],
            None,
            "none",
            "One tool alone says so, and nobody refuted it: read the line.",
            id="an imported finding",
        ),
        pytest.param(
            [OPENAI, CLAUDE],
            [],
            "valid",
            "weak",
            "Models of 2 independent families say so: anthropic and openai.",
            id="two families",
        ),
        pytest.param(
            [OPENAI, STUDENT],
            [],
            "valid",
            "weak",
            "The student noted it before any model spoke.",
            id="a model and the student",
        ),
        pytest.param(
            [OPENAI, CLAUDE, STUDENT, LINTER],
            [],
            "valid",
            "strong",
            "Linters report it; together they are one voice.",
            id="everybody",
        ),
        pytest.param(
            [fated(Fate.CONFIRMED)],
            [AGREES],
            "valid",
            "weak",
            "Shown the claim, anthropic agreed; that weighs half.",
            id="confirmed by another family",
        ),
        pytest.param(
            [fated(Fate.CONFIRMED)],
            [Opinion("openai", Stance.CONFIRM)],
            None,
            "none",
            "One model alone says so, and nobody refuted it: read the line.",
            id="confirmed by its own family",
        ),
        pytest.param(
            [fated(Fate.INTEGRATION)],
            [AGREES],
            "valid",
            "weak",
            "Shown the claim, anthropic agreed; that weighs half.",
            id="seen from two places together",
        ),
        pytest.param(
            [fated(Fate.DISMISSED)],
            [REFUTES],
            "invalid",
            "weak",
            "Refuted by anthropic, with a line that stands in the code.",
            id="refuted with a line",
        ),
        pytest.param(
            [fated(Fate.DISMISSED)],
            [REFUTES, replace(REFUTES, family="google")],
            "invalid",
            "clear",
            "Refuted by anthropic and google, with a line that stands in the code.",
            id="refuted with a line by two families",
        ),
        pytest.param(
            [fated(Fate.DISMISSED), STUDENT],
            [REFUTES],
            None,
            "none",
            "Word stands against word: read the line.",
            id="refuted, but the student saw it",
        ),
        pytest.param(
            [fated(Fate.CONFIRMED), fated(Fate.CONFIRMED, CLAUDE)],
            [replace(REFUTES, family="google")],
            None,
            "none",
            "Word stands against word: read the line.",
            id="disputed",
        ),
        pytest.param(
            [fated(Fate.SINGLE)],
            [BLUFFS],
            None,
            "none",
            "One model alone says so, and nobody refuted it: read the line.",
            id="refuted without a line of the code",
        ),
        pytest.param(
            [fated(Fate.DISMISSED)],
            [TOOK_BACK],
            None,
            "none",
            "Nobody stands for it any more, and nobody quoted a line against it: read the code.",
            id="taken back",
        ),
        pytest.param(
            [invented(OPENAI), invented(CLAUDE), invented(STUDENT), invented(LINTER)],
            [],
            None,
            "none",
            "Whether it is there at all has to be seen: read the code.",
            id="nothing of it is in the code",
        ),
        pytest.param(
            [OPENAI, invented(CLAUDE)],
            [],
            None,
            "none",
            "Together that is too little to suggest anything: read the line.",
            id="one who cites what is there, one who does not",
        ),
        pytest.param(
            [],
            [],
            None,
            "none",
            "Nobody stands for it any more, and nobody quoted a line against it: read the code.",
            id="nobody",
        ),
    ],
)
def test_the_table(
    said: list[Voice], opinions: list[Opinion], standing: str | None, word: str, last: str
) -> None:
    suggestion = suggest(Evidence(tuple(said), tuple(opinions)))
    assert (suggestion.standing, suggestion.word, suggestion.reasons[-1]) == (standing, word, last)


def test_what_the_answer_key_knows_is_valid_whoever_refutes_it() -> None:
    suggestion = suggest(Evidence((fated(Fate.DISMISSED),), (REFUTES,), in_key=True))
    assert suggestion == Suggestion(
        "valid",
        1.0,
        (
            "The answer key knows it.",
            "A panel dismissed it.",
            "Refuted by anthropic, with a line that stands in the code.",
        ),
    )


def test_four_passes_of_one_model_count_once_and_it_says_so() -> None:
    suggestion = suggest(Evidence((CLAUDE, CLAUDE, CLAUDE, CLAUDE, OPENAI)))
    assert suggestion == suggest(Evidence((CLAUDE, OPENAI)))
    alone = suggest(Evidence((CLAUDE,) * 4))
    assert alone.reasons[0] == "4 claims by models, all of one family (anthropic): they count once."


def test_who_still_stands_for_a_claim_that_was_dismissed_does_not_confirm_it() -> None:
    insists = Opinion("openai", Stance.CONFIRM)
    suggestion = suggest(Evidence((fated(Fate.DISMISSED),), (REFUTES, insists)))
    assert suggestion == suggest(Evidence((fated(Fate.DISMISSED),), (REFUTES,)))


def test_a_bluff_is_told_and_weighs_nothing() -> None:
    evidence = Evidence((OPENAI, CLAUDE), (BLUFFS, BLUFFS))
    assert balance(evidence) == balance(replace(evidence, opinions=()))
    assert suggest(evidence).reasons[-1] == "2 refutations without a line of this code: not heard."


def test_the_refutation_that_a_dismissal_can_rest_on_is_grounded() -> None:
    short = replace(REFUTES, reason="No.")
    longer_bluff = replace(BLUFFS, reason="A very long reason that quotes nothing which is there.")
    assert Evidence((), (short, longer_bluff, REFUTES)).refutation == REFUTES
    assert Evidence((), (BLUFFS, TOOK_BACK, AGREES)).refutation is None


FAMILIES = st.sampled_from(["openai", "anthropic", "google", ""])
MODELS = st.builds(
    Voice,
    source=st.just(Source.MODEL),
    family=FAMILIES,
    grounded=st.booleans(),
    fate=st.sampled_from([None, *Fate]),
    taken_back=st.booleans(),
)
PLAIN = st.builds(Voice, source=st.sampled_from([Source.STUDENT, Source.LINTER]), grounded=st.booleans())
OPINIONS = st.builds(
    Opinion,
    family=FAMILIES,
    stance=st.sampled_from(list(Stance)),
    reason=st.sampled_from(["", "Because."]),
    quote=st.sampled_from(["", "x = 1"]),
    grounded=st.booleans(),
)
EVIDENCE = st.builds(
    Evidence,
    voices=st.lists(MODELS | PLAIN, max_size=8).map(tuple),
    opinions=st.lists(OPINIONS, max_size=5).map(tuple),
    in_key=st.booleans(),
)


def signed(suggestion: Suggestion) -> float:
    """From -1 (surely invalid) over 0 (nothing) to 1 (surely valid)."""
    return {"valid": 1, "invalid": -1, None: 0}[suggestion.standing] * suggestion.strength


@given(EVIDENCE, st.integers())
def test_the_order_of_evidence_does_not_matter(evidence: Evidence, seed: int) -> None:
    said, opinions = list(evidence.voices), list(evidence.opinions)
    random.Random(seed).shuffle(said)
    random.Random(seed + 1).shuffle(opinions)
    shuffled = Evidence(tuple(said), tuple(opinions), evidence.in_key)
    assert suggest(shuffled) == suggest(evidence)
    assert shuffled.refutation == evidence.refutation


@given(EVIDENCE, PLAIN | MODELS.filter(lambda said: said.stands))
def test_one_more_who_says_so_never_lowers_it(evidence: Evidence, said: Voice) -> None:
    more = replace(evidence, voices=(*evidence.voices, said))
    assert balance(more) >= balance(evidence)
    assert signed(suggest(more)) >= signed(suggest(evidence))


@given(EVIDENCE, FAMILIES)
def test_one_more_who_agrees_never_lowers_it(evidence: Evidence, family: str) -> None:
    more = replace(evidence, opinions=(*evidence.opinions, Opinion(family, Stance.CONFIRM)))
    assert signed(suggest(more)) >= signed(suggest(evidence))


def is_line_against(said: Opinion) -> bool:
    """In words of its own, so that the rule is not measured by itself."""
    return said.stance is Stance.REFUTE and said.grounded and said.quote != ""


DENIED = st.builds(
    Evidence,
    voices=st.lists(PLAIN, max_size=1).map(tuple),
    opinions=st.lists(OPINIONS.map(lambda said: replace(said, stance=Stance.REFUTE)), max_size=5).map(tuple),
)
"""Where hardly anybody says so and many deny it, with a line or without."""


@example(Evidence((OPENAI,), (REFUTES, replace(REFUTES, family="google"))))
@given(EVIDENCE | DENIED)
def test_nothing_is_dismissed_without_a_line_against_it(evidence: Evidence) -> None:
    if suggest(evidence).standing == "invalid":
        assert any(is_line_against(said) for said in evidence.opinions)
    without = tuple(said for said in evidence.opinions if not is_line_against(said))
    assert suggest(replace(evidence, opinions=without)).standing != "invalid"


@given(EVIDENCE)
def test_it_always_says_why(evidence: Evidence) -> None:
    suggestion = suggest(evidence)
    assert suggestion.reasons
    assert all(reason.endswith(".") for reason in suggestion.reasons)
    assert (suggestion.standing is None) == (suggestion.strength == 0)


@given(EVIDENCE)
def test_passes_of_one_model_count_once(evidence: Evidence) -> None:
    twice = replace(evidence, voices=evidence.voices * 2)
    assert balance(twice) == balance(evidence)
