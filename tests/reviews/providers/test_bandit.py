"""Bandit as a reviewer: its findings with CWE and confidence, and which files it could not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.claims import DefectType, Place, Severity
from reviews.providers.bandit import Bandit
from reviews.providers.base import ProviderError, Request, Trouble

Ask = Callable[..., Request]

TOOLS = """\
import subprocess

def convert(name):
    subprocess.run(
        "convert " + name,
        shell=True,
    )

def find(cursor, name):
    cursor.execute("SELECT * FROM tasks WHERE name = '%s'" % name)
    assert name
"""


def test_it_finds_what_is_wrong_with_cwe_and_confidence(ask: Ask) -> None:
    report = Bandit({}).review(ask({"tools.py": TOOLS}))
    assert report.reviewer.startswith("bandit ")
    found = {claim.rule: claim for claim in report.findings}
    assert set(found) == {"B602", "B608", "B101"}

    shell = found["B602"]
    assert shell.title == "A subprocess is started through a shell"
    assert shell.place is not None
    assert "shell=True" in shell.quote
    assert (shell.severity, shell.cwe, shell.confidence) == (Severity.CRITICAL, 78, 0.9)

    injection = found["B608"]
    assert injection.place == Place("tools.py", 10, 10)
    assert injection.quote == "    cursor.execute(\"SELECT * FROM tasks WHERE name = '%s'\" % name)"
    assert (injection.odc_type, injection.cwe, injection.confidence) == (DefectType.CHECKING, 89, 0.6)
    assert report.findings[-1].rule == "B101", "the least comes last"


def test_no_comment_in_the_code_silences_it(ask: Ask) -> None:
    text = "import pickle  # nosec\n\nx = eval(input())  # nosec B307\ny = pickle.loads(x)  # nosec\n"
    report = Bandit({}).review(ask({"a.py": text}))
    assert [(claim.rule, claim.quote) for claim in report.findings] == [
        ("B307", "x = eval(input())  # nosec B307"),
        ("B301", "y = pickle.loads(x)  # nosec"),
    ]


def test_no_file_in_the_code_configures_it(ask: Ask) -> None:
    alone = Bandit({}).review(ask({"tools.py": TOOLS}))
    configured = Bandit({}).review(
        ask(
            {
                "tools.py": TOOLS,
                ".bandit": "[bandit]\nexclude = tools.py\nskips = B602,B608,B101\n",
                "bandit.yaml": "skips: [B602, B608]\n",
                "setup.cfg": "[bandit]\nskips = B602\n",
                "pyproject.toml": "[tool.bandit]\nskips = ['B602']\n",
            }
        )
    )
    assert configured.findings == alone.findings


def test_a_file_that_it_cannot_parse_was_not_read(ask: Ask) -> None:
    report = Bandit({}).review(ask({"broken.py": "def f(:\n", "good.py": "eval(input())\n"}))
    assert report.paths == ("good.py",)
    assert report.summary == "1 finding in 1 file. Could not parse broken.py."
    with pytest.raises(ProviderError, match=r"could parse none of the files: broken\.py") as caught:
        Bandit({}).review(ask({"broken.py": "def f(:\n"}))
    assert caught.value.trouble is Trouble.NOT_FOR_THIS
    assert "broken" not in caught.value.raw
    assert "errors" in caught.value.raw


def test_code_nested_without_end_does_not_take_the_other_files_along(ask: Ask) -> None:
    report = Bandit({}).review(ask({"deep.py": "x = " + "(" * 50_000, "good.py": "eval(input())\n"}))
    assert report.paths == ("good.py",)
    assert [claim.rule for claim in report.findings] == ["B307"]


@pytest.mark.parametrize(
    "path",
    [
        "a b.py",
        "-x.py",
        ".git/x.py",
        ".tox/x.py",
        "ü/ß 测试.py",
        "a,b*.py",
        "x/" + "d" * 195 + ".py",
        "it's.py",
    ],
)
def test_whatever_a_file_is_called_it_is_read(ask: Ask, path: str) -> None:
    report = Bandit({}).review(ask({path: "\neval(input())\n"}))
    assert [claim.place for claim in report.findings] == [Place(path, 2, 2)]


def test_a_test_may_assert_and_make_up_passwords(ask: Ask) -> None:
    text = "def test_login():\n    password = 'made-up-1'\n    assert password\n"
    assert Bandit({}).review(ask({"tests/test_login.py": text})).findings == ()
    assert {claim.rule for claim in Bandit({}).review(ask({"login.py": text})).findings} == {"B101", "B105"}


def test_the_code_is_never_run(ask: Ask, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    bomb = f"open({str(marker)!r}, 'w').write('x')\n"
    names = ("bandit.py", "sitecustomize.py", "usercustomize.py", "json.py", "yaml.py", "__init__.py")
    report = Bandit({}).review(ask(dict.fromkeys(names, bomb)))
    assert report.paths == names
    assert not marker.exists()


def test_code_without_python_is_not_for_it(ask: Ask) -> None:
    with pytest.raises(ProviderError) as caught:
        Bandit({}).review(ask({"server.js": "eval(x)"}))
    assert caught.value.trouble is Trouble.NOT_FOR_THIS
