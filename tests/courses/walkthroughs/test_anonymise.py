"""Amara Diallo's work is shown to people who know her: nothing in it says her name, and no line moves."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.walkthroughs import steps
from courses.walkthroughs.anonymise import Anonymous, Person, anonymise
from courses.walkthroughs.document import Document
from courses.walkthroughs.parts import Code, Defect, Said, Where, Witness
from courses.walkthroughs.story import Story
from courses.walkthroughs.traces import Kind
from reviews.prompts.ordinary import ORDINARY
from reviews.snapshots.files import SourceFile

AMARA = Person("Amara Diallo", ("amara", "adiallo7@example.org"))
CLASS = ("Amara Diallo", "adiallo7@example.org", "Ben Carter", "ben@example.org", "Jürgen Müller")


def document(text: str, *, path: str = "shop.py", words: str = "") -> Document:
    """A story of one file; `words`, at most 200 characters, stand in every text that a story has."""
    said = Said(
        witness="X1",
        title=words,
        explanation=words,
        quote=words,
        fix=words,
        path=path,
        first=1,
        last=1,
        defect="d1",
    )
    where = Where(code="v1", path=path)
    story = Story(
        title=words or "The shop",
        summary=words,
        source=words,
        witnesses=(Witness(siglum="X1", name="GPT 5.4"),),
        codes=(Code(name="v1", title=words, author=words, prompt=words),),
        defects=(Defect(id="d1", title=words, explanation=words, places=(where,)),),
        steps=(
            steps.TextStep(id="intro", kind="text", title=words, body=words, notes=words),
            steps.CodeStep(id="code", kind="code", title="Code", code="v1", path=path),
            steps.TestsStep(id="tests", kind="tests", title="Tests", code="v1", command=words, output=words),
            steps.ReviewStep(
                id="review",
                kind="review",
                title="Review",
                protocol="Cross-model review",
                code="v1",
                witnesses=("X1",),
                said=(said,),
                ending=words,
                focus=words,
            ),
        ),
    )
    return Document(story, {"v1": (SourceFile(path, text),)})


def made(text: str, whose: Person = AMARA, **more: str) -> Anonymous:
    return anonymise(document(text, **more), whose, CLASS)


def line(text: str, path: str = "shop.py") -> str:
    """How one line of code is written then."""
    return made(text, path=path).document.files["v1"][0].text


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("# Amara did this", "# Person1 did this"),
        ("# ask Diallo, Amara", "# ask Person 1"),
        ("amara_total = AMARA_TAX + amaraRate", "person1_total = PERSON1_TAX + person1Rate"),
        ("class HTTPAmaraError(DialloError):", "class HTTPPerson1Error(Person1Error):"),
        ("log('Amará', 'adiallo', 'amarad', 'adiallo7')", "log('Person1', 'person1', 'person1', 'person1')"),
        ("camara = drama(amaranth)", "camara = drama(amaranth)"),
        ("# thanks to Ben Carter", "# thanks to Person 2"),
        ("# thanks to J. Mueller", "# thanks to Person 2"),
        ("carter = ben = 1", "carter = ben = 1"),
    ],
)
def test_names_of_the_class_become_persons(was: str, now: str) -> None:
    assert line(was) == now


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("# Author: Sugarplum <sugar@plum.net>", "# Author: the author"),
        (" * @author Sugarplum", " * @author the author"),
        ("/* Created by Sugarplum on 2026-03-01 */", "/* Created by the author */"),
        ("x = 1  # written by Sugarplum", "x = 1  # written by the author"),
        ("// Copyright (c) 2026 Sugarplum. All rights reserved.", "// Copyright (c) 2026 the author"),
        ('__author__ = "Sugarplum"', '__author__ = "the author"'),
        ("Author: Sugarplum", "Author: the author"),
        ("author = models.ForeignKey(User)", "author = models.ForeignKey(User)"),
        ("  author: string;", "  author: string;"),
        ('print(f"Created by {name}")', 'print(f"Created by {name}")'),
        ("# the copyright notice stays", "# the copyright notice stays"),
    ],
)
def test_a_header_says_no_more_who_wrote_it_whoever_that_is(was: str, now: str) -> None:
    assert line(was) == now


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("mail('joe@shop.com', 'ann@shop.com', 'JOE@shop.com')",
         "mail('somebody-1@example.invalid', 'somebody-2@example.invalid', 'somebody-1@example.invalid')"),
        ("mail('adiallo7+shop@example.org')", "mail('person-1@example.invalid')"),
        ("express@4.18.2 and x @ y", "express@4.18.2 and x @ y"),
        ("open('/home/sugar/shop.db')", "open('/home/somebody/shop.db')"),
        ("at /Users/sugar.plum/x.js:3", "at /Users/somebody/x.js:3"),
        (r"C:\Users\Sugar Plum\x.py", r"C:\Users\somebody\x.py"),
        (r'"C:\\Users\\sugar\\x.py"', r'"C:\\Users\\somebody\\x.py"'),
        ("/home/runner/work/shop", "/home/runner/work/shop"),
        ("app.get('/api/home/list/')", "app.get('/api/home/list/')"),
        ("git clone git@github.com:sugar/shop.git", "git clone git@github.com:somebody-1/shop.git"),
        ("https://github.com/sugar/shop", "https://github.com/somebody-1/shop"),
        ("https://sugar.github.io/shop", "https://somebody-1.github.io/shop"),
        ("# student id: 1234567", "# student id: 1000001"),
    ],
)  # fmt: skip
def test_no_address_folder_account_or_number_leads_to_anybody(was: str, now: str) -> None:
    assert line(was) == now


def test_what_was_alike_stays_alike_and_files_are_named_as_the_code_imports_them() -> None:
    found = made("import amara_tools\n", path="amara/amara_tools.py")
    assert [(file.path, file.text) for file in found.document.files["v1"]] == [
        ("person1/person1_tools.py", "import person1_tools\n")
    ]
    step = found.document.story.steps[1]
    assert isinstance(step, steps.CodeStep)
    assert step.path == "person1/person1_tools.py"


def test_a_lock_file_keeps_the_addresses_of_others() -> None:
    assert line('"ljharb@example.com"', "package-lock.json") == '"ljharb@example.com"'


def test_secrets_and_what_cannot_be_seen_are_gone_from_code_and_words() -> None:
    key = "sk-proj-" + "a1B2c3D4" * 5
    found = made(f'KEY = "{key}"\nad\u200bmin = 1\n', words=f"It sends {key} away.")
    assert key not in str(found.document)
    assert "\u200b" not in str(found.document)
    assert {item.kind for item in found.replaced} == {Kind.SECRET, Kind.HIDDEN}
    assert key not in str(found.replaced)


def test_the_pseudonym_that_reviewers_know_somebody_by_stays() -> None:
    known = [["Ben Carter", "Person 1"], ["Amara Diallo", "Person 2"]]
    found = anonymise(document("# Amara Diallo, Ben Carter, Amara\n"), AMARA, CLASS, known)
    assert found.document.files["v1"][0].text == "# Person 2, Person 1, Person2\n"


def test_a_name_that_is_an_ordinary_word_is_left_where_it_stands_alone_and_counted() -> None:
    will = Person("Will Page", ("page",))
    found = made("# Will Page\npage = will()  # Will did\n", will)
    assert found.document.files["v1"][0].text == "# Person 1\npage = will()  # Will did\n"
    assert found.ordinary == (("Will", 1),)


def test_staff_see_what_was_replaced_by_what_and_how_often() -> None:
    found = made("# Author: Sugarplum\namara = amara + 1\n")
    assert [(item.kind, item.was, item.now, item.count) for item in found.replaced] == [
        (Kind.HEADER, "Sugarplum", "the author", 1),
        (Kind.NAME, "amara", "person1", 2),
    ]


# --- Whoever it is, and whatever they wrote ---------------------------------------------------------
TEMPLATES = (
    "# Author: {first} {last}",
    "# {last}, {first} <{user}@example.org>",
    "class {first}{last}Service:",
    "{user}_total = {first} + {last}",
    "    path = '/home/{user}/shop' or 'C:\\\\Users\\\\{first} {last}\\\\x'",
    '"""Made by {first}, with {initial}. {last}."""',
    "@{user} {user}@uni-{last}.de",
    "git@github.com:{user}/{last}.git",
    "x = 1",
    "",
)


def plain(text: str) -> str:
    """In small letters, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_in(text: str) -> set[str]:
    """The words of a text and of its identifiers, plain."""
    humps = re.sub(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])", " ", text)
    return {plain(word) for word in re.findall(r"[^\W\d_]+", humps)}


