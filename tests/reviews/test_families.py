"""A model's family follows from its name, wherever it is served."""

import pytest

from reviews.families import family_of


@pytest.mark.parametrize(
    ("model", "provider", "family"),
    [
        ("claude-opus-4-6", "anthropic", "anthropic"),
        ("anthropic/claude-sonnet-5-5", "compatible", "anthropic"),
        ("gpt-5.4", "openai", "openai"),
        ("gpt-oss:120b", "compatible", "openai"),
        ("o3-mini", "compatible", "openai"),
        ("openai/o4", "compatible", "openai"),
        ("meta-llama/Llama-3.3-70B-Instruct", "compatible", "meta"),
        ("my-llama-3-tutor", "compatible", "meta"),
        ("Qwen/Qwen3-Coder-30B", "compatible", "alibaba"),
        ("mistralai/Devstral-Small", "compatible", "mistral"),
        ("deepseek-r1:8b", "compatible", "deepseek"),
        ("phi-4", "compatible", "microsoft"),
        ("house-special", "anthropic", "anthropic"),
        ("zephyr-7b-beta", "compatible", "zephyr"),
        ("tutors/zephyr-13b", "compatible", "zephyr"),
        ("42", "compatible", "42"),
        ("", "openai", ""),
    ],
)
def test_the_family_is_computed_from_name_and_provider(model: str, provider: str, family: str) -> None:
    assert family_of(model, provider) == family


def test_a_name_that_only_holds_an_o_is_not_openais() -> None:
    assert family_of("olmo-2-32b") == "olmo"
    assert family_of("nous-hermes-2") == "nous-hermes"
