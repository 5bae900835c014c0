"""Source lines as safe HTML, with their syntax marked and what hides in them made visible."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pygments
from django.core.cache import cache
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import STANDARD_TYPES, _TokenType

from reviews.snapshots.characters import ODD, code_point, described

# Beyond these a file is data rather than source, and Pygments would take seconds.
HIGHLIGHTED_CHARACTERS = 400_000
HIGHLIGHTED_LINE = 5_000
# Some of its patterns are quadratic: 40 kB of "a a a" as Java took 108 s. This is the processor's time
# in this thread, so that a busy machine alone makes no page plain.
HIGHLIGHTING_SECONDS = 3.0

# The Pygments short classes that the stylesheet knows. A token of a finer kind gets its nearest
# ancestor's; names, punctuation and space get none, which keeps a page of 5,000 lines small.
CLASSES = frozenset(
    {"c", "cp", "k", "kc", "kt", "m", "o", "ow", "s", "sa", "sd", "se", "si", "sr"}
    | {"na", "nb", "nc", "nd", "ne", "nf", "ni", "nn", "nt", "nv"}
    | {"gd", "gh", "gi", "gs", "gu"}
)

# Raise it when the HTML changes; Pygments' own version is in the key already.
_FORM = 1
_MARKUP = re.compile(rf"[&<>]|{ODD.pattern}")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def highlighted_lines(path: str, text: str, sha256: str) -> list[str]:
    """One safe HTML text per line of the source, as many as `SourceFile.lines` has.

    No element crosses a line's end; a template may print each as it is. `sha256` is that of the
    text; it names the result in Django's cache. Characters that hide (control, zero-width and
    bidirectional ones) become `<span class="odd" title="U+202E RIGHT-TO-LEFT OVERRIDE">U+202E</span>`.
    """
    source = text.replace("\r\n", "\n").removesuffix("\n")
    lexer_class = _lexer_class(path.rpartition("/")[2])
    key = f"highlight:{_FORM}:{pygments.__version__}:{lexer_class.__name__}:{sha256}"
    joined = cache.get(key)
    count = source.count("\n") + 1
    if isinstance(joined, str) and joined.count("\n") + 1 == count:
        return joined.split("\n")
    lines = _highlighted(source, lexer_class)
    cache.set(key, "\n".join(lines))
    return lines


@lru_cache(maxsize=512)
def _lexer_class(name: str) -> type[Lexer]:
    """Pygments' lexer for a file name; that of plain text where there is none."""
    return find_lexer_class_for_filename(name) or TextLexer


def _highlighted(source: str, lexer_class: type[Lexer]) -> list[str]:
    lines = source.split("\n")
    too_much = len(source) > HIGHLIGHTED_CHARACTERS or max(map(len, lines)) > HIGHLIGHTED_LINE
    if too_much or lexer_class is TextLexer:
        return [_escaped(line) for line in lines]
    return _marked(source, lexer_class) or [_escaped(line) for line in lines]


def _marked(source: str, lexer_class: type[Lexer]) -> list[str]:
    """The lines with their tokens marked; none where the lexer fails, loses text or takes too long."""
    # Not get_tokens: it makes line ends of lone CRs and drops a byte order mark.
    text = source + "\n"
    try:
        tokens = _tokens(text, lexer_class)
    except Exception:  # Any of 500 lexers by others, on any text: the page shows the code all the same.
        return []
    if "".join(value for _, value in tokens) != text:
        return []
    lines: list[str] = []
    line: list[str] = []
    for css, value in _merged(tokens):
        first, *rest = value.split("\n")
        line.append(_span(css, first))
        for piece in rest:
            lines.append("".join(line))
            line = [_span(css, piece)]
    return lines


def _tokens(text: str, lexer_class: type[Lexer]) -> list[tuple[_TokenType, str]]:
    """The tokens with their types, as far as HIGHLIGHTING_SECONDS allow."""
    deadline = time.thread_time() + HIGHLIGHTING_SECONDS
    tokens: list[tuple[_TokenType, str]] = []
    for _, kind, value in lexer_class().get_tokens_unprocessed(text):
        tokens.append((kind, value))
        if time.thread_time() > deadline:
            break
    return tokens


def _merged(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[tuple[str, str]]:
    """Pairs of class and text, neighbours of one class joined."""
    css, text = "", ""
    for kind, value in tokens:
        other = _css_class(kind)
        if other == css:
            text += value
        else:
            yield css, text
            css, text = other, value
    yield css, text


@lru_cache(maxsize=1024)
def _css_class(kind: _TokenType) -> str:
    """The short class of a token type's nearest ancestor that the stylesheet knows, or none."""
    at: _TokenType | None = kind
    while at is not None:
        if (short := STANDARD_TYPES.get(at, "")) in CLASSES:
            return short
        at = at.parent
    return ""


def _span(css: str, text: str) -> str:
    if not text:
        return ""
    return f'<span class="{css}">{_escaped(text)}</span>' if css else _escaped(text)


def _escaped(text: str) -> str:
    return _MARKUP.sub(_replacement, text)


def _replacement(found: re.Match[str]) -> str:
    character = found[0]
    if entity := _ENTITIES.get(character):
        return entity
    title = html.escape(described(character))
    return f'<span class="odd" title="{title}">{code_point(character)}</span>'
