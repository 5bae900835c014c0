"""Characters that are not seen, or that make other text look like something else.

They hide attacks in code and in file names: Boucher and Anderson, "Trojan Source" (USENIX Security
2023), and payloads written in variation selectors or tag characters.
"""

from __future__ import annotations

import re
import unicodedata

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Tab and LF have their place in source; every other control character is odd there.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_ZERO_WIDTH = "\xad\u034f\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
# Letters that print as nothing, and selectors and tags. U+FE0F is left out: emoji end in it.
_INVISIBLE = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0e\U000e0000-\U000e01ef"

ODD = re.compile(f"[{_CONTROLS}{BIDI_CONTROLS}{_ZERO_WIDTH}{_INVISIBLE}\ud800-\udfff]")

# Unicode gives control characters no name of their own; these are the usual ones.
_CONTROL_NAMES = {
    "\x00": "NULL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "LINE TABULATION",
    "\x0c": "FORM FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}


def code_point(character: str) -> str:
    """The usual way to write one character's number: "U+202E"."""
    return f"U+{ord(character):04X}"


def described(character: str) -> str:
    """Number and name of one character: "U+202E RIGHT-TO-LEFT OVERRIDE"."""
    name = unicodedata.name(character, "") or _CONTROL_NAMES.get(character, "CONTROL CHARACTER")
    return f"{code_point(character)} {name}"


def visible(text: str, limit: int = 120) -> str:
    """Text from outside, fit for a message: odd characters as their code, cut after `limit`, in quotes."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "“" + ODD.sub(lambda found: f"[{code_point(found[0])}]", cut) + "”"
