"""A form's schema by the rules of OpenAI's strict mode, and in words."""

from __future__ import annotations

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from openai.lib._pydantic import to_strict_json_schema

from reviews.prompts.forms import REVIEW_FORM, TEXT_FORM, Form, ReviewReply, TextReply
from reviews.providers.schemas import DROPPED, in_words, strict
from tests.servers.models import A_TEXT, NOTHING_FOUND


def without_dropped(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: without_dropped(part) for name, part in schema.items() if name not in DROPPED}
    return [without_dropped(part) for part in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(("form", "model"), [(REVIEW_FORM, ReviewReply), (TEXT_FORM, TextReply)])
def test_it_is_what_the_sdk_would_make_of_it(form: Form, model: Any) -> None:
    assert strict(form.schema) == without_dropped(to_strict_json_schema(model))


@pytest.mark.parametrize(("form", "reply"), [(REVIEW_FORM, NOTHING_FOUND), (TEXT_FORM, A_TEXT)])
def test_a_good_reply_fits_and_a_field_less_does_not(form: Form, reply: str) -> None:
    schema = strict(form.schema)
    good = json.loads(reply)
    jsonschema.validate(good, schema)
    for name in good:
        with pytest.raises(jsonschema.ValidationError, match=name):
            jsonschema.validate({key: value for key, value in good.items() if key != name}, schema)
    with pytest.raises(jsonschema.ValidationError, match="unexpected"):
        jsonschema.validate({**good, "mood": "fine"}, schema)


def test_a_reference_stands_alone() -> None:
    schema = {
        "type": "object",
        "$defs": {"Place": {"type": "object", "properties": {"line": {"type": "integer", "default": 1}}}},
        "properties": {"at": {"$ref": "#/$defs/Place", "description": "Where."}},
    }
    place = {
        "type": "object",
        "properties": {"line": {"type": "integer"}},
        "required": ["line"],
        "additionalProperties": False,
    }
    made = strict(schema)
    assert made["$defs"]["Place"] == place
    assert made["properties"]["at"] == {**place, "description": "Where."}
    assert "required" not in schema, "the form itself is left as it is"


def test_a_property_may_have_the_name_of_a_keyword() -> None:
    schema = {"type": "object", "properties": {"default": {"type": "string"}, "items": {"type": "string"}}}
    assert strict(schema)["required"] == ["default", "items"]


def test_in_words_the_whole_schema_is_there() -> None:
    said = in_words(REVIEW_FORM)
    assert json.loads(said[said.index("{") :]) == REVIEW_FORM.schema