@cache
def known_words() -> set[str]:
    """The words that are there whoever it is: of the templates, of pseudonyms, of a story's own parts."""
    own = document("").story.model_dump_json()
    return words_in(f"person author somebody invalid {own} {' '.join(TEMPLATES)}")


letters = st.characters(codec="utf-8", categories=("Lu", "Ll"), max_codepoint=0x17F)


def tells(name: str) -> bool:
    """Whether it is a name that must not be read, and no word that is there anyway."""
    return plain(name).isalpha() and plain(name) not in ORDINARY | known_words()


one_name = st.text(letters, min_size=4, max_size=12).filter(tells)


@settings(max_examples=40)
@given(first=one_name, last=one_name, lines=st.lists(st.sampled_from(TEMPLATES), min_size=1, max_size=12))
def test_no_name_survives_and_no_line_moves(first: str, last: str, lines: list[str]) -> None:
    first, last = first.lower().capitalize(), last.lower().capitalize()
    user = plain(first)
    filled = [one.format(first=first, last=last, user=user, initial=first[0]) + "\n" for one in lines]
    text = "".join(filled)
    whose = Person(f"{first} {last}", (user, f"{user}@example.org"))
    before = document(text, path=f"{user}/{last}.py", words=filled[0].strip())
    found = anonymise(before, whose, [whose.name, *whose.emails, *CLASS])
    after = found.document

    (file,) = after.files["v1"]
    assert len(file.lines) == len(before.files["v1"][0].lines)
    everything = f"{file.path}\n{file.text}\n{after.story.model_dump_json()}"
    assert not {user, plain(last)} & words_in(everything.replace("\\n", "\n"))

    again = anonymise(after, whose, [whose.name, *whose.emails, *CLASS])
    assert again.document == after
    assert again.replaced == ()


@settings(max_examples=40)
@given(st.text(max_size=300))
def test_any_text_keeps_its_lines(text: str) -> None:
    clean = "".join(character for character in text if character.isprintable() or character == "\n")
    found = made(clean, words=clean[:150])
    assert found.document.files["v1"][0].text.count("\n") == clean.count("\n")
