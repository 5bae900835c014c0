"""Ruff as a reviewer: real findings on real lines, and nothing in the code can silence it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.claims import DefectType, Place, Severity
from reviews.providers.base import ProviderError, Request, Trouble
from reviews.providers.meanings import look_up
from reviews.providers.process import find_executable
from reviews.providers.ruff import Ruff
from reviews.providers.ruff_rules import IGNORED, MEANINGS, SELECTED

Ask = Callable[..., Request]

TASKS = """\
import os

def find(cursor, name, seen=[]):
    seen.append(name)
    cursor.execute(
        f"SELECT * FROM tasks"
        f" WHERE name = '{name}'"
    )
    return cursor.fetchall()
"""


def test_it_finds_what_is_wrong_and_where(ask: Ask) -> None:
    report = Ruff({}).review(ask({"app/tasks.py": TASKS, "notes.md": "# Tasks"}))
    assert report.paths == ("app/tasks.py",)
    assert report.reviewer.startswith("ruff ")
    assert json.loads(report.raw), "the reply is kept as it came"
    found = {claim.rule: claim for claim in report.findings}
    assert set(found) == {"S608", "B006", "F401"}

    injection = found["S608"]
    assert injection.place == Place("app/tasks.py", 6, 7)
    assert injection.quote == '        f"SELECT * FROM tasks"\n        f" WHERE name = \'{name}\'"'
    assert (injection.severity, injection.odc_type, injection.cwe) == (
        Severity.CRITICAL,
        DefectType.CHECKING,
        89,
    )
    assert injection.title == "SQL is put together from strings"
    assert "runs as SQL" in injection.explanation

    unused = found["F401"]
    assert unused.place == Place("app/tasks.py", 1, 1)
    assert unused.quote == "import os"
    assert unused.suggested_fix == "Remove unused import: `os`"


def test_no_comment_in_the_code_silences_it(ask: Ask) -> None:
    text = (
        "# ruff: noqa\n# flake8: noqa\n# ruff: file-ignore[F401]\n"
        "import os  # noqa\nimport sys  # noqa: F401\n# ruff: disable[F401]\nimport re\n"
        "# ruff: enable[F401]\nimport json  # ruff: ignore[F401]\n# ruff: ignore[F401]\nimport ast\n"
    )
    report = Ruff({}).review(ask({"a.py": text}))
    assert [claim.place.first_line for claim in report.findings if claim.place] == [4, 5, 7, 9, 11]


def test_no_file_in_the_code_configures_it(ask: Ask) -> None:
    alone = Ruff({}).review(ask({"app/tasks.py": TASKS}))
    configured = Ruff({}).review(
        ask(
            {
                "app/tasks.py": TASKS,
                "pyproject.toml": "[tool.ruff]\nexclude = ['*']\n[tool.ruff.lint]\nselect = []\n",
                "ruff.toml": "exclude = ['*']\n",
                "app/.ruff.toml": "lint.ignore = ['ALL']\n",
                ".gitignore": "*\n",
            }
        )
    )
    assert configured.findings == alone.findings
    assert configured.paths == ("app/tasks.py",)


def test_a_file_that_does_not_parse_is_one_finding_of_kind_build(ask: Ask) -> None:
    report = Ruff({}).review(ask({"broken.py": "x = 1\ndef f(:\n  ]\n", "good.py": "import os\n"}))
    (syntax,) = [claim for claim in report.findings if claim.path == "broken.py"]
    assert (syntax.title, syntax.odc_type) == ("The file does not parse", DefectType.BUILD)
    assert syntax.place == Place("broken.py", 2, 2)
    assert syntax.quote == "def f(:"
    assert [claim.rule for claim in report.findings if claim.path == "good.py"] == ["F401"]
    assert report.paths == ("broken.py", "good.py")


def test_new_syntax_and_a_package_that_re_exports_are_no_defects(ask: Ask) -> None:
    files = {"pkg/__init__.py": "from pkg.a import A\n\n__all__ = ['A']\n", "pkg/a.py": "type A = int\n"}
    assert Ruff({}).review(ask(files)).findings == ()


def test_what_frameworks_and_tests_do_is_no_defect(ask: Ask) -> None:
    files = {
        "api.py": """\
            from fastapi import Depends, FastAPI

            app = FastAPI()

            def store():
                return {}

            @app.get("/")
            def index(tasks=Depends(store)):
                return tasks
            """,
        "tests/test_api.py": "def test_login():\n    password = 'made-up-1'\n    assert password\n",
    }
    assert Ruff({}).review(ask(files)).findings == ()


@pytest.mark.parametrize(
    "path",
    [
        "a b.py",
        "-rf.py",
        "--config=x.py",
        "übung/ß 测试.py",
        'it\'s "quoted" $(x) `y`.py',
        ".venv/site-packages/x.py",
        "node_modules/.git/x.py",
        "@args.py",
        "x/" + "d" * 195 + ".py",
        "測" * 190 + ".py",
        "UPPER.PY",
        "new\nline.py",
    ],
)
def test_whatever_a_file_is_called_it_is_read(ask: Ask, path: str) -> None:
    report = Ruff({}).review(ask({path: "\nimport os\n"}))
    assert [claim.place for claim in report.findings] == [Place(path, 2, 2)]
    assert report.paths == (path,)


def test_two_files_whose_names_differ_only_in_case_stay_two(ask: Ask) -> None:
    report = Ruff({}).review(ask({"a.py": "import os\n", "A.py": "import re\n"}))
    assert {(claim.path, claim.quote) for claim in report.findings} == {
        ("a.py", "import os"),
        ("A.py", "import re"),
    }


def test_lines_are_counted_as_the_reader_shows_them(ask: Ask) -> None:
    crlf = Ruff({}).review(ask({"a.py": "x = 1\r\nimport os\r\n"})).findings
    assert [(claim.place, claim.quote) for claim in crlf] == [(Place("a.py", 2, 2), "import os")]
    lone_cr = Ruff({}).review(ask({"a.py": "x = 1\ry = 2\nimport os\nz = 3\n"})).findings
    assert [(claim.place, claim.quote) for claim in lone_cr] == [(Place("a.py", 2, 2), "import os")]


def test_the_code_is_never_run(ask: Ask, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    bomb = f"open({str(marker)!r}, 'w').write('x')\n"
    Ruff({}).review(ask({"__init__.py": bomb, "setup.py": bomb, "sitecustomize.py": bomb, "json.py": bomb}))
    assert not marker.exists()


def test_code_without_python_is_not_for_it(ask: Ask) -> None:
    with pytest.raises(ProviderError, match="this code has none") as caught:
        Ruff({}).review(ask({"server.js": "eval(x)", "pyproject.toml": ""}))
    assert caught.value.trouble is Trouble.NOT_FOR_THIS


def test_every_rule_that_the_tables_name_exists_in_the_installed_ruff() -> None:
    listed = subprocess.run(
        [find_executable("ruff"), "rule", "--all", "--output-format=json"],
        capture_output=True,
        check=True,
        text=True,
    )
    codes = [rule["code"] for rule in json.loads(listed.stdout) if rule["code"]]
    named = {*SELECTED, *IGNORED, *(rule for rule in MEANINGS if not rule.startswith("S"))}
    unknown = {name for name in named - {"", "invalid-syntax"} if not any(c.startswith(name) for c in codes)}
    assert unknown == set()
    chosen = [code for code in codes if code.startswith(SELECTED) and not code.startswith(IGNORED)]
    assert len(chosen) > 250
    assert all(look_up(MEANINGS, code).breaks for code in chosen)
