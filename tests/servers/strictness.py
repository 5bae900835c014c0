"""What the vendors refuse of a request, so that a stand-in refuses it, too.

Only what is documented and concerns us; whoever sends something else is not held up here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.servers.dialects import Chat, Messages, Responses, takes_marks
from tests.servers.wire import Dialect, parts

MOST_MARKS = 4
NOT_FOR_ANTHROPIC = frozenset({"minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems"})


def complaint(dialect: Dialect, body: Mapping[str, Any]) -> str:
    """Why the vendor would answer this with 400; empty where it would not."""
    if isinstance(dialect, Messages):
        found = _messages(body)
    elif isinstance(dialect, Responses):
        found = _responses(body)
    elif isinstance(dialect, Chat):
        found = _schema((body.get("response_format") or {}).get("json_schema") or {})
    else:
        found = iter(())
    return next(found, "")


def _responses(body: Mapping[str, Any]) -> Iterator[str]:
    given = body.get("input")
    items = given if isinstance(given, list) else []
    marks = [
        part for item in items for part in parts(item.get("content")) if "prompt_cache_breakpoint" in part
    ]
    if (marks or "prompt_cache_options" in body) and not takes_marks(str(body.get("model"))):
        yield "Unsupported parameter: 'prompt_cache_breakpoint' is not supported with this model."
    if len(marks) > MOST_MARKS:
        yield f"A request can write up to {MOST_MARKS} breakpoints."
    yield from _schema((body.get("text") or {}).get("format") or {})


def _schema(form: Mapping[str, Any]) -> Iterator[str]:
    """OpenAI's strict mode: everything required, nothing else allowed, references alone."""
    if not form.get("strict"):
        return
    for place, schema in _schemas(form.get("schema") or {}, "schema"):
        if "default" in schema:
            yield f"Invalid schema: {place}: 'default' is not permitted."
        if "$ref" in schema and len(schema) > 1:
            yield f"Invalid schema: {place}: $ref cannot have keywords besides it."
        if schema.get("type") == "object":
            if schema.get("additionalProperties") is not False:
                yield f"Invalid schema: {place}: 'additionalProperties' is required to be false."
            if sorted(schema.get("required", ())) != sorted(schema.get("properties", ())):
                yield f"Invalid schema: {place}: 'required' must name every key in properties."


def _messages(body: Mapping[str, Any]) -> Iterator[str]:
    if not body.get("max_tokens"):
        yield "max_tokens: Field required"
    messages = [part for item in body.get("messages") or () for part in parts(item.get("content"))]
    blocks = [*parts(body.get("system")), *messages]
    if any("text" in block and not str(block["text"]).strip() for block in blocks):
        yield "messages: text content blocks must contain non-whitespace text"
    if sum("cache_control" in block for block in [*blocks, *(body.get("tools") or ())]) > MOST_MARKS:
        yield f"A maximum of {MOST_MARKS} blocks with cache_control may be provided."
    form = (body.get("output_config") or {}).get("format") or {}
    for place, schema in _schemas(form.get("schema") or {}, "output_config.format.schema"):
        if refused := NOT_FOR_ANTHROPIC & schema.keys():
            yield f"{place}: property {sorted(refused)[0]!r} is not supported"
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            yield f"{place}: 'additionalProperties' must be explicitly set to false"


def _schemas(schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """A schema and all in it, with where they stand."""
    yield place, schema
    for name in ("properties", "$defs"):
        for key, part in schema.get(name, {}).items():
            yield from _schemas(part, f"{place}.{name}.{key}")
    for number, part in enumerate(schema.get("anyOf", ())):
        yield from _schemas(part, f"{place}.anyOf[{number}]")
    if isinstance(schema.get("items"), dict):
        yield from _schemas(schema["items"], f"{place}.items")
