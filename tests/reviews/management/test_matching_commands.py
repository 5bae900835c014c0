"""`manage.py match_claims` and `cluster_claims`: a file in, a file out, or nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

RACE = {"text": "The stock is read, then written, with no lock: a concurrent buyer is overwritten"}
LOCK = {"text": "Two concurrent buyers overwrite the stock, since it is read and written without a lock"}
ROUNDING = {"text": "Totals are floats, so cents get lost by rounding"}


def written(path: Path, *groups: Any) -> Path:
    path.write_text("".join(f"{json.dumps(group)}\n" for group in groups))
    return path


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_group_is_matched_in_its_order(tmp_path: Path) -> None:
    groups = written(
        tmp_path / "groups.jsonl",
        {"group": "second reader", "left": [RACE, ROUNDING], "right": [ROUNDING, LOCK]},
        {"group": "empty", "left": [], "right": []},
        {"group": "apart", "left": [ROUNDING], "right": [RACE]},
    )
    out = io.StringIO()
    call_command("match_claims", str(groups), out=tmp_path / "out.jsonl", stdout=out)
    found = read(tmp_path / "out.jsonl")
    assert [group["group"] for group in found] == ["second reader", "empty", "apart"]
    assert [pair[:2] for pair in found[0]["pairs"]] == [[0, 1], [1, 0]]
    assert all(0.5 <= pair[2] <= 1 for pair in found[0]["pairs"])
    assert found[1]["pairs"] == found[2]["pairs"] == []
    assert out.getvalue() == "Matched 3 groups.\n"


def test_every_group_is_clustered_in_its_order(tmp_path: Path) -> None:
    groups = written(
        tmp_path / "groups.jsonl",
        {"group": "b", "claims": [RACE, ROUNDING, LOCK]},
        {"group": "a", "claims": []},
    )
    call_command("cluster_claims", str(groups), out=tmp_path / "out.jsonl", stdout=io.StringIO())
    assert read(tmp_path / "out.jsonl") == [
        {"group": "b", "clusters": [[0, 2], [1]]},
        {"group": "a", "clusters": []},
    ]


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    groups = written(tmp_path / "groups.jsonl", {"group": "a", "claims": [RACE]}, {"group": "b"})
    out = tmp_path / "out.jsonl"
    out.write_text("what was there")
    with pytest.raises(CommandError, match=r"Line 2: “claims” is missing.* Nothing was written\."):
        call_command("cluster_claims", str(groups), out=out)
    groups.write_bytes(b"\xff")
    with pytest.raises(CommandError, match="is not UTF-8"):
        call_command("match_claims", str(groups), out=out)
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("match_claims", str(tmp_path / "none.jsonl"), out=out)
    assert out.read_text() == "what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["groups.jsonl", "out.jsonl"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    groups = written(tmp_path / "groups.jsonl", {"group": "a", "claims": [RACE]})
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        call_command("cluster_claims", str(groups), out=tmp_path / "no" / "out.jsonl")
