"""Finds text in code that tries to instruct whoever reviews it: a lesson, not an error.

It is a check for what somebody would write who hopes that a model obeys, in plain words or disguised:
over several lines, in letters that look like others, in characters that nobody sees, in base64. It
does not make obeying impossible (nothing does), and a text that it does not know passes.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from reviews.prompts.credentials import secrets_in
from reviews.prompts.noticed import Kind, Noticed, few
from reviews.prompts.phrases import CUE, phrases_in
from reviews.snapshots.characters import ODD, code_point
from reviews.snapshots.files import SourceFile

# Cyrillic, Greek, Armenian and phonetic letters that look like Latin ones.
_PAIRS = (
    "aа bв cс dԁ eе rг hһ hн iі iї jј kк lӏ mм nп oо pр qԛ sѕ tт yу vѵ wԝ xх "
    "aα bβ eε nη iι kκ vν oο pρ tτ uυ xχ wω yγ oσ nո uս oօ hհ gց qզ gɡ aɑ iı"
)
_LOOKALIKES = {ord(pair[1]): pair[0] for pair in _PAIRS.split()}
_UNACCENTED = {
    code: base
    for code in range(0xC0, 0x250)
    if (base := unicodedata.normalize("NFKD", chr(code))[0]).isascii() and base.isalpha()
}
_OTHER_ALPHABET = re.compile("[\u0370-\u058f\u0250-\u02af\u0131]")
_COMMENT_SIGNS = re.compile(
    r"^[ \t]*(?:#+|//+!?|/\*+|\*+/?|--+|;+|%+|>+|<!--+|\"\"\"|'''|rem\b)?[ \t]*", re.MULTILINE | re.IGNORECASE
)
_SPACES = re.compile(r"[ \t\u00a0]{2,}")
# A phrase may begin some lines before its cue.
_AROUND_LINES = 2

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,4000}={0,2}(?![A-Za-z0-9+/=_-])")
_HEXADECIMAL = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}){24,2000}(?![0-9A-Za-z])")
_ESCAPES = re.compile(r"(?:\\x[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}){12,2000}")
MOST_DECODED = 500
"""Of each file, so many coded texts are looked into."""

_TAGS = (0xE0020, 0xE007E)
_FIRST_SELECTORS, _MORE_SELECTORS = (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)


def instructions_in(files: Sequence[SourceFile]) -> tuple[Noticed, ...]:
    """Every line, or file name, that tries to instruct the reviewer, in the files as they were handed in.

    A line is told once, however much is in it; one of a file's name has the number 0.
    """
    return few(noticed for file in files for noticed in _in_file(file))


def _in_file(file: SourceFile) -> Iterator[Noticed]:
    for _, words in _found_in(_as_words(file.path)):
        yield Noticed(Kind.INSTRUCTION, file.path, 0, file.path, f"{words}, in the file's name")
        break
    told: dict[int, str] = {}
    for view, disguise in _views(file.text):
        for line, words in _found_in(view):
            told.setdefault(line, f"{words}{disguise}")
    for line, words in _decoded_in(file.text):
        told.setdefault(line, words)
    lines = file.lines if told else []
    for line, words in told.items():
        raw = lines[line - 1]
        hidden = ", with invisible characters in it" if ODD.search(raw) and "nobody sees" not in words else ""
        yield Noticed(Kind.INSTRUCTION, file.path, line, _quoted(file.path, raw), f"{words}{hidden}")


def _quoted(path: str, line: str) -> str:
    """The line as it may be shown: without secrets, and with what hides in it as its number."""
    for secret in reversed(secrets_in(path, line)):
        line = f"{line[: secret.start]}⟦{secret.kind}⟧{line[secret.end :]}"
    return ODD.sub(lambda found: f"[{code_point(found[0])}]", line)


def _views(text: str) -> Iterator[tuple[str, str]]:
    """The text as it reads, and as it reads to a model in disguise; line by line the same."""
    folded = _folded(text)
    yield folded, ""
    if _OTHER_ALPHABET.search(folded):
        yield folded.translate(_LOOKALIKES), ", in letters that look like others"
    if hidden := _hidden_in(text):
        yield _folded(hidden), ", in characters that nobody sees"


def _folded(text: str) -> str:
    """In small letters without accents, invisible characters and the signs of comments."""
    if not text.isascii():
        text = ODD.sub(
            lambda found: " " if found[0] in "\u2028\u2029\x85" else "", text.replace("\r\n", "\n")
        )
        text = unicodedata.normalize("NFKC", text).translate(_UNACCENTED).casefold()
    text = _COMMENT_SIGNS.sub("", text.lower())
    return _SPACES.sub(" ", text)


def _found_in(view: str) -> Iterator[tuple[int, str]]:
    """Numbers of lines where a phrase begins, and what it does; only the lines around a cue are searched."""
    lines = view.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    cued = sorted({bisect_right(starts, found.start()) - 1 for found in CUE.finditer(view)})
    reached = 0
    for first, last in _joined(cued):
        begin = max(first - _AROUND_LINES, reached)
        reached = min(last + _AROUND_LINES + 1, len(lines))
        part = "\n".join(lines[begin:reached])
        for at, words in phrases_in(part):
            yield begin + part.count("\n", 0, at) + 1, words


def _joined(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges of numbers that lie close together."""
    first = last = -1
    for number in numbers:
        if first < 0:
            first = number
        elif number > last + 2 * _AROUND_LINES + 1:
            yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last


def _hidden_in(text: str) -> str:
    """What tag characters and variation selectors spell, with the lines of the text; empty if nothing."""
    if text.isascii():
        return ""
    spelled: list[str] = []
    for letter in text:
        code = ord(letter)
        if letter == "\n":
            spelled.append(letter)
        elif _TAGS[0] <= code <= _TAGS[1]:
            spelled.append(chr(code - 0xE0000))
        elif _MORE_SELECTORS[0] <= code <= _MORE_SELECTORS[1]:
            spelled.append(chr(code - _MORE_SELECTORS[0] + 16))
        elif _FIRST_SELECTORS[0] <= code <= _FIRST_SELECTORS[1]:
            spelled.append(chr(code - _FIRST_SELECTORS[0]))
    hidden = "".join(spelled)
    return hidden if hidden.strip() else ""


def _decoded_in(text: str) -> Iterator[tuple[int, str]]:
    """Lines with coded text that instructs."""
    looked = 0
    for pattern, decode, name in _CODES:
        for found in pattern.finditer(text):
            looked += 1
            if looked > MOST_DECODED:
                return
            decoded = decode(found[0])
            if decoded and (first := next(_found_in(_folded(decoded)), None)):
                yield text.count("\n", 0, found.start()) + 1, f"{first[1]}, in {name}"


def _from_base64(coded: str) -> str:
    plain = coded.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _from_hexadecimal(coded: str) -> str:
    return _readable(bytes.fromhex(coded))


def _from_escapes(coded: str) -> str:
    return _readable(bytes.fromhex(re.sub(r"\\x|\\u00", "", coded)))


def _readable(data: bytes) -> str:
    """The bytes as text, or nothing where they are none: random bytes nearly never are."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if " " in text and text.replace("\n", " ").isprintable() else ""


_CODES = (
    (_BASE64, _from_base64, "base64"),
    (_HEXADECIMAL, _from_hexadecimal, "hexadecimal"),
    (_ESCAPES, _from_escapes, "escapes"),
)


def _as_words(path: str) -> str:
    """A path as a sentence: "IGNORE_previousInstructions.md" is "ignore previous instructions md"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-./\\ ]+", " ", path)
    return _folded(apart)
