"""A walkthrough as one file: what is written is read to the letter; what is hostile is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from courses.walkthroughs.document import MOST_BYTES, Document, Unreadable, dump, load, with_code
from courses.walkthroughs.parts import Code, Witness
from courses.walkthroughs.steps import CodeStep, TextStep
from courses.walkthroughs.story import Story
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits
from tests.rooms import SHOP_STORY, shop_story
from tests.stories import SHOP

LIMITS = UploadLimits(files=20, file_bytes=2000, total_bytes=5000, depth=5)

# What any person types or any model says; a NUL or half a pair no database takes, so reading mends those.
TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)
NAMES = some.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
PATHS = some.from_regex(r"[a-z]{1,8}(/[a-zäß]{1,8}){0,3}\.py", fullmatch=True)
FILES = some.dictionaries(
    PATHS, some.text("abc\n\r\té€ ", max_size=80).map(lambda text: f"x{text}"), min_size=1, max_size=5
)


@some.composite
def documents(draw: some.DrawFn) -> Document:
    """Stories with states of the code, some steps and witnesses."""
    names = draw(some.lists(NAMES, unique=True, max_size=3))
    files = {
        name: tuple(SourceFile(path, text) for path, text in sorted(draw(FILES).items())) for name in names
    }
    steps: list[Any] = [
        TextStep(id=name, kind="text", title=draw(TEXTS), body=draw(TEXTS), minutes=draw(some.floats(0, 120)))
        for name in draw(some.lists(NAMES, unique=True, max_size=4))
    ]
    if names:
        path = files[names[0]][0].path
        steps.append(CodeStep(id="x" * 40, kind="code", title=draw(TEXTS), code=names[0], path=path))
    sigla = draw(some.lists(some.from_regex(r"[A-Z][0-9]{0,2}", fullmatch=True), unique=True, max_size=3))
    story = Story(
        title=draw(TEXTS.filter(bool)),
        summary=draw(TEXTS),
        witnesses=tuple(
            Witness(siglum=siglum, name=draw(TEXTS), recorded=draw(some.booleans())) for siglum in sigla
        ),
        codes=tuple(Code(name=name, title=draw(TEXTS)) for name in names),
        steps=tuple({step.id: step for step in steps}.values()),
    )
    return Document(story, files)


@settings(max_examples=60, deadline=None)
@given(documents())
def test_what_is_written_is_read_to_the_letter(document: Document) -> None:
    assert load(dump(document).encode(), LIMITS) == document


def shop() -> dict[str, Any]:
    """The shop's file as plain data, to be spoilt."""
    whole: dict[str, Any] = json.loads(dump(Document(shop_story(), {"v1": SHOP})))
    return whole


def test_the_shop_is_written_with_each_text_once() -> None:
    story = Story.model_validate(
        SHOP_STORY | {"codes": [*SHOP_STORY["codes"], {"name": "v2", "title": "The same"}]}
    )
    written = dump(Document(story, {"v1": SHOP, "v2": SHOP}))
    assert len(json.loads(written)["texts"]) == 2
    assert load(written.encode(), LIMITS).files == {"v1": SHOP[::-1], "v2": SHOP[::-1]}


