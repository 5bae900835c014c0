"""The shapes in which three interfaces put the same things: prompts, replies, usage, errors.

Each was taken from the vendors' own SDK types (openai 3.54.0, anthropic 2.12.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.servers.prompt_cache import Block, Rule
from tests.servers.wire import Dialect, Event, Said, compact, parts, pieces, settings, text_of, typed


class Responses(Dialect):
    """OpenAI's Responses API."""

    request_id_header = "x-request-id"

    def prompt(self, body: Mapping[str, Any]) -> tuple[Rule, list[Block]]:
        newer = takes_marks(str(body.get("model")))
        blocks = settings(body, "tools", "text")
        if body.get("instructions"):
            blocks.append(Block(str(body["instructions"])))
        given = body.get("input") or []
        items = [{"content": given}] if isinstance(given, str) else given
        for item in items:
            for part in parts(item.get("content")) or [item]:
                blocks.append(Block(text_of(part), newer and "prompt_cache_breakpoint" in part))
        options = body.get("prompt_cache_options") or {}
        if newer and blocks and options.get("mode") != "explicit":
            blocks[-1] = Block(blocks[-1].text, marked=True)
        return (Rule.MARKS if newer else Rule.STEPS), blocks

    def whole(self, said: Said) -> dict[str, Any]:
        status = {"cut off": "incomplete", "filtered": "incomplete", "failed": "failed"}
        reason = {"cut off": "max_output_tokens", "filtered": "content_filter"}.get(said.ending)
        failed = {"code": said.code or "server_error", "message": said.message or "It broke."}
        return {
            **self._head(said),
            "status": status.get(said.ending, "completed"),
            "error": failed if said.ending == "failed" else None,
            "incomplete_details": {"reason": reason} if reason else None,
            "output": self._items(said, "completed"),
            "usage": self.usage(said),
        }

    def usage(self, said: Said) -> dict[str, Any] | None:
        """Input as a whole, with what was cached and written as parts of it."""
        if not said.tells_usage:
            return None
        return {
            "input_tokens": said.counted.total,
            "input_tokens_details": {
                "cached_tokens": said.counted.read,
                "cache_write_tokens": said.counted.written,
            },
            "output_tokens": said.output,
            "output_tokens_details": {"reasoning_tokens": said.reasoning},
            "total_tokens": said.counted.total + said.output,
        }

    def opening(self, said: Said) -> list[Event]:
        shell = {**self._head(said), "status": "in_progress", "output": [], "usage": None}
        return [typed("response.created", response=shell), typed("response.in_progress", response=shell)]

    def beginning(self, said: Said) -> list[Event]:
        items = self._items(said, "in_progress")
        if not items:
            return []
        item = items[0]
        if item["type"] == "function_call":
            return [typed("response.output_item.added", output_index=0, item=item)]
        started = {**item, "content": []}
        place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
        events = [typed("response.output_item.added", output_index=0, item=started)]
        (part,) = item["content"]
        if part["type"] == "output_text":
            empty = {**part, "text": ""}
            events.append(typed("response.content_part.added", **place, part=empty))
            events += [
                typed("response.output_text.delta", **place, delta=piece, logprobs=[])
                for piece in pieces(said.text)
            ]
        return events

    def ending(self, said: Said) -> list[Event]:
        whole = self.whole(said)
        done = [
            typed("response.output_item.done", output_index=0, item=item)
            for item in self._items(said, "completed")
        ]
        return [*done, typed(f"response.{whole['status']}", response=whole)]

    def trouble(self, said: Said) -> list[Event]:
        code = said.code or "server_error"
        return [typed("error", code=code, message=said.message or "It broke.", param=None)]

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        kinds = {401: "authentication_error", 403: "permission_error", 429: "requests"}
        kind = kinds.get(status, "server_error" if status >= 500 else "invalid_request_error")
        if code == "insufficient_quota":
            kind = code
        return {"error": {"message": message, "type": kind, "param": None, "code": code or None}}

    def alive(self) -> Event:
        return typed("response.in_progress", response={"id": "resp", "object": "response", "output": []})

    def _head(self, said: Said) -> dict[str, Any]:
        return {
            "id": f"resp_{said.number:06}",
            "object": "response",
            "created_at": 1_790_000_000,
            "model": said.model,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
        }

    def _items(self, said: Said, status: str) -> list[dict[str, Any]]:
        if said.tool:
            name, arguments = said.tool
            call = {"id": f"fc_{said.number:06}", "call_id": f"call_{said.number:06}", "name": name}
            return [{**call, "type": "function_call", "arguments": compact(arguments), "status": status}]
        if said.ending in ("silence", "failed") or (said.ending == "filtered" and not said.text):
            return []
        part: dict[str, Any] = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        if said.ending == "refusal":
            part = {"type": "refusal", "refusal": said.text}
        message = {"id": f"msg_{said.number:06}", "type": "message", "role": "assistant"}
        return [{**message, "status": status, "content": [part]}]


