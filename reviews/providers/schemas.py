"""A form's JSON schema in the ways in which a model can be held to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reviews.prompts.forms import Form

# A default means nothing where every field is required. Lengths are refused by some of the servers
# that hold models to schemas; the forms check them when a reply is read.
DROPPED = frozenset({"default", "minLength", "maxLength"})


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema by the rules of OpenAI's strict mode, as a copy.

    Every property is required and no other is allowed; a reference stands alone.
    """
    return _strict(schema, schema.get("$defs", {}))


def in_words(form: Form) -> str:
    """For a model that nothing holds to a schema: the schema as text of the prompt."""
    schema = json.dumps(form.schema, ensure_ascii=False, separators=(",", ":"))
    return (
        "Answer with one JSON object and nothing else: no introduction, no code fence. "
        f"It must fit this JSON schema, with every field given:\n{schema}"
    )


def _strict(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema and len(schema) > 1:
        named = defs[str(schema["$ref"]).rpartition("/")[2]]
        return _strict({**named, **{name: value for name, value in schema.items() if name != "$ref"}}, defs)
    made: dict[str, Any] = {}
    for name, value in schema.items():
        if name in ("properties", "$defs"):
            made[name] = {key: _strict(part, defs) for key, part in value.items()}
        elif name == "items":
            made[name] = _strict(value, defs)
        elif name in ("anyOf", "allOf"):
            made[name] = [_strict(part, defs) for part in value]
        elif name not in DROPPED:
            made[name] = value
    if made.get("type") == "object":
        made |= {"required": list(made.get("properties", {})), "additionalProperties": False}
    return made
