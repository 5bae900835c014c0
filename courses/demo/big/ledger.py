"""The calls of the big course as the ledger keeps them: what was said, what it took, what it cost."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from courses.demo.big import chances
from courses.demo.big.hearing import Heard
from courses.demo.big.prompts import Prompts
from reviews.engine import prices
from reviews.models import Call, Pass, Price
from reviews.prompts.compose import Prompt
from reviews.prompts.forms import form_of
from reviews.providers.base import Ending, Usage

CHARACTERS_A_TOKEN = 3.6
MAY_REPLY = 16_000
"""Tokens that a reply may have."""

LEASE = timedelta(seconds=180)

SOURCE = "made up for the big course"
PRICES = {
    "claude-opus-4-6": ("5", "0.5", "6.25", "25"),
    "gpt-5.4": ("2.5", "0.25", "2.5", "15"),
}
"""Dollars for a million tokens: fresh, read from the cache, written to it, replied."""


@dataclass(slots=True)
class Ledger:
    """Writes the calls of one exercise."""

    prompts: Prompts = field(default_factory=Prompts)
    _prices: dict[str, tuple[Price, dict[str, Any] | None]] = field(default_factory=dict)

    def call(
        self,
        item: Pass,
        heard: Heard,
        prompt: Prompt,
        times: tuple[datetime, datetime],
        dice: random.Random,
    ) -> Call:
        """The one call of a pass, not stored yet. Its pass must have its reply."""
        turn = heard.returned.turn
        price, as_json = self._price(turn.seat.model)
        usage = _usage(prompt, item.raw, turn.round, turn.seat.family, dice)
        texts = (prompt.system, prompt.material, prompt.task)
        return Call(
            by_pass=item,
            attempt=1,
            number=1,
            connection_id=turn.seat.connection_id,
            provider=turn.seat.provider,
            model=turn.seat.model,
            state=Call.State.REPLIED,
            instructions=prompt.instructions[:100],
            system_id=self.prompts.blob(prompt.system),
            material_id=self.prompts.blob(prompt.material),
            task=prompt.task,
            schema=_schema(turn.task),
            reply=item.raw,
            ending=Ending.WHOLE if heard.returned.answered else Ending.REFUSED,
            request_id=f"req_{dice.getrandbits(64):016x}",
            answered_by=turn.seat.model,
            input_tokens=usage.input,
            cached_tokens=usage.cached,
            written_tokens=usage.written,
            output_tokens=usage.output,
            reasoning_tokens=usage.reasoning,
            price=as_json,
            cost=prices.cost(usage, price),
            reserved=prices.dearest(sum(map(len, texts)), MAY_REPLY, price),
            budgets=[],
            asked_at=times[0],
            live_until=times[0] + LEASE,
            ended_at=times[1],
        )

    def _price(self, model: str) -> tuple[Price, dict[str, Any] | None]:
        if model not in self._prices:
            names = ("input", "cached", "written", "output")
            figures = dict(zip(names, map(Decimal, PRICES[model]), strict=True))
            price = Price(model=model, since=chances.TERM_BEGINS.date(), source=SOURCE, **figures)
            self._prices[model] = price, prices.as_json(price)
        return self._prices[model]


def _schema(task: Any) -> Mapping[str, Any]:
    return dict(form_of(task).schema)


def _usage(prompt: Prompt, reply: str, round: int, family: str, dice: random.Random) -> Usage:
    """Later calls mostly read what they share from the cache; who writes it pays for that."""
    shared, own = (_tokens(text) for text in (prompt.system + prompt.material, prompt.task))
    reasoning = dice.randrange(200, 2_000)
    output = _tokens(reply) + reasoning
    if round > 1 and dice.random() < chances.CACHED:
        return Usage(input=own, cached=shared, output=output, reasoning=reasoning)
    if family == "anthropic":
        return Usage(input=own, written=shared, output=output, reasoning=reasoning)
    return Usage(input=own + shared, output=output, reasoning=reasoning)


def _tokens(text: str) -> int:
    return round(len(text) / CHARACTERS_A_TOKEN)