class Chat(Dialect):
    """OpenAI's chat completions, as many other servers speak them."""

    request_id_header = "x-request-id"

    def prompt(self, body: Mapping[str, Any]) -> tuple[Rule, list[Block]]:
        blocks = settings(body, "tools", "response_format")
        for message in body.get("messages") or []:
            blocks += [Block(text_of(part)) for part in parts(message.get("content"))]
        return Rule.STEPS, blocks

    def whole(self, said: Said) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": self._text(said)}
        if said.ending == "refusal":
            message |= {"content": None, "refusal": said.text}
        return {
            **self._head(said, "chat.completion"),
            "choices": [{"index": 0, "message": message, "finish_reason": self._reason(said)}],
            **({"usage": self.usage(said)} if said.tells_usage else {}),
        }

    def usage(self, said: Said) -> dict[str, Any]:
        """Prompt as a whole, with what was cached as a part of it."""
        return {
            "prompt_tokens": said.counted.total,
            "completion_tokens": said.output,
            "total_tokens": said.counted.total + said.output,
            "prompt_tokens_details": {"cached_tokens": said.counted.read},
            "completion_tokens_details": {"reasoning_tokens": said.reasoning},
        }

    def opening(self, said: Said) -> list[Event]:
        return []

    def beginning(self, said: Said) -> list[Event]:
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(self._text(said))]
        if said.ending == "refusal":
            deltas += [{"refusal": piece} for piece in pieces(said.text)]
        return [self._chunk(said, delta, None) for delta in deltas]

    def ending(self, said: Said) -> list[Event]:
        usage = {**self._head(said, "chat.completion.chunk"), "choices": [], "usage": self.usage(said)}
        return [
            self._chunk(said, {}, self._reason(said)),
            *([("", usage)] if said.tells_usage else []),
            ("", "[DONE]"),
        ]

    def trouble(self, said: Said) -> list[Event]:
        return [("", self.error(500, said.code, said.message or "It broke."))]

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        return Responses().error(status, code, message)

    def alive(self) -> Event:
        return "", {"id": "chatcmpl", "object": "chat.completion.chunk", "choices": []}

    def _text(self, said: Said) -> str:
        return "" if said.ending in ("silence", "refusal", "failed") else said.text

    def _reason(self, said: Said) -> str:
        return {"cut off": "length", "filtered": "content_filter"}.get(said.ending, "stop")

    def _head(self, said: Said, kind: str) -> dict[str, Any]:
        created = 1_790_000_000
        return {"id": f"chatcmpl-{said.number:06}", "object": kind, "created": created, "model": said.model}

    def _chunk(self, said: Said, delta: Mapping[str, Any], reason: str | None) -> Event:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return "", {**self._head(said, "chat.completion.chunk"), "choices": [choice]}


