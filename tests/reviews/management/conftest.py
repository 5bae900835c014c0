"""A shop on the disk, for whoever sits at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories import SHOP


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The shop on the disk."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for file in SHOP:
        (folder / file.path).write_text(file.text)
    return folder
