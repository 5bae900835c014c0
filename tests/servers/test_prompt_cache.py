"""The simulated prompt cache: the vendors' rules, and the arithmetic that the benchmarks stand on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.prompt_cache import Block, PromptCache, Rule, tokens

SHARED = "x = 1 # shared\n" * 4000
SYSTEM, CODE = Block("You review code.\n" * 20), Block(SHARED, marked=True)

texts = st.text(alphabet="abc\n", max_size=400)
prompts = st.lists(st.builds(Block, texts, st.booleans()), max_size=6)


def tail(number: int) -> Block:
    return Block(f"Now review as number {number}.\n")


@given(st.sampled_from(Rule), prompts, prompts)
def test_every_token_is_in_one_place(rule: Rule, first: list[Block], second: list[Block]) -> None:
    cache = PromptCache(floor=16, step=8)
    cache.begin(cache.look_up(rule, "m", first))
    counted = cache.look_up(rule, "m", second)
    assert min(counted.read, counted.written, counted.rest) >= 0
    assert counted.total == tokens("".join(block.text for block in second))


@given(st.sampled_from(Rule), prompts)
def test_the_same_prompt_is_never_written_twice(rule: Rule, blocks: list[Block]) -> None:
    cache = PromptCache(floor=16, step=8)
    first = cache.look_up(rule, "m", blocks)
    cache.begin(first)
    again = cache.look_up(rule, "m", blocks)
    assert (again.read, again.written) == (first.written, 0)


@pytest.mark.parametrize("rule", Rule)
def test_an_entry_exists_only_when_the_first_reply_has_begun(rule: Rule) -> None:
    cache = PromptCache()
    first = cache.look_up(rule, "m", [SYSTEM, CODE, tail(1)])
    at_once = cache.look_up(rule, "m", [SYSTEM, CODE, tail(2)])
    assert first.read == at_once.read == 0
    assert at_once.written > 0
    cache.begin(first)
    later = cache.look_up(rule, "m", [SYSTEM, CODE, tail(3)])
    assert later.read == pytest.approx(len(SYSTEM.text + SHARED) / 4, abs=128)


@pytest.mark.parametrize("rule", Rule)
def test_each_model_has_a_cache_of_its_own(rule: Rule) -> None:
    cache = PromptCache()
    cache.begin(cache.look_up(rule, "gpt-5.4", [SYSTEM, CODE]))
    assert cache.look_up(rule, "gpt-6.2-sol", [SYSTEM, CODE]).read == 0


@pytest.mark.parametrize("rule", Rule)
def test_what_differs_at_the_front_spoils_everything_behind_it(rule: Rule) -> None:
    cache = PromptCache()
    cache.begin(cache.look_up(rule, "m", [SYSTEM, CODE]))
    assert cache.look_up(rule, "m", [Block("Be kind.\n"), SYSTEM, CODE]).read == 0


@pytest.mark.parametrize("rule", Rule)
def test_nothing_below_the_floor_is_kept(rule: Rule) -> None:
    cache = PromptCache(floor=1024)
    short = [Block("y" * 4 * 1000, marked=True)]
    first = cache.look_up(rule, "m", short)
    cache.begin(first)
    assert (first.written, cache.look_up(rule, "m", short).read) == (0, 0)


def test_openai_counts_in_steps_of_128_tokens() -> None:
    cache = PromptCache()
    cache.begin(cache.look_up(Rule.STEPS, "m", [Block("z" * 4 * 1200)]))
    longer = cache.look_up(Rule.STEPS, "m", [Block("z" * 4 * 1200 + "different from here on")])
    assert longer.read == 9 * 128


def test_a_prefix_is_found_again_only_where_a_mark_was_set() -> None:
    """From GPT-5.6 on: the mark that OpenAI sets itself, after the last message, is of no use to others."""
    cache = PromptCache()
    unmarked = Block(SHARED)
    cache.begin(cache.look_up(Rule.MARKS, "m", [unmarked, Block("first task", marked=True)]))
    other = cache.look_up(Rule.MARKS, "m", [unmarked, Block("second task", marked=True)])
    assert other.read == 0
    assert other.written == other.total


def test_anthropic_looks_back_from_a_later_mark() -> None:
    cache = PromptCache()
    cache.begin(cache.look_up(Rule.BLOCKS, "m", [CODE]))
    conversation = [CODE, Block("task"), Block("reply"), Block("correction" * 10, marked=True)]
    assert cache.look_up(Rule.BLOCKS, "m", conversation).read == len(SHARED) // 4
    far = [CODE, *(Block(f"turn {number}") for number in range(25)), Block("end", marked=True)]
    far[0] = Block(SHARED)
    assert cache.look_up(Rule.BLOCKS, "m", far).read == 0


@pytest.mark.parametrize(
    ("models", "ahead", "times"),
    [
        (["a"] * 4, True, 2.35),
        (["a"] * 4, False, 5.8),
        (["a", "b", "c", "d"], False, 5.8),
        (["a", "a", "b", "b"], True, 3.5),
    ],
)
def test_a_panel_of_four_in_three_rounds_costs_what_was_measured(
    models: list[str], ahead: bool, times: float
) -> None:
    """The figures of the notes on running, with C the shared material: naive would be 12 C."""
    cache, billed = PromptCache(), 0.0
    for round in range(3):
        waiting = []
        for number, model in enumerate(models):
            counted = cache.look_up(Rule.BLOCKS, model, [SYSTEM, CODE, tail(10 * round + number)])
            billed += counted.billed()
            if ahead:
                cache.begin(counted)
            waiting.append(counted)
        for counted in waiting:
            cache.begin(counted)
    shared = len(SYSTEM.text + SHARED) / 4
    assert billed / shared == pytest.approx(times, rel=0.01)
