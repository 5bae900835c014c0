"""Bandit's numbered checks, which ruff carries under the same numbers (B608 is ruff's S608).

Severity is what the weakness costs where it is reachable; CWE numbers are bandit's own
(bandit.readthedocs.io, `issue_cwe`) so that the two tools agree on one defect.
"""

from __future__ import annotations

import re

from reviews.claims import DefectType, Severity
from reviews.providers.meanings import Meaning

CRITICAL, MAJOR, MINOR, INFO = Severity
CHECKING, ASSIGNMENT, FUNCTION = DefectType.CHECKING, DefectType.ASSIGNMENT, DefectType.FUNCTION
INTERFACE, ALGORITHM = DefectType.INTERFACE, DefectType.ALGORITHM

SQL = "Whoever chooses the value chooses the statement: a quote ends the literal, and the rest runs as SQL."
SHELL = "The text goes through a shell: a semicolon or a backtick in it runs a second command."
XML = (
    "The standard parsers expand entities: a small hostile document can fill the memory or read local files."
)
TLS = "Anyone on the way can stand in for the server and read or change what is sent."
PICKLE = "Loading such data can run any code that its writer put in: only data of our own making is safe."
XSS = "Text from a user reaches the page as markup: a script in it runs in the reader's session."
IN_SOURCE = (
    "Whoever can read the source has it, it is in the history for good, and it cannot be changed per site."
)
SWALLOWED = "The failure leaves no trace: the program goes on with wrong state and nobody learns why."

