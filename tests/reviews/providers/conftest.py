"""What the stories of the offline reviewers share: a request, and tools that misbehave on purpose."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.providers.base import Limits, Request
from reviews.snapshots.files import SourceFile, tree_sha256
from tests.servers.tools import last_seen, operator, program, rooms, server

__all__ = ["last_seen", "operator", "program", "rooms", "server"]


@pytest.fixture
def ask() -> Callable[..., Request]:
    """A request to review these files (path to text)."""

    def make(files: dict[str, str], *, seconds: float = 60, findings: int = 200) -> Request:
        sources = tuple(SourceFile(path, textwrap.dedent(text)) for path, text in files.items())
        return Request(
            files=sources,
            sha256=tree_sha256(sources),
            protocol="linters",
            role="full review",
            round=1,
            limits=Limits(seconds=seconds, findings=findings),
        )

    return make


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Options that name an executable of ours: a Python program that answers --version properly."""

    def make(body: str) -> dict[str, str]:
        script = tmp_path / "tool" / "stand-in"
        script.parent.mkdir(exist_ok=True)
        script.write_text(
            f"#!{sys.executable}\n"
            "import json, os, subprocess, sys, time\n"
            "if sys.argv[1:] == ['--version']:\n"
            "    print('stand-in 1.2.3')\n"
            "    sys.exit()\n" + textwrap.dedent(body)
        )
        script.chmod(0o755)
        return {"executable": str(script)}

    return make
