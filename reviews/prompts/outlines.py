"""The lines of a file that say what is in it: signatures, definitions, headings, as they stand there.

An outline is lines of the file with their numbers, so that whoever reads it can still cite and quote.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from reviews.snapshots.files import SourceFile

MOST_LINES = 400
"""An outline is no longer than this; what it leaves out beyond is said where it is shown."""

LINE_CHARACTERS = 200
_SIGNATURE_LINES = 6
_PARSED_CHARACTERS = 400_000

_DEFINITION = re.compile(
    r"\s{0,12}(?:"
    r"(?:export\s|default\s|declare\s|abstract\s|public\s|private\s|protected\s|internal\s|static\s|final\s|override\s"
    r"|virtual\s|async\s|pub(?:\(\w+\))?\s|open\s|sealed\s|data\s|inline\s|partial\s|unsafe\s){0,6}"
    r"(?:class|interface|enum|struct|trait|impl|record|object|protocol|extension|module|namespace|package|type"
    r"|function\*?|fn|func|fun|def|sub|proc)\s+[\w$\"'.:<(]"
    r"|(?:public|private|protected|internal)\s[^=;]{1,120}\("
    r"|(?:export\s+)?(?:const|let|var)\s+[\w$]+\s*(?::[^=]{1,80})?=\s*(?:async\s*)?(?:\([^)]{0,120}\)|[\w$]+)\s*(?::[^=]{1,60})?=>"
    r"|(?:app|router|server|api)\.(?:get|post|put|patch|delete|use|all)\s*\("
    r"|(?:describe|it|test)\s*\(\s*[\"'`]"
    r"|(?:create|alter)\s+(?:or\s+replace\s+)?(?:table|view|index|function|procedure|trigger|type)\b"
    r"|(?:module\.exports|exports\.[\w$]+)\s*="
    r"|@[A-Za-z][\w.]*Mapping\b"
    r")|#{1,4}\s\S|[A-Za-z_][\w\s*&:<>,]{0,80}\([^;{}]{0,120}\)\s*(?:const\s*)?\{\s*$",
    re.IGNORECASE,
)
# At the margin of C's and Go's kin; a control statement looks like a definition there.
_CONTROL = re.compile(r"\s*(?:\}?\s*else\b|if\b|for\b|while\b|switch\b|return\b|catch\b|do\b)", re.IGNORECASE)


def outline(file: SourceFile) -> tuple[int, ...]:
    """Numbers, from 1, of the lines that make a file's outline; empty where it has none."""
    lines = file.lines
    numbers = _of_python(file.text, lines) if file.path.endswith((".py", ".pyi")) else None
    if numbers is None:
        numbers = [number for number, line in enumerate(lines, 1) if _is_definition(line[:LINE_CHARACTERS])]
    return tuple(sorted(set(numbers)))[:MOST_LINES]


def _is_definition(line: str) -> bool:
    return bool(_DEFINITION.match(line)) and not _CONTROL.match(line)


def _of_python(text: str, lines: Sequence[str]) -> list[int] | None:
    """Signatures with their decorators, and names bound at the top; None if it is no Python."""
    if len(text) > _PARSED_CHARACTERS:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return [number for number in _defined(tree.body) if number <= len(lines)]


def _defined(body: Sequence[ast.stmt]) -> Iterator[int]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last = max(node.lineno, min(node.body[0].lineno - 1, node.lineno + _SIGNATURE_LINES))
            yield from range(first, last + 1)
            if isinstance(node, ast.ClassDef):
                yield from _defined(node.body)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            yield node.lineno
