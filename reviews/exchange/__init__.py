"""Findings from and for other tools: SARIF 2.1.0 both ways, and the plug-ins' JSON in."""

from __future__ import annotations

from reviews.exchange import sarif, wire
from reviews.exchange.imported import Imported, NotReadable
from reviews.exchange.loose import loaded

__all__ = ["Imported", "NotReadable", "read_any", "sarif", "wire"]


def read_any(text: str, tool: str = "") -> Imported:
    """What a file of findings says, SARIF or a plug-in's JSON; its content decides which it is.

    `tool` is what the person who has the file calls its tool, used where the file names none.
    Raises NotReadable.
    """
    value = loaded(text)
    if sarif.is_sarif(value):
        return sarif.understood(value, text)
    if wire.is_wire(value):
        return wire.understood(value, text, tool)
    raise NotReadable(
        "The file is JSON, but neither SARIF 2.1.0 (an object with “version” and “runs”) nor a "
        "review (an object with “verdict” and “findings”)."
    )