class Messages(Dialect):
    """Anthropic's Messages API."""

    request_id_header = "request-id"

    def prompt(self, body: Mapping[str, Any]) -> tuple[Rule, list[Block]]:
        blocks = settings(body, "tools", "output_config")
        messages = [part for item in body.get("messages") or [] for part in parts(item.get("content"))]
        for part in [*parts(body.get("system")), *messages]:
            blocks.append(Block(text_of(part), marked=bool(part.get("cache_control"))))
        return Rule.BLOCKS, blocks

    def whole(self, said: Said) -> dict[str, Any]:
        return {
            **self._head(said),
            "content": self._content(said),
            "stop_reason": self._reason(said),
            "stop_sequence": None,
            "usage": self.usage(said),
        }

    def usage(self, said: Said) -> dict[str, Any]:
        """Each token in one place already."""
        return {
            "input_tokens": said.counted.rest,
            "cache_creation_input_tokens": said.counted.written,
            "cache_read_input_tokens": said.counted.read,
            "output_tokens": said.output,
            **({"output_tokens_details": {"thinking_tokens": said.reasoning}} if said.reasoning else {}),
        }

    def opening(self, said: Said) -> list[Event]:
        return []

    def beginning(self, said: Said) -> list[Event]:
        usage = {**self.usage(said), "output_tokens": 1}
        started = {**self._head(said), "content": [], "stop_reason": None, "usage": usage}
        events = [typed("message_start", message=started), typed("ping")]
        for block in self._content(said):
            if block["type"] == "text":
                empty = {**block, "text": ""}
                shapes = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
            else:
                empty, given = {**block, "input": {}}, compact(block["input"])
                shapes = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces(given)]
            events.append(typed("content_block_start", index=0, content_block=empty))
            events += [typed("content_block_delta", index=0, delta=shape) for shape in shapes]
        return events

    def ending(self, said: Said) -> list[Event]:
        stopped = [typed("content_block_stop", index=0)] if self._content(said) else []
        delta = {"stop_reason": self._reason(said), "stop_sequence": None}
        usage = self.usage(said)
        return [*stopped, typed("message_delta", delta=delta, usage=usage), typed("message_stop")]

    def trouble(self, said: Said) -> list[Event]:
        kind = said.code or "overloaded_error"
        return [typed("error", error={"type": kind, "message": said.message or "Overloaded"})]

    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        kinds = {
            400: "invalid_request_error",
            401: "authentication_error",
            402: "billing_error",
            403: "permission_error",
            404: "not_found_error",
            413: "request_too_large",
            429: "rate_limit_error",
            529: "overloaded_error",
        }
        kind = code if code.endswith("_error") else kinds.get(status, "api_error")
        details = {"details": {"error_code": code}} if code and code != kind else {}
        return {"type": "error", "error": {"type": kind, "message": message, **details}}

    def alive(self) -> Event:
        return typed("ping")

    def _head(self, said: Said) -> dict[str, Any]:
        return {"id": f"msg_{said.number:06}", "type": "message", "role": "assistant", "model": said.model}

    def _content(self, said: Said) -> list[dict[str, Any]]:
        if said.tool:
            name, arguments = said.tool
            return [{"type": "tool_use", "id": f"toolu_{said.number:06}", "name": name, "input": arguments}]
        if said.ending in ("silence", "refusal", "filtered", "failed") or not said.text:
            return []
        return [{"type": "text", "text": said.text}]

    def _reason(self, said: Said) -> str:
        reasons = {
            "cut off": "max_tokens",
            "refusal": "refusal",
            "filtered": "refusal",
            "window": "model_context_window_exceeded",
        }
        return "tool_use" if said.tool else reasons.get(said.ending, "end_turn")


def takes_marks(model: str) -> bool:
    """Whether a model of OpenAI's caches at marks (from 5.6 on, which is also when it takes any)."""
    version = re.search(r"gpt-(\d)(?:\.(\d+))?(?!\d)", model)
    return version is not None and (int(version[1]), int(version[2] or 0)) >= (5, 6)


def dialect_of(path: str) -> Dialect | None:
    """The interface that is spoken at a path."""
    match path.partition("?")[0].rpartition("/")[2]:
        case "responses":
            return Responses()
        case "completions":
            return Chat()
        case "messages":
            return Messages()
        case _:
            return None
