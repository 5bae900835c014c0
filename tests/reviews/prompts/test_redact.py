"""Amara hands in code with a key, her name and a hidden letter; what leaves has none of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviews.prompts.noticed import Kind
from reviews.prompts.redact import Cleared, clear, cleared_paths, occurring
from reviews.snapshots.characters import ODD
from reviews.snapshots.files import SourceFile
from tests.reviews.prompts.made_up import TOKENS, drawn, private_key

KEY = TOKENS["GitHub token"]
OTHER = TOKENS["Stripe key"]
PEOPLE = ["Amara Diallo", "amara.diallo@example.org"]


def cleared(*files: tuple[str, str], people: list[str] | None = None) -> Cleared:
    sources = [SourceFile(path, text) for path, text in files]
    texts = [text for file in sources for text in (file.path, file.text)]
    return clear(sources, occurring(people or [], texts))


def test_a_secret_has_one_number_in_all_files() -> None:
    result = cleared(
        ("a.py", f'KEY = "{KEY}"\n'),
        ("b.py", f'OTHER = "{OTHER}"\nagain = "{KEY}"  # {KEY}\n'),
    )
    assert [file.text for file in result.files] == [
        'KEY = "⟦secret 1: GitHub token⟧"\n',
        'OTHER = "⟦secret 2: Stripe key⟧"\nagain = "⟦secret 1: GitHub token⟧"  # ⟦secret 1: GitHub token⟧\n',
    ]
    assert [(item.kind, item.path, item.line, item.words, item.quote) for item in result.noticed] == [
        (Kind.SECRET, "a.py", 1, "secret 1: GitHub token", 'KEY = "⟦secret 1: GitHub token⟧"'),
        (Kind.SECRET, "b.py", 1, "secret 2: Stripe key", 'OTHER = "⟦secret 2: Stripe key⟧"'),
        (
            Kind.SECRET,
            "b.py",
            2,
            "secret 1: GitHub token",
            'again = "⟦secret 1: GitHub token⟧"  # ⟦secret 1: GitHub token⟧',
        ),
    ]


def test_a_long_secret_is_replaced_where_no_rule_would_find_it() -> None:
    password = "correct9horse!battery"
    result = cleared(
        ("a.py", f'password = "{password}"\n'), ("README.md", f"Log in with {password} for now.\n")
    )
    assert result.files[1].text == "Log in with ⟦secret 1: password or key⟧ for now.\n"


def test_a_private_key_keeps_its_lines() -> None:
    body = private_key()
    text = "\n".join(["-----BEGIN PRIVATE KEY-----", *body, "-----END PRIVATE KEY-----", "x = 1"])
    result = cleared(("key.pem", text))
    mark = "⟦secret 1: private key⟧"
    assert result.files[0].lines == [
        "-----BEGIN PRIVATE KEY-----",
        *[mark] * len(body),
        "-----END PRIVATE KEY-----",
        "x = 1",
    ]
    assert [(item.line, item.words) for item in result.noticed] == [(2, "secret 1: private key")]


def test_people_become_pseudonyms() -> None:
    result = cleared(
        ("loans.py", '# Amara Diallo <amara.diallo@example.org>\nx = 1\nROOT = "/home/amara_diallo"\n'),
        people=PEOPLE,
    )
    assert result.files[0].text == ('# Person 1 <person-1@example.invalid>\nx = 1\nROOT = "/home/person_1"\n')
    assert [(item.kind, item.line, item.words) for item in result.noticed] == [
        (Kind.PERSON, 1, "a person of the course: Person 1, person-1@example.invalid"),
        (Kind.PERSON, 3, "a person of the course: person_1"),
    ]


def test_a_name_in_a_path_is_replaced_too_and_the_way_back_is_told() -> None:
    result = cleared(("amara_diallo/app.py", "x = 1\n"), ("person_1/app.py", "y = 2\n"), people=PEOPLE)
    assert [file.path for file in result.files] == ["person_1/app.py~2", "person_1/app.py"]
    assert dict(result.renamed) == {"person_1/app.py~2": "amara_diallo/app.py"}
    people = occurring(PEOPLE, ["amara_diallo/app.py"])
    assert cleared_paths(["amara_diallo/app.py", "person_1/app.py"], people) == [
        file.path for file in result.files
    ]
    assert [(item.kind, item.path, item.line, item.quote) for item in result.noticed] == [
        (Kind.PERSON, "amara_diallo/app.py", 0, "person_1/app.py~2")
    ]


def test_what_hides_is_removed_and_named() -> None:
    result = cleared(("a.py", "ad\u200bmin = 1\r\nif x:\u202e # y\u2028z\n"))
    assert result.files[0].text == "admin = 1\r\nif x: # y z\n"
    assert [(item.kind, item.line, item.words) for item in result.noticed] == [
        (Kind.HIDDEN, 1, "U+200B ZERO WIDTH SPACE (1)"),
        (Kind.HIDDEN, 2, "U+202E RIGHT-TO-LEFT OVERRIDE (1), U+2028 LINE SEPARATOR (1)"),
    ]


def test_a_secret_behind_hidden_letters_is_found_all_the_same() -> None:
    result = cleared(("a.py", 'key = "' + "\u200b".join(KEY) + '"\n'))
    assert result.files[0].text == 'key = "⟦secret 1: GitHub token⟧"\n'


def test_joiners_of_emoji_and_of_other_scripts_are_no_news() -> None:
    result = cleared(("a.md", "👩\u200d🚀 and می\u200cخواهم\n\x0c\n"))
    assert result.noticed == ()


def test_code_without_any_of_it_leaves_as_it_came() -> None:
    text = "def lend(book):\r\n\treturn book  # é 😀\r\n"
    result = cleared(("a.py", text), ("empty.py", ""), people=PEOPLE)
    assert [file.text for file in result.files] == [text, ""]
    assert result.noticed == ()


def test_clearing_twice_changes_nothing_more() -> None:
    files = [SourceFile("a.py", f'k = "{KEY}"  # Amara Diallo\u200b\npassword = "{drawn(12)}"\n')]
    people = occurring(PEOPLE, [file.text for file in files])
    once = clear(files, people)
    twice = clear(once.files, people)
    assert (twice.files, twice.noticed) == (once.files, ())


PIECES = [
    *TOKENS.values(),
    *("Amara Diallo", "amara_diallo", "\n", "\r\n", "\r", "\u200b", "\u2028", "\x0c", "\x85"),
    *('password = "x9k2l0q"', "-----BEGIN PRIVATE KEY-----\n" + "A1b2" * 16),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(), max_size=8).map(" ".join)


@given(st.lists(TEXTS, max_size=3))
def test_no_file_gains_or_loses_a_line_and_nothing_secret_leaves(texts: list[str]) -> None:
    files = [SourceFile(f"{n}.txt", text) for n, text in enumerate(texts)]
    result = clear(files, occurring(PEOPLE, texts))
    assert [len(file.lines) for file in result.files] == [len(file.lines) for file in files]
    told = [*(file.text for file in result.files), *(item.quote for item in result.noticed)]
    for text in told:
        assert not ODD.search(text.replace("\r\n", "\n"))
        assert "Amara Diallo" not in text
    for item in result.noticed:
        assert 1 <= item.line <= len(files[int(item.path.partition(".")[0])].lines)
