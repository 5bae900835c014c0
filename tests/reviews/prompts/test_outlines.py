"""An outline is the lines of a file that say what is in it."""

from __future__ import annotations

from reviews.prompts.outlines import MOST_LINES, outline
from reviews.snapshots.files import SourceFile


def outlined(path: str, *lines: str) -> list[str]:
    file = SourceFile(path, "\n".join(lines))
    return [file.lines[number - 1] for number in outline(file)]


def test_python_is_outlined_by_its_signatures() -> None:
    lines = [
        "import os",
        "LIMIT = 3",
        "@cache",
        "def lend(book,",
        "         member):",
        '    """Lend."""',
        "    def inner(): ...",
        "class Loan(Base):",
        "    due: date",
        "    async def close(self):",
        "        x = 1",
        "if LIMIT:",
        "    y = 2",
    ]
    assert outlined("loans.py", *lines) == [lines[n] for n in (1, 2, 3, 4, 7, 8, 9)]


def test_python_that_does_not_parse_is_outlined_all_the_same() -> None:
    assert outlined("broken.py", "def lend(book):", "    return (", "class Loan:") == [
        "def lend(book):",
        "class Loan:",
    ]
    assert outlined("deep.py", "(" * 5_000, "def lend(book):") == ["def lend(book):"]


def test_other_languages_are_outlined_by_how_definitions_look() -> None:
    for path, definitions, others in (
        (
            "a.ts",
            [
                "export async function lend(book: Book) {",
                "  export const close = async (id) => {",
                "interface Loan {",
                "app.get('/loans', (req, res) => {",
            ],
            [
                "  const x = lend(1);",
                "if (x) {",
                "  return lend(x) {",
                "} else if (y) {",
                "for (const a of b) {",
            ],
        ),
        (
            "A.java",
            ["public final class Loans {", "    private static List<Loan> of(Member member) {"],
            ["    return of(member);"],
        ),
        (
            "a.go",
            ["func (l *Loan) Close() error {", "type Loan struct {"],
            ["\tif err != nil {", "\tswitch x {"],
        ),
        ("a.rs", ["pub(crate) fn lend() -> Loan {", "impl Loan {"], ["    let x = 1;", "    while x {"]),
        ("a.c", ["static int lend(struct book *b) {"], ["    while (b) {", "    lend(b);"]),
        (
            "schema.sql",
            ["CREATE TABLE loans (", "create unique index x on loans (id);"][:1],
            ["    id integer,"],
        ),
        ("README.md", ["# Loans", "## How to lend"], ["Lend a book."]),
    ):
        mixed = [line for pair in zip(definitions, others, strict=False) for line in pair]
        rest = [*definitions[len(others) :], *others[len(definitions) :]]
        assert outlined(path, *mixed, *rest) == [line for line in [*mixed, *rest] if line in definitions]


def test_data_has_no_outline() -> None:
    assert outlined("data.csv", "id,name", "1,Amara") == []


def test_an_outline_has_an_end() -> None:
    file = SourceFile("a.js", "function f() {}\n" * 10_000)
    assert len(outline(file)) == MOST_LINES
