"""Amara Diallo's name leaves the house in none of its spellings, and no code is mangled for it."""

from __future__ import annotations

import pytest

from reviews.prompts.people import Names, occurring

AMARA = ["Amara Diallo", "adiallo7@example.org"]
CLASS = [
    *AMARA,
    "Ben Okafor",
    "ben@example.org",
    "Chiara Rossi",
    "Tomáš Novák",
    "Ruth Ellison",
    "Will Page",
    "Max Price",
    "Mark Novotny",
    "Jürgen Müller",
    "Anna-Lena O'Brien",
    "Prof. Ludwig van der Berg",
    "Rose",
    "李 伟",
]


def replaced(text: str, people: list[str] | None = None) -> str:
    """The text as it would leave."""
    names = Names(occurring(CLASS if people is None else people, [text]))
    parts, at = [], 0
    for start, end, pseudonym in names.found_in(text):
        parts += [text[at:start], pseudonym]
        at = end
    return "".join([*parts, text[at:]])


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("# Amara Diallo", "# Person 1"),
        ("# Diallo, Amara", "# Person 1"),
        ("# DIALLO AMARA", "# PERSON 1"),
        ("# A. Diallo", "# Person 1"),
        ("# Amara", "# Person1"),
        ("# Frau Diallo schrieb", "# Frau Person1 schrieb"),
        ("amara_diallo = 1", "person_1 = 1"),
        ("AMARA_DIALLO_ROOT = 1", "PERSON_1_ROOT = 1"),
        ("amara-diallo/tasks", "person-1/tasks"),
        ("amara.diallo", "person.1"),
        ("class AmaraDialloTasks:", "class Person1Tasks:"),
        ("byAmaraDiallo()", "byPerson1()"),
        ("/home/adiallo/x", "/home/person1/x"),
        ("adiallo7", "person1"),
        ("amaradiallo42", "person1"),
        ("<Adiallo7@Example.org>", "<person-1@example.invalid>"),
        ("adiallo7+tasks@example.org", "person-1@example.invalid"),
        ("adiallo7@gmail.example", "person1@gmail.example"),
        ("# by amara", "# by person1"),
        ("C:\\Users\\amara\\x", "C:\\Users\\person1\\x"),
        ("# ask @amara", "# ask @person1"),
    ],
)
def test_amara_is_found_however_she_is_written(written: str, leaves: str) -> None:
    assert replaced(written, AMARA) == leaves


@pytest.mark.parametrize(
    ("written", "leaves"),
    [
        ("# Tomas Novak und Tomáš Novák", "# Person 1 und Person 1"),
        ("# juergen.mueller, Jurgen Muller, Mueller", "# person.1, Person 1, Person1"),
        ("# O'Brien, Anna-Lena; AnnaLena", "# Person 1; Person1"),
        ("# Ludwig van der Berg", "# Person 1"),
        ("# Will Page", "# Person 1"),
        ("# Price, Max", "# Person 1"),
        ("# mark_novotny", "# person_1"),
        ("作者李伟", "作者person1"),
        ("# ben@example.org", "# person-1@example.invalid"),
    ],
)
def test_names_of_all_kinds_are_found(written: str, leaves: str) -> None:
    assert replaced(written) == leaves


@pytest.mark.parametrize(
    "code",
    [
        "will page max price mark rose",
        "class Page(Base): max_price = Max(price)",
        "Will it rise? Mark it. Max. Rose = 3, Price: 4",
        "maxPrice = will.page",
        "# Page will price",
        "ben = amara + chiara",
        "def amara(): ...",
        "Amara_x = $Amara + AmaraX",
        "diallo(a, diallo_count)",
        "amarantine novakian mullers",
        "x@example.org",
        "",
    ],
)
def test_ordinary_words_and_identifiers_stay(code: str) -> None:
    assert replaced(code) == code


def test_names_and_addresses_of_one_person_have_one_number() -> None:
    text = "Ruth Ellison, Ben Okafor (ben@example.org), ellison, Amara, adiallo7@example.org"
    assert replaced(text) == (
        "Person 3, Person 2 (person-2@example.invalid), ellison, Person1, person-1@example.invalid"
    )


def test_two_people_of_one_first_name_are_not_mixed_up() -> None:
    people = ["Amara Diallo", "Amara Keita", "amara@example.org", "amara.keita@example.org"]
    text = "amara@example.org amara.keita@example.org Diallo Keita"
    assert replaced(text, people) == ("person-3@example.invalid person-2@example.invalid Person1 Person2")


def test_only_who_occurs_is_named_and_in_a_stable_order() -> None:
    texts = ["# Chiara Rossi", "x = 1  # Amara Diallo"]
    pairs = occurring(CLASS, texts)
    assert pairs == [
        ("Amara", "Person1"),
        ("Amara Diallo", "Person 1"),
        ("Diallo", "Person1"),
        ("Chiara", "Person2"),
        ("Chiara Rossi", "Person 2"),
        ("Rossi", "Person2"),
    ]
    assert occurring(reversed(CLASS), reversed(texts)) == pairs


def test_nobody_is_found_where_nobody_is() -> None:
    assert occurring(CLASS, ["import os\n"]) == []
    assert occurring([], ["Amara Diallo"]) == []
    assert list(Names([]).found_in("Amara Diallo")) == []
    assert occurring(["", "  ", "@", "Dr.", "A."], ["@ Dr. A."]) == []
