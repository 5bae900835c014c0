"""Which family a model belongs to: computed from its name and its provider, never declared.

Two models of one family were trained by the same people on much the same text: they share their
blind spots, so they count as one author and are not independent of one another.
"""

from __future__ import annotations

import re

# By what a model's name holds, wherever it is served. The first that fits.
_BY_NAME = (
    ("anthropic", r"claude"),
    ("openai", r"gpt|chatgpt|codex|davinci|(^|[/_-])o[1-9]([-_.:]|$)"),
    ("google", r"gemini|gemma|palm"),
    ("meta", r"llama|codellama"),
    ("mistral", r"mistral|mixtral|codestral|devstral|magistral|ministral|pixtral"),
    ("alibaba", r"qwen|qwq"),
    ("deepseek", r"deepseek"),
    ("microsoft", r"(^|[/_-])phi[-_.\d]"),
    ("xai", r"grok"),
    ("cohere", r"command-(r|a)|(^|[/_-])aya"),
    ("ibm", r"granite"),
    ("bigcode", r"starcoder"),
    ("zhipu", r"(^|[/_-])(chat)?glm"),
    ("moonshot", r"kimi|moonlight"),
    ("nvidia", r"nemotron"),
    ("01-ai", r"(^|[/_-])yi[-_.\d]"),
)
# A provider that serves one family only.
_BY_PROVIDER = {
    "anthropic": "anthropic",
    "claude-code": "anthropic",
    "openai": "openai",
    "codex": "openai",
}


def family_of(model: str, provider: str = "") -> str:
    """The family of a model: "openai" for "gpt-5.4"; empty for an empty name.

    A fine-tune keeps the family of the name that it carries ("my-llama-3-tutor" is meta's). A name
    that says nothing is its own family, up to the first figure ("zephyr-7b" is "zephyr"): at worst
    a stranger is thought to be kin of itself alone.
    """
    name = model.strip().lower()
    for family, pattern in _BY_NAME:
        if re.search(pattern, name):
            return family
    if provider in _BY_PROVIDER and name:
        return _BY_PROVIDER[provider]
    stem = re.split(r"[\d:@]", name.rsplit("/", 1)[-1], maxsplit=1)[0]
    return re.sub(r"[^a-z]+", "-", stem).strip("-")[:50] or re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:50]
