"""ast-grep with the project's rules as a reviewer of JavaScript and TypeScript."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reviews.claims import DefectType, Place, Severity
from reviews.providers.ast_grep import AstGrep
from reviews.providers.base import ProviderError, Request, Trouble

Ask = Callable[..., Request]
StandIn = Callable[[str], dict[str, str]]

DATABASE = """\
const db = require('better-sqlite3')('tasks.sqlite');

function find(id) {
  return db.prepare(`
    SELECT * FROM tasks
    WHERE id = ${id}
  `).get();
}

async function save(task) {
  try {
    await store(task);
  } catch (error) {}
}

module.exports = { find, save };
"""


def test_it_finds_what_is_wrong_and_where(ask: Ask) -> None:
    report = AstGrep({}).review(ask({"src/db.js": DATABASE, "README.md": "eval(x)", "tasks.py": "eval(x)"}))
    assert report.reviewer.startswith("ast-grep ")
    assert report.paths == ("src/db.js",)
    injection, swallowed = report.findings
    assert injection.rule == "sql-injection"
    assert injection.place == Place("src/db.js", 4, 7)
    assert injection.quote.splitlines()[2] == "    WHERE id = ${id}"
    assert (injection.severity, injection.odc_type, injection.cwe) == (
        Severity.CRITICAL,
        DefectType.CHECKING,
        89,
    )
    assert "placeholder" in injection.suggested_fix
    assert (swallowed.rule, swallowed.place) == ("swallowed-error", Place("src/db.js", 13, 13))
    assert swallowed.quote == "  } catch (error) {}"


@pytest.mark.parametrize("ending", [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".JS"])
def test_it_reads_every_dialect(ask: Ask, ending: str) -> None:
    path = f"db{ending}"
    report = AstGrep({}).review(ask({path: DATABASE}))
    assert [claim.rule for claim in report.findings] == ["sql-injection", "swallowed-error"]
    assert report.paths == (path,)


def test_plain_typescript_is_parsed_as_such(ask: Ask) -> None:
    text = """\
        const identity = <T>(x: T) => x;
        const name = <string>input;
        export function run(code: string): unknown {
          return eval(code);
        }
        """
    (found,) = AstGrep({}).review(ask({"run.ts": text})).findings
    assert (found.rule, found.place) == ("code-from-text", Place("run.ts", 4, 4))


def test_jsx_is_read_in_javascript_and_tsx(ask: Ask) -> None:
    text = "export const Task = ({ task }) => <p dangerouslySetInnerHTML={{ __html: task.title }} />;\n"
    report = AstGrep({}).review(ask({"Task.js": text, "Task.tsx": text}))
    assert [(claim.path, claim.rule) for claim in report.findings] == [
        ("Task.js", "dangerously-set-html"),
        ("Task.tsx", "dangerously-set-html"),
    ]


def test_no_comment_in_the_code_silences_it(ask: Ask) -> None:
    text = """\
        // ast-grep-ignore
        eval(a);
        eval(b); // ast-grep-ignore: code-from-text
        /* ast-grep-ignore */
        eval(c);
        """
    report = AstGrep({}).review(ask({"a.js": "// ast-grep-ignore\n\neval(x);\n", "b.ts": text}))
    assert [(claim.path, claim.quote) for claim in report.findings] == [
        ("a.js", "eval(x);"),
        ("b.ts", "eval(a);"),
        ("b.ts", "eval(b); // ast-grep-ignore: code-from-text"),
        ("b.ts", "eval(c);"),
    ]


def test_no_file_in_the_code_configures_it(ask: Ask) -> None:
    configured = AstGrep({}).review(
        ask(
            {
                "src/db.js": DATABASE,
                "sgconfig.yml": "ruleDirs: []\nlanguageGlobs: {html: ['*.js']}\n",
                "sgconfig.yaml": "ruleDirs: [nowhere]\n",
                ".gitignore": "*\n",
                ".ignore": "*\n",
            }
        )
    )
    assert configured.findings == AstGrep({}).review(ask({"src/db.js": DATABASE})).findings


@pytest.mark.parametrize(
    "path",
    [
        "a b.js",
        "-x.js",
        "--config=x.ts",
        ".git/x.js",
        "node_modules/ü 测试.tsx",
        'it\'s "x".js',
        "d" * 197 + ".js",
    ],
)
def test_whatever_a_file_is_called_it_is_read(ask: Ask, path: str) -> None:
    report = AstGrep({}).review(ask({path: "\neval(x);\n"}))
    assert [claim.place for claim in report.findings] == [Place(path, 2, 2)]
    assert report.paths == (path,)


def test_lines_are_counted_as_the_reader_shows_them(ask: Ask) -> None:
    text = "const s = '\u2028 é 😀';\r\neval(s);\r\n"
    (found,) = AstGrep({}).review(ask({"a.js": text})).findings
    assert (found.place, found.quote) == (Place("a.js", 2, 2), "eval(s);")


def test_an_empty_file_and_a_broken_one_are_read(ask: Ask) -> None:
    report = AstGrep({}).review(ask({"empty.js": "", "broken.js": "eval(x);\nfunction ( {\n"}))
    assert report.paths == ("empty.js", "broken.js")
    assert [claim.rule for claim in report.findings] == ["code-from-text"]


def test_silence_is_no_review(ask: Ask, stand_in: StandIn) -> None:
    with pytest.raises(ProviderError, match="not its usual report"):
        AstGrep(stand_in("sys.exit(0)")).review(ask({"a.js": "eval(x)"}))
    nothing = json.dumps({"runs": [{"results": []}]})
    with pytest.raises(ProviderError, match=r"none of the files: a\.js"):
        AstGrep(stand_in(f"print({nothing!r})")).review(ask({"a.js": "eval(x)"}))


def test_a_long_file_with_many_findings_is_no_flood(ask: Ask) -> None:
    text = "".join(f"async function f{n}() {{}}\nfunction g{n}() {{\n  f{n}();\n}}\n" for n in range(500))
    report = AstGrep({}).review(ask({"long.js": text}))
    assert report.summary == "200 findings in 1 file. 300 further findings, none of them worse, left out."
    assert len(report.raw) < 1_000_000


def test_a_secret_made_up_for_a_test_is_none(ask: Ask) -> None:
    text = "const JWT_SECRET = 'super-secret-key';\n"
    report = AstGrep({}).review(ask({"tests/api.test.js": text, "src/auth.js": text}))
    assert [(claim.rule, claim.path) for claim in report.findings] == [("secret-in-source", "src/auth.js")]


@pytest.mark.parametrize(
    ("package", "silent"),
    [
        ('{"dependencies": {"express": "^4.21.0"}}', False),
        ('{"dependencies": {"express": "^5.0.1"}}', True),
        ('{"dependencies": {"express" : "5"}}', True),
        ('{"dependencies": {"express-session": "5.0.0"}}', False),
        ("not JSON", False),
    ],
)
def test_express_5_waits_for_its_handlers(ask: Ask, package: str, silent: bool) -> None:
    text = "app.get('/', async (req, res) => { res.json(await all()); });\neval(x);\n"
    report = AstGrep({}).review(ask({"server.js": text, "package.json": package}))
    rules = [claim.rule for claim in report.findings]
    assert rules == (["code-from-text"] if silent else ["code-from-text", "async-route-without-catch"])


def test_the_code_is_never_run(ask: Ask, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    bomb = f"require('fs').writeFileSync({str(marker)!r}, 'x');\n"
    report = AstGrep({}).review(ask({"index.js": bomb, "sgconfig.js": bomb}))
    assert report.paths == ("index.js", "sgconfig.js")
    assert not marker.exists()


def test_code_without_javascript_is_not_for_it(ask: Ask) -> None:
    with pytest.raises(ProviderError, match=r"\.mjs") as caught:
        AstGrep({}).review(ask({"tasks.py": "eval(x)", "page.html": "<script>eval(x)</script>"}))
    assert caught.value.trouble is Trouble.NOT_FOR_THIS