def deep(levels: int) -> bytes:
    """JSON that is nested so deep."""
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is no JSON"),
        (b"\x80abc", "it is no JSON"),
        (b"{" * 10, "it is no JSON"),
        (deep(200_000), "it is no JSON"),
        (b'{"format": ' + b"9" * 5000 + b"}", "it is no JSON"),
        (b" " * (MOST_BYTES + 1), "larger than 8 MB"),
        (b"null", "does not say that it is one"),
        (b'"blindspot-walkthrough"', "does not say that it is one"),
        (b'{"format": ["blindspot-walkthrough"]}', "does not say that it is one"),
    ],
)
def test_bytes_that_are_no_walkthrough(data: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        load(data, LIMITS)


@pytest.mark.parametrize("levels", [100, 300, 480, 900, 20_000])
def test_a_story_that_is_nested_deep_is_refused_however_deep(levels: int) -> None:
    whole = json.dumps(shop() | {"story": "HERE"}).encode().replace(b'"HERE"', deep(levels))
    with pytest.raises(Unreadable):
        load(whole, LIMITS)


def spoilt(*path: str | int, value: Any) -> dict[str, Any]:
    """The shop's file with one value changed."""
    whole = shop()
    at: Any = whole
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return whole


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (spoilt("version", value=2), "this Blindspot reads version 1"),
        (spoilt("version", value={"a": []}), "of another version"),
        (spoilt("story", value=None), "Input should be a valid dictionary"),
        (spoilt("story", value=[]), "Input should be a valid dictionary"),
        (spoilt("story", "title", value=""), "title: String should have at least 1 character"),
        (spoilt("story", "title", value=["x"]), "title: Input should be a valid string"),
        (spoilt("story", "steps", value={"0": {}}), "steps: Input should be a valid"),
        (
            spoilt("story", "steps", value=[]) | {"files": []},
            "“files” and “texts” are not what they should be",
        ),
        (spoilt("story", "steps", 1, "kind", value="dance"), "steps 2: Input tag 'dance'"),
        (spoilt("story", "steps", 1, "code", value=7), "steps 2, code: Input should be a valid string"),
        (spoilt("story", "steps", 0, "minutes", value=float("nan")), "steps 1, minutes"),
        (spoilt("story", "steps", 0, "minutes", value=float("inf")), "steps 1, minutes"),
        (
            spoilt("story", "steps", 0, "body", value="x" * 20_001),
            "steps 1, body: String should have at most 20000",
        ),
        (spoilt("story", "steps", 0, "id", value="../x"), "steps 1, id: String should match pattern"),
        (spoilt("story", "steps", 0, "id", value="the-code"), "two steps are called the-code"),
        (spoilt("story", "__proto__", value={"a": 1}), "__proto__: Extra inputs are not permitted"),
        (spoilt("story", "steps", 0, "constructor", value={}), "constructor: Extra inputs are not permitted"),
        (
            spoilt(
                "story", "steps", value=[{"kind": "text", "id": f"s{n}", "title": ""} for n in range(101)]
            ),
            "at most 100",
        ),
        (spoilt("story", "steps", 1, "lit", 0, "first", value=9), "the last line comes before the first"),
        (spoilt("story", "steps", 1, "lit", 0, "last", value=10**9), "steps 2, lit 1, last"),
        (
            spoilt("story", "steps", 1, "lit", 0, "last", value=99),
            "shows shop.py, line 99, which the code “v1” does not",
        ),
        (
            spoilt("story", "steps", 1, "path", value="none.js"),
            "opens none.js, which the code “v1” does not have",
        ),
        (
            spoilt("story", "steps", 3, "files", 0, "path", value="no"),
            "shows no, which the code “v1” does not have",
        ),
        (
            spoilt("story", "defects", 0, "places", 0, "path", value="no"),
            "stands in no, line 7, which the code “v1”",
        ),
        (
            spoilt("story", "defects", 0, "places", 0, "code", value="v7"),
            "stands in v7, which is no state of the code",
        ),
        (
            spoilt("story", "steps", 6, "question", value="hello"),
            "reveals “A shop”, which is no question before it",
        ),
        (spoilt("story", "witnesses", value=[]), "names A1, who is no witness of this story"),
        (spoilt("files", value={}), "The code of v1: There is nothing to review"),
        (spoilt("files", "v1", value=[["shop.py", "x"]]), "The code of v1: There is nothing to review"),
        (
            spoilt("files", "v1", "shop.py", value="0" * 64),
            "The text of “shop.py” in the code of v1 is missing",
        ),
        (spoilt("files", "v1", "shop.py", value=["x"]), "The text of “shop.py” in the code of v1 is missing"),
        (spoilt("texts", value={}), "is missing"),
        (spoilt("texts", value="x"), "“files” and “texts” are not what they should be"),
    ],
)
def test_a_file_with_one_thing_wrong_says_what_and_where(whole: dict[str, Any], said: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        load(json.dumps(whole).encode(), LIMITS)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 3000


@pytest.mark.parametrize(
    "path",
    [
        "../shop.py",
        "/etc/passwd",
        "a/../../b.py",
        "C:\\x.py",
        "a\x00b.py",
        "a//b.py",
        "",
        "x" * 2000,
        "\u202egp.py",
        "a/b/c/d/e/f/g.py",
    ],
)
def test_code_cannot_be_put_where_it_does_not_belong(path: str) -> None:
    whole = shop()
    whole["files"]["v1"][path] = whole["files"]["v1"]["shop.py"]
    with pytest.raises(Unreadable, match="The code of v1"):
        load(json.dumps(whole).encode(), LIMITS)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\x01" * 50])
def test_code_that_is_no_text_is_refused_as_in_an_upload(text: str) -> None:
    whole = shop()
    whole["texts"][whole["files"]["v1"]["shop.py"]] = text
    with pytest.raises(Unreadable, match="The code of v1"):
        load(json.dumps(whole).encode(), LIMITS)


def test_more_code_than_may_be_handed_in_is_refused() -> None:
    whole = shop()
    whole["texts"]["long"] = "x" * 1999
    whole["files"]["v1"] |= {f"f{number}.py": "long" for number in range(10_000)}
    with pytest.raises(Unreadable, match="more than 4.9 KB together"):
        load(json.dumps(whole).encode(), LIMITS)


def test_code_that_the_story_does_not_name_is_not_even_read() -> None:
    whole = shop()
    whole["files"] |= {f"w{number}": {"../x": "none"} for number in range(1000)}
    assert load(json.dumps(whole).encode(), LIMITS).files.keys() == {"v1"}


def test_words_that_no_database_takes_are_mended() -> None:
    whole = spoilt("story", "steps", 0, "body", value="a\0b\ud800c")
    body = load(json.dumps(whole).encode(), LIMITS).story.steps[0].body
    assert body == "a\ufffdb?c"


def test_a_story_without_its_code_is_no_document() -> None:
    with pytest.raises(Unreadable, match="The code of v1 is missing"):
        with_code(shop_story(), {})
