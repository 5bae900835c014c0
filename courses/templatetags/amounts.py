"""Filters for what calls come to: money, tokens, and how they compare; `{% load amounts %}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import template

from courses.domain.queries.ledger import Paid
from courses.domain.queries.preview import Range
from reviews.engine import prices

register = template.Library()


@register.filter
def dollars(micro: int | None) -> str:
    """Millionths of a US dollar as people write them: "$1.20"; "unknown" where there is no figure."""
    return "unknown" if micro is None else prices.dollars(micro)


@register.filter
def tokens(count: int) -> str:
    """A number of tokens, to two figures or three: 950, 1.2k, 48k, 1.3M."""
    if count < 1_000:
        return str(count)
    unit, size = ("k", 1_000) if count < 999_500 else ("M", 1_000_000)
    value = count / size
    return f"{value:.1f}{unit}" if value < 9.95 else f"{value:.0f}{unit}"


@register.filter
def read(paid: Paid) -> int:
    """All tokens that calls read: afresh, into a cache, and from it."""
    return paid.input + paid.written + paid.cached


@register.filter
def times(value: float) -> str:
    """How often one review pass: "1x", "2x", "about 5x"; below three with a decimal where it has one."""
    whole = round(value)
    if abs(value - whole) < 0.05:
        return f"{whole}x"
    return f"about {value:.1f}x" if value < 3 else f"about {whole}x"


@register.filter
def duration(seconds: float) -> str:
    """A time that was measured: "under 1 s", "42 s", "3 min 5 s"."""
    if seconds < 1:
        return "under 1 s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def clock(seconds: float) -> str:
    """A time as a clock shows it, in minutes and seconds: "0:07", "12:30", "75:00"."""
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    return f"{minutes}:{rest:02}"


@register.filter
def spread(amounts: Range, what: str) -> str:
    """From least to most of one thing: `{{ row.range|spread:"cost" }}`. Once, where both read alike."""
    least, most = (_WORDS[what](getattr(item, what)) for item in (amounts.least, amounts.most))
    figure = most.removeprefix("about ")
    return most if least.removeprefix("about ") == figure else f"{least} to {figure}"


_WORDS: dict[str, Callable[[Any], str]] = {
    "calls": str,
    "input": tokens,
    "cached": tokens,
    "output": tokens,
    "cost": dollars,
    "times": times,
}
