"""OpenAI by the Responses API, see https://developers.openai.com/api/reference/resources/responses.

Prompt caching, as of November 2026: up to GPT-5.5 the longest equal prefix is found by itself. From
GPT-5.6 on a prefix is found only where a mark was set at its very end; the mark that is set by
default, after the last message, would never be found again here and would be paid for, so it is
switched off and one is set after the material. Older models refuse to hear of marks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import httpx2

from reviews.providers.base import Access, Ending, Listener, Question, Reply, Usage
from reviews.providers.faults import Complaint, Service, broken_off, judge
from reviews.providers.line import Heard, key_for, over_a_line
from reviews.providers.schemas import in_words, strict

USUAL_ADDRESS = "https://api.openai.com/v1"
MARKED_MODELS = r"gpt-(5\.([6-9]|\d\d)|[6-9])(?!\d)"
"""Names of models that take cache marks; the option `marked_models` is another such pattern."""
MARK = {"mode": "explicit"}
BEFORE_THE_REPLY = frozenset({"response.created", "response.queued", "response.in_progress"})
LAST = frozenset({"response.completed", "response.incomplete", "response.failed"})


class OpenAI:
    """Asks a model of OpenAI, or of a server that speaks its Responses API."""

    caches = True
    sdk = ("openai.resources.responses.responses",)

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.marked_models = re.compile(str(options.get("marked_models", MARKED_MODELS)))

    def suits(self, paths: Iterable[str]) -> bool:
        """A model reads whatever there is."""
        return any(True for _ in paths)

    def ask(self, question: Question, listener: Listener) -> Reply:
        """Make one call; see `ModelProvider.ask`."""
        service = service_for(question)
        body = self.body(question)
        return over_a_line(service, listener, partial(_talk, service, question.access, body))

    def body(self, question: Question) -> dict[str, Any]:
        """The request's body: what is equal for all passes of a review first, what differs last."""
        marked = self.marked_models.search(question.model) is not None
        form, held = question.form, question.access.supports_schemas
        material: dict[str, Any] = {"type": "input_text", "text": question.material}
        if marked and question.shared:
            material["prompt_cache_breakpoint"] = MARK
        task = question.task if held else f"{question.task}\n\n{in_words(form)}"
        asked = [material] if question.material else []
        turns: list[dict[str, Any]] = [
            {"role": "user", "content": [*asked, {"type": "input_text", "text": task}]}
        ]
        if question.reply_so_far.strip():
            turns.append({"role": "assistant", "content": question.reply_so_far})
        if question.correction:
            correction = {"type": "input_text", "text": question.correction}
            turns.append({"role": "user", "content": [correction]})
        schema = {"type": "json_schema", "name": form.name, "strict": True, "schema": strict(form.schema)}
        given = {
            "instructions": question.system,
            "text": {"format": schema} if held else None,
            "prompt_cache_key": question.cache_key,
            "prompt_cache_options": MARK if marked else None,
            "safety_identifier": question.user,
        }
        return {
            "model": question.model,
            "input": turns,
            "max_output_tokens": question.output_tokens,
            "store": False,
            **{name: value for name, value in given.items() if value},
        }


def service_for(question: Question) -> Service:
    """Who is asked. Raises ProviderError(MISSING) without a key."""
    import openai
    import openai.resources.responses.responses  # the SDK would load it within the first call's time

    return Service(
        name="OpenAI",
        model=question.model,
        base_url=question.access.base_url or os.environ.get("OPENAI_BASE_URL") or USUAL_ADDRESS,
        seconds=question.seconds,
        errors=openai.OpenAIError,
        key=key_for(question.access, "OPENAI_API_KEY", "OpenAI"),
    )


def _talk(
    service: Service, access: Access, body: Mapping[str, Any], http: httpx2.Client, heard: Heard
) -> Reply:
    import openai

    client = openai.OpenAI(
        api_key=service.key, base_url=service.base_url, http_client=http, max_retries=0, timeout=http.timeout
    )
    if access.key:
        # The environment's organisation and project belong to the environment's key.
        client.organization = client.project = None
    # As it is: looking through the schema for what the SDK might rename takes 3 ms of processor time.
    with client.responses.with_streaming_response.create(stream=True, extra_body=body) as raw:
        heard.request_id = raw.headers.get("x-request-id", "")
        if "json" in raw.headers.get("content-type", ""):
            response = _whole(raw.json(), service)
            heard.begins()
        else:
            # As plain JSON: the SDK's classes for events take a second of processor time to build.
            response = _last(raw.parse(to=openai.Stream[object]), service, heard)
    return reply(response, service, heard)


def _whole(said: Any, service: Service) -> dict[str, Any]:
    """A reply that came in one piece, though a stream was asked for."""
    if not isinstance(said, dict) or "status" not in said:
        raise judge(Complaint.read(200, said), service)
    return said


def _last(events: Iterable[Any], service: Service, heard: Heard) -> dict[str, Any]:
    """Listen to the last event, which holds the whole reply. Raises ProviderError without one."""
    for event in events:
        kind = event["type"]
        if kind in BEFORE_THE_REPLY:
            continue
        if kind == "error":
            raise judge(Complaint.read(200, event), service)
        if kind != "response.failed":
            heard.begins()
        if kind == "response.output_text.delta":
            heard.hears(event["delta"])
        if kind in LAST:
            response: dict[str, Any] = event["response"]
            return response
    raise broken_off(service)


def reply(response: Mapping[str, Any], service: Service, heard: Heard) -> Reply:
    """The reply in our own terms.

    Raises ProviderError where the response failed, or never came to its end.
    """
    heard.usage = usage(response.get("usage") or {})
    if response.get("error"):
        raise judge(Complaint.read(200, response), service)
    status = response["status"]
    if status not in ("completed", "incomplete"):
        raise broken_off(service)
    text, refusal = _said(response)
    ending = Ending.WHOLE
    if status == "incomplete":
        reason = (response.get("incomplete_details") or {}).get("reason")
        ending = Ending.REFUSED if reason == "content_filter" else Ending.CUT_OFF
    return Reply(
        text=refusal or text or heard.text,
        ending=Ending.REFUSED if refusal else ending,
        usage=heard.usage,
        request_id=heard.request_id,
        model=str(response.get("model") or ""),
    )


def _said(response: Mapping[str, Any]) -> tuple[str, str]:
    """The text of the answer and of a refusal; remarks on the way to the answer are neither."""
    messages = [item for item in response.get("output") or () if item["type"] == "message"]
    final = [message for message in messages if message.get("phase") == "final_answer"]
    parts = [part for message in final or messages for part in message["content"]]
    text = "".join(part["text"] for part in parts if part["type"] == "output_text")
    return text, "".join(part["refusal"] for part in parts if part["type"] == "refusal")


def usage(told: Mapping[str, Any]) -> Usage:
    """Tokens, each in one place: OpenAI counts cached and written ones among the input."""
    details, thought = told.get("input_tokens_details") or {}, told.get("output_tokens_details") or {}
    cached, written = details.get("cached_tokens") or 0, details.get("cache_write_tokens") or 0
    return Usage(
        input=max((told.get("input_tokens") or 0) - cached - written, 0),
        cached=cached,
        written=written,
        output=told.get("output_tokens") or 0,
        reasoning=thought.get("reasoning_tokens") or 0,
    )
