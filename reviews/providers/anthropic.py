"""Anthropic by the Messages API, see https://platform.claude.com/docs/en/api/messages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast

import httpx2

from reviews.providers.base import Ending, Listener, ProviderError, Question, Reply, Trouble, Usage
from reviews.providers.faults import Complaint, Service, broken_off, judge
from reviews.providers.line import Heard, key_for, over_a_line
from reviews.providers.schemas import in_words

USUAL_ADDRESS = "https://api.anthropic.com"
MARK = {"type": "ephemeral"}
"""A cache entry ends after the block that has it; it lives for five minutes after its last use."""


class Anthropic:
    """Asks a model of Anthropic."""

    caches = True
    sdk = ("anthropic",)

    def __init__(self, options: Mapping[str, Any]) -> None:
        """There is nothing to set."""

    def suits(self, paths: Iterable[str]) -> bool:
        """A model reads whatever there is."""
        return any(True for _ in paths)

    def ask(self, question: Question, listener: Listener) -> Reply:
        """Make one call; see `ModelProvider.ask`."""
        service = service_for(question)
        return over_a_line(service, listener, partial(_talk, service, body(question)))


def body(question: Question) -> dict[str, Any]:
    """The request's body: what is equal for all passes of a review first, what differs last."""
    import anthropic

    held = question.access.supports_schemas
    material: dict[str, Any] = _text(question.material)
    if question.shared:
        material["cache_control"] = MARK
    task = question.task if held else f"{question.task}\n\n{in_words(question.form)}"
    asked = [material] if question.material else []
    turns: list[dict[str, Any]] = [{"role": "user", "content": [*asked, _text(task)]}]
    # An empty turn is refused.
    if question.reply_so_far.strip():
        turns.append({"role": "assistant", "content": [_text(question.reply_so_far)]})
    if question.correction:
        turns.append({"role": "user", "content": [_text(question.correction)]})
    schema = anthropic.transform_schema(dict(question.form.schema))
    given = {
        "system": [_text(question.system)] if question.system else None,
        "output_config": {"format": {"type": "json_schema", "schema": schema}} if held else None,
        "metadata": {"user_id": question.user} if question.user else None,
    }
    return {
        "model": question.model,
        "max_tokens": question.output_tokens,
        "messages": turns,
        **{name: value for name, value in given.items() if value},
    }


def service_for(question: Question) -> Service:
    """Who is asked. Raises ProviderError(MISSING) without a key."""
    import anthropic

    return Service(
        name="Anthropic",
        model=question.model,
        base_url=question.access.base_url or os.environ.get("ANTHROPIC_BASE_URL") or USUAL_ADDRESS,
        seconds=question.seconds,
        errors=anthropic.AnthropicError,
        key=key_for(question.access, "ANTHROPIC_API_KEY", "Anthropic"),
    )


def _talk(service: Service, asked: Mapping[str, Any], http: httpx2.Client, heard: Heard) -> Reply:
    import anthropic

    client = anthropic.Anthropic(
        api_key=service.key, base_url=service.base_url, http_client=http, max_retries=0, timeout=http.timeout
    )
    with client.messages.with_streaming_response.create(**cast("Any", asked), stream=True) as raw:
        heard.request_id = raw.headers.get("request-id", "")
        if "json" in raw.headers.get("content-type", ""):
            message = _whole(raw.json(), service, heard)
        else:
            message = _gathered(raw.parse(to=anthropic.Stream[object]), heard)
    return reply(message, service, heard)


def _whole(said: Any, service: Service, heard: Heard) -> dict[str, Any]:
    """A reply that came in one piece, though a stream was asked for."""
    if not isinstance(said, dict) or "content" not in said:
        raise judge(Complaint.read(200, said), service)
    heard.begins()
    heard.pieces += [block["text"] for block in said["content"] if block["type"] == "text"]
    return said


def _gathered(events: Iterable[Any], heard: Heard) -> dict[str, Any]:
    """The message that a stream's events make, its text apart; without an end it has no reason."""
    message: dict[str, Any] = {}
    for event in events:
        kind = event["type"]
        if kind == "message_start":
            # It comes when the prompt has been read: what is in the cache is there from now on.
            heard.begins()
            message = event["message"]
            heard.usage = usage(message["usage"])
        elif kind == "content_block_delta" and event["delta"]["type"] == "text_delta":
            heard.hears(event["delta"]["text"])
        elif kind == "message_delta":
            # Usage is told again as far as it has grown.
            grown = {name: value for name, value in event["usage"].items() if value is not None}
            message |= {**event["delta"], "usage": {**message["usage"], **grown}}
    return message


def reply(message: Mapping[str, Any], service: Service, heard: Heard) -> Reply:
    """The reply in our own terms. Raises ProviderError for one without an end, or TOO_LONG."""
    heard.usage = usage(message["usage"]) if message.get("usage") else heard.usage
    match message.get("stop_reason"):
        case None:
            raise broken_off(service)
        case "model_context_window_exceeded":
            raise ProviderError(
                Trouble.TOO_LONG,
                f"{service.model} at {service.name} ran out of room while it answered. The code is kept; "
                "submit fewer or smaller files, or choose a reviewer that reads more.",
            )
        case "max_tokens":
            ending = Ending.CUT_OFF
        case "refusal":
            ending = Ending.REFUSED
        case _:
            ending = Ending.WHOLE
    return Reply(
        text=heard.text,
        ending=ending,
        usage=heard.usage or Usage(),
        request_id=heard.request_id,
        model=str(message.get("model") or ""),
    )


def usage(told: Mapping[str, Any]) -> Usage:
    """Tokens, each in one place, as Anthropic counts them itself."""
    return Usage(
        input=told.get("input_tokens") or 0,
        cached=told.get("cache_read_input_tokens") or 0,
        written=told.get("cache_creation_input_tokens") or 0,
        output=told.get("output_tokens") or 0,
        reasoning=(told.get("output_tokens_details") or {}).get("thinking_tokens") or 0,
    )


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