CHECKS: dict[str, Meaning] = {
    "": Meaning(MINOR, CHECKING, "The construct is known to be a way in for an attacker.", 693),
    "101": Meaning(INFO, CHECKING, "python -O removes assert: a check that matters is then not made.", 703),
    "102": Meaning(
        CRITICAL,
        CHECKING,
        "Whatever text arrives here runs as a program with our rights.",
        78,
        "exec runs text as code",
    ),
    "103": Meaning(MAJOR, ASSIGNMENT, "Other users of the machine can read or change the file.", 732),
    "104": Meaning(
        MINOR,
        ASSIGNMENT,
        "The service answers on every network the machine is in, not only locally.",
        605,
        "Listens on all network interfaces",
    ),
    "105": Meaning(MAJOR, ASSIGNMENT, IN_SOURCE, 259),
    "106": Meaning(MAJOR, ASSIGNMENT, IN_SOURCE, 259),
    "107": Meaning(MAJOR, ASSIGNMENT, IN_SOURCE, 259),
    "108": Meaning(
        MINOR,
        ASSIGNMENT,
        "Another user of the machine can put a file or a link there first.",
        377,
        "Fixed name in a temporary folder that everyone can write to",
    ),
    "110": Meaning(MINOR, CHECKING, SWALLOWED, 703, "The exception is swallowed (except: pass)"),
    "112": Meaning(MINOR, CHECKING, SWALLOWED, 703, "The exception is swallowed (except: continue)"),
    "113": Meaning(
        MAJOR,
        DefectType.TIMING,
        "A server that never answers blocks this worker for ever.",
        400,
        "Request without a time limit",
    ),
    "201": Meaning(
        CRITICAL,
        ASSIGNMENT,
        "The debugger's console lets any visitor who meets an error run Python on the server.",
        94,
        "Flask runs with its debugger on",
    ),
    "202": Meaning(
        MAJOR,
        CHECKING,
        "A member named ../../x is written outside the folder.",
        22,
        "An archive is unpacked without checking its members",
    ),
    "301": Meaning(MAJOR, CHECKING, PICKLE, 502, "Unpickles data that may come from outside"),
    "302": Meaning(MAJOR, CHECKING, PICKLE, 502, "Loads marshal data that may come from outside"),
    "303": Meaning(MAJOR, ALGORITHM, "Collisions can be made on purpose, and guesses are cheap.", 327),
    "304": Meaning(MAJOR, ALGORITHM, "The cipher is broken: what it hides can be recovered.", 327),
    "305": Meaning(
        MAJOR, ALGORITHM, "Equal blocks stay visibly equal: the mode leaks the plain text's shape.", 327
    ),
    "306": Meaning(
        MINOR,
        DefectType.TIMING,
        "Between the choice of the name and the opening, another can create the file.",
        377,
        "mktemp chooses a name but does not hold it",
    ),
    "307": Meaning(
        CRITICAL,
        CHECKING,
        "Whatever text arrives here runs as Python with our rights.",
        78,
        "eval runs text as code",
    ),
    "308": Meaning(MAJOR, CHECKING, XSS, 79, "Text is marked as safe markup"),
    "310": Meaning(
        MINOR,
        CHECKING,
        "A file: address reads local files, and an inner address reaches services behind the wall.",
        22,
        "Opens an address without checking its scheme",
    ),
    "311": Meaning(
        MINOR,
        ALGORITHM,
        "The sequence can be predicted from a few outputs; wrong for tokens, fine for a game.",
        330,
        "random is predictable",
    ),
    "312": Meaning(MAJOR, INTERFACE, "Everything, the password too, crosses the network in clear.", 319),
    "31": Meaning(MINOR, CHECKING, XML, 20, "Parses XML with a parser that trusts its input"),
    "321": Meaning(MAJOR, INTERFACE, "Everything, the password too, crosses the network in clear.", 319),
    "323": Meaning(MAJOR, CHECKING, TLS, 295, "A TLS context that checks no certificate"),
    "324": Meaning(
        MAJOR,
        ALGORITHM,
        "MD5 and SHA-1 collide on demand and are fast to guess: wrong for passwords and signatures.",
        327,
        "Weak hash function",
    ),
    "4": Meaning(INFO, INTERFACE, "The module is unsafe or unmaintained.", 1104),
    "501": Meaning(CRITICAL, CHECKING, TLS, 295, "Certificates are not checked"),
    "502": Meaning(MAJOR, ASSIGNMENT, TLS, 327),
    "503": Meaning(MAJOR, ASSIGNMENT, TLS, 327),
    "504": Meaning(MAJOR, ASSIGNMENT, TLS, 327),
    "505": Meaning(MAJOR, ASSIGNMENT, "A key this short can be found by search.", 326),
    "506": Meaning(
        MAJOR,
        CHECKING,
        "The document can name any Python class and have it built: code execution.",
        20,
        "yaml.load builds arbitrary objects",
    ),
    "507": Meaning(MAJOR, CHECKING, TLS, 295, "Unknown SSH host keys are accepted"),
    "508": Meaning(MINOR, ASSIGNMENT, "The community string crosses the network in clear.", 319),
    "509": Meaning(MINOR, ASSIGNMENT, "Messages can be read or changed on the way.", 319),
    "602": Meaning(CRITICAL, CHECKING, SHELL, 78, "A subprocess is started through a shell"),
    "605": Meaning(CRITICAL, CHECKING, SHELL, 78, "A process is started through a shell"),
    "608": Meaning(CRITICAL, CHECKING, SQL, 89, "SQL is put together from strings"),
    "609": Meaning(MAJOR, CHECKING, "A file named like an option is taken for one by the command.", 78),
    "610": Meaning(MAJOR, CHECKING, SQL, 89),
    "611": Meaning(MAJOR, CHECKING, SQL, 89),
    "613": Meaning(
        CRITICAL,
        DefectType.DOCUMENTATION,
        "The reader sees another program than the one that runs.",
        838,
        "Hidden direction characters reorder the code",
    ),
    "614": Meaning(MAJOR, CHECKING, PICKLE, 502),
    "615": Meaning(MINOR, INTERFACE, "Without a pinned revision the download can change under us.", 494),
    "6": Meaning(MAJOR, CHECKING, SHELL, 78),
    "7": Meaning(MAJOR, CHECKING, XSS, 79, "Markup is made without escaping"),
}

FINE_IN_TESTS = frozenset({"101", "105", "106", "107", "108", "113", "311"})
"""Checks that say nothing of a test: it asserts, and its passwords and temporary files are made up."""

TEST_FILE = re.compile(r"(^|/)(tests?/|test_[^/]*$|conftest\.py$)|_test\.py$")


def is_noise(number: str, path: str) -> bool:
    """Whether the check with this number says nothing about a file at this path."""
    return number in FINE_IN_TESTS and TEST_FILE.search(path) is not None
