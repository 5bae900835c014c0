"""Any server that speaks OpenAI's chat completions: a campus vLLM, Ollama, llama.cpp.

Many of them know only the plainest form of a request, so it is kept to that: messages whose content
is one text, in turns that alternate, and `max_tokens`. Where a server cannot hold a model to a
schema, the schema is put into words and no format is asked for. Usage may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2

from reviews.providers.base import Access, Ending, Listener, ProviderError, Question, Reply, Trouble, Usage
from reviews.providers.faults import Complaint, Service, broken_off, judge
from reviews.providers.line import Heard, key_for, over_a_line
from reviews.providers.schemas import in_words, strict

NO_KEY = "none"
"""Sent to servers that ask for no key. The environment's OPENAI_API_KEY is never sent to them."""


class Compatible:
    """Asks a model on a server that an administrator has entered."""

    caches = False
    sdk = ("openai.resources.chat.completions.completions",)

    def __init__(self, options: Mapping[str, Any]) -> None:
        """There is nothing to set: the server is a row."""

    def suits(self, paths: Iterable[str]) -> bool:
        """A model reads whatever there is."""
        return any(True for _ in paths)

    def ask(self, question: Question, listener: Listener) -> Reply:
        """Make one call; see `ModelProvider.ask`."""
        service = service_for(question)
        return over_a_line(service, listener, partial(_talk, service, body(question)))


def body(question: Question) -> dict[str, Any]:
    """The request's body: what is equal for all passes of a review first, what differs last."""
    form, held = question.form, question.access.supports_schemas
    asked = [question.material, question.task, "" if held else in_words(form)]
    turns = [
        ("system", question.system),
        ("user", "\n\n".join(part for part in asked if part)),
        ("assistant", question.reply_so_far if question.reply_so_far.strip() else ""),
        ("user", question.correction),
    ]
    messages: list[dict[str, Any]] = []
    for role, text in turns:
        if text and messages and messages[-1]["role"] == role:
            # Templates of many models break where two turns of one side follow each other.
            messages[-1]["content"] += f"\n\n{text}"
        elif text:
            messages.append({"role": role, "content": text})
    made: dict[str, Any] = {
        "model": question.model,
        "messages": messages,
        "max_tokens": question.output_tokens,
        "stream_options": {"include_usage": True},
    }
    if held:
        schema = {"name": form.name, "strict": True, "schema": strict(form.schema)}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    return made


def service_for(question: Question) -> Service:
    """Who is asked. Raises ProviderError(MISSING) where no server was entered."""
    import openai
    import openai.resources.chat.completions.completions  # the SDK would load it within the first call's time

    access = question.access
    if not access.base_url:
        raise ProviderError(
            Trouble.MISSING,
            "No address of a server was entered for this reviewer's connection. Nothing was sent. "
            "An administrator can enter it, usually ending in /v1.",
        )
    key = access.key or NO_KEY
    return Service(
        name=urlsplit(access.base_url).hostname or "The server",
        model=question.model,
        base_url=access.base_url,
        seconds=question.seconds,
        errors=openai.OpenAIError,
        key=key_for(Access(key=key), "", "the server"),
    )


def _talk(service: Service, asked: Mapping[str, Any], http: httpx2.Client, heard: Heard) -> Reply:
    import openai

    client = openai.OpenAI(
        api_key=service.key, base_url=service.base_url, http_client=http, max_retries=0, timeout=http.timeout
    )
    client.organization = client.project = None
    with client.chat.completions.with_streaming_response.create(**cast("Any", asked), stream=True) as raw:
        heard.request_id = raw.headers.get("x-request-id", "")
        if "json" in raw.headers.get("content-type", ""):
            return _whole(raw.json(), service, heard)
        return _streamed(raw.parse(to=openai.Stream[object]), service, heard)


def _whole(said: Any, service: Service, heard: Heard) -> Reply:
    """A reply that came in one piece, though a stream was asked for."""
    if not isinstance(said, dict) or not said.get("choices"):
        raise judge(Complaint.read(200, said), service)
    heard.begins()
    heard.usage = usage(said.get("usage") or {})
    choice = said["choices"][0]
    heard.hears(choice["message"].get("content") or "")
    refusal = choice["message"].get("refusal") or ""
    return _reply(choice.get("finish_reason"), refusal, said.get("model"), heard)


def _streamed(chunks: Iterable[Any], service: Service, heard: Heard) -> Reply:
    """The reply that a stream's chunks make. Raises ProviderError where it has no end."""
    reason, refusal, model = "", "", ""
    for chunk in chunks:
        model = chunk.get("model") or model
        if chunk.get("usage"):
            heard.usage = usage(chunk["usage"])
        for choice in chunk.get("choices") or ():
            heard.begins()
            delta = choice.get("delta") or {}
            heard.hears(delta.get("content") or "")
            refusal += delta.get("refusal") or ""
            reason = choice.get("finish_reason") or reason
    if not reason:
        raise broken_off(service)
    return _reply(reason, refusal, model, heard)


def _reply(reason: str | None, refusal: str, model: str | None, heard: Heard) -> Reply:
    endings = {"length": Ending.CUT_OFF, "content_filter": Ending.REFUSED}
    return Reply(
        text=refusal or heard.text,
        ending=Ending.REFUSED if refusal else endings.get(reason or "", Ending.WHOLE),
        usage=heard.usage or Usage(),
        request_id=heard.request_id,
        model=model or "",
    )


def usage(told: Mapping[str, Any]) -> Usage:
    """Tokens, each in one place; a server may leave any of it out."""
    details, thought = told.get("prompt_tokens_details") or {}, told.get("completion_tokens_details") or {}
    cached = details.get("cached_tokens") or 0
    return Usage(
        input=max((told.get("prompt_tokens") or 0) - cached, 0),
        cached=cached,
        output=told.get("completion_tokens") or 0,
        reasoning=thought.get("reasoning_tokens") or 0,
    )
