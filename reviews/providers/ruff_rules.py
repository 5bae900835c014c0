"""Which of ruff's rules speak of defects, and what each means (docs.astral.sh/ruff/rules)."""

from __future__ import annotations

from reviews.claims import DefectType, Severity
from reviews.providers.meanings import Meaning
from reviews.providers.python_security import CHECKS

CRITICAL, MAJOR, MINOR, INFO = Severity
CHECKING, ASSIGNMENT, FUNCTION = DefectType.CHECKING, DefectType.ASSIGNMENT, DefectType.FUNCTION
INTERFACE, TIMING, ALGORITHM = DefectType.INTERFACE, DefectType.TIMING, DefectType.ALGORITHM
BUILD = DefectType.BUILD

SELECTED = (
    *("F", "B", "S", "BLE", "PLE", "PLW", "ASYNC", "DTZ"),
    *("PLR0124", "LOG004", "LOG007", "LOG014", "G101", "FAST003", "DJ003"),
    *("RUF006", "RUF008", "RUF009", "RUF012", "RUF016", "RUF018", "RUF024", "RUF026", "RUF030"),
    *("RUF032", "RUF033", "RUF034", "RUF040", "RUF048", "RUF049", "RUF060", "RUF071"),
)
"""Families and rules about defects and weaknesses; style has no place in a review."""

IGNORED = (
    # Said by bandit, or said of nearly every program that starts another one.
    *("S101", "S4", "S603", "S607"),
    # Matters of taste.
    *("F541", "B007", "B009", "B010", "B013", "B027", "B028", "B905", "B911", "B912"),
    *("PLW0108", "PLW0211", "PLW0602", "PLW0603", "PLW0604", "PLW0642", "PLW2901", "PLW3301"),
    *("ASYNC109", "ASYNC115"),
)

IMMUTABLE_CALLS = [
    f"fastapi.{name}"
    for name in ("Body", "Cookie", "Depends", "File", "Form", "Header", "Path", "Query", "Security")
]
"""Calls that FastAPI wants as argument defaults: they are declarations, evaluated per request."""

FORMAT = "The text is not what was meant, or formatting it raises an exception."
NAIVE = "The time has no zone: on another machine, or across a clock change, it is hours off."
BLOCKS = "The event loop stands still meanwhile, and with it every other request."
SHARED = "One object is shared by all calls or instances: what one changes, the others see."
NO_EFFECT = "The statement does nothing: what was meant here does not happen."
LOST_CAUSE = "The traceback does not show what really went wrong."

MEANINGS: dict[str, Meaning] = {
    # Every rule has a meaning, also one that a newer ruff adds to a family.
    "": Meaning(MINOR, ALGORITHM, "The code does not do what it seems to do."),
    "invalid-syntax": Meaning(
        CRITICAL,
        BUILD,
        "Python cannot load this file: nothing in it runs, and importing it fails.",
        title="The file does not parse",
    ),
    "E902": Meaning(MAJOR, BUILD, "The file cannot be read."),
    # Pyflakes
    "F401": Meaning(
        INFO, BUILD, "An import that nothing uses: dead weight, or the sign of a forgotten use.", 561
    ),
    "F402": Meaning(MAJOR, ASSIGNMENT, "After the loop the name is no longer the module.", 1109),
    "F403": Meaning(
        MINOR, INTERFACE, "Nobody can say where a name comes from; a new one there silently shadows one here."
    ),
    "F405": Meaning(
        MINOR, INTERFACE, "If the star import does not bring the name, this line raises NameError."
    ),
    "F5": Meaning(MAJOR, INTERFACE, FORMAT, 628),
    "F60": Meaning(MAJOR, ASSIGNMENT, "The later value silently replaces the earlier one.", 1109),
    "F63": Meaning(MAJOR, CHECKING, "The test has always the same outcome, so it tests nothing.", 571),
    "F632": Meaning(
        MAJOR, CHECKING, "Identity of literals depends on the interpreter: equal values can differ.", 595
    ),
    "F7": Meaning(CRITICAL, BUILD, "Python refuses to compile this."),
    "F811": Meaning(
        MINOR, FUNCTION, "The earlier definition is never used: a test or a function silently vanishes.", 561
    ),
    "F821": Meaning(CRITICAL, ASSIGNMENT, "The line raises NameError as soon as it is reached.", 457),
    "F822": Meaning(MAJOR, INTERFACE, "A star import of this module fails."),
    "F823": Meaning(CRITICAL, ASSIGNMENT, "The line raises UnboundLocalError.", 457),
    "F841": Meaning(
        INFO, ASSIGNMENT, "A result is computed and dropped: often the check on it was forgotten.", 563
    ),
    "F842": Meaning(INFO, ASSIGNMENT, "The name has a type but never a value.", 563),
    "F901": Meaning(MAJOR, INTERFACE, "NotImplemented is not an exception: raising it is a TypeError."),
    # Bugbear
    "B": Meaning(MINOR, ALGORITHM, "A known trap of the language: it does something else than it seems to."),
    "B006": Meaning(MAJOR, ASSIGNMENT, SHARED, 1188, "A mutable default argument is shared between calls"),
    "B008": Meaning(
        MAJOR,
        ASSIGNMENT,
        "The call is made once, at import: every later call sees that first value.",
        1188,
        "A call in a default argument is made only once",
    ),
    "B012": Meaning(
        MAJOR,
        CHECKING,
        "The exception under way is thrown away by leaving the finally block.",
        584,
        "Leaving a finally block swallows the exception",
    ),
    "B015": Meaning(MAJOR, ASSIGNMENT, NO_EFFECT, 482, "A comparison without effect"),
    "B016": Meaning(MAJOR, INTERFACE, "Raising what is not an exception is a TypeError."),
    "B017": Meaning(MINOR, CHECKING, "The test passes for any failure, a typing error too.", 396),
    "B018": Meaning(MINOR, ASSIGNMENT, NO_EFFECT, 482, "An expression without effect"),
    "B019": Meaning(MINOR, ALGORITHM, "The cache keeps every instance alive: memory grows for ever.", 401),
    "B020": Meaning(MAJOR, ASSIGNMENT, "The loop overwrites what it loops over."),
    "B023": Meaning(
        MAJOR,
        TIMING,
        "All the functions see the loop variable's last value.",
        1109,
        "A function made in a loop does not keep its loop variable",
    ),
    "B025": Meaning(MINOR, CHECKING, "The second handler is never reached.", 561),
    "B029": Meaning(MAJOR, CHECKING, "The handler catches nothing.", 561),
    "B030": Meaning(MAJOR, CHECKING, "As soon as an exception arrives here, matching it raises TypeError."),
    "B031": Meaning(MAJOR, ALGORITHM, "The group is empty when it is read a second time."),
    "B032": Meaning(MAJOR, ASSIGNMENT, "A colon where = was meant: nothing is assigned.", 480),
    "B033": Meaning(INFO, ASSIGNMENT, "The repeated item has no effect: perhaps another one was meant."),
    "B035": Meaning(MAJOR, ALGORITHM, "Every round writes the same key: only the last value is left."),
    "B039": Meaning(MAJOR, ASSIGNMENT, SHARED, 1188),
    "B904": Meaning(
        INFO, INTERFACE, LOST_CAUSE, 755, "An exception is raised in a handler without its cause"
    ),
    # Broad handlers, logging
    "BLE": Meaning(
        MINOR,
        CHECKING,
        "Programming errors are caught with the expected ones, and look like a normal outcome.",
        396,
        "Catches every exception",
    ),
    "LOG": Meaning(MINOR, INTERFACE, "The log lacks the traceback that would explain the failure.", 778),
    "G101": Meaning(MAJOR, INTERFACE, "The clash with a field of the log record raises KeyError."),
    # Pylint
    "PLE": Meaning(MAJOR, INTERFACE, "The line fails when it is reached, or Python refuses to compile it."),
    "PLE1142": Meaning(CRITICAL, BUILD, "Python refuses to compile await outside an async function."),
    "PLE25": Meaning(
        MAJOR,
        DefectType.DOCUMENTATION,
        "The reader sees another program than the one that runs.",
        838,
        "Hidden control characters in the code",
    ),
    "PLR0124": Meaning(MAJOR, CHECKING, "The outcome is always the same: another operand was meant.", 571),
    "PLW": Meaning(MINOR, ALGORITHM, "The code does not do what it seems to do."),
    "PLW0128": Meaning(MINOR, ASSIGNMENT, "Of two values for one name only the last is kept.", 563),
    "PLW0129": Meaning(MINOR, CHECKING, "The assertion has always the same outcome.", 571),
    "PLW0133": Meaning(
        MAJOR,
        CHECKING,
        "The exception is made and dropped: the failure goes unnoticed.",
        390,
        "An exception is created but not raised",
    ),
    "PLW0177": Meaning(MAJOR, CHECKING, "Nothing equals NaN, not even NaN: the test is always false.", 570),
    "PLW1510": Meaning(
        MINOR,
        CHECKING,
        "When the command fails, the program goes on as if it had worked.",
        252,
        "A subprocess's failure goes unnoticed",
    ),
    "PLW1641": Meaning(
        MINOR, INTERFACE, "Objects with __eq__ and no __hash__ cannot go into a set or a dict.", 581
    ),
    "PLW2101": Meaning(MAJOR, TIMING, "A lock that nobody else holds keeps nobody out.", 667),
    # Asynchronous code, time
    "ASYNC": Meaning(MINOR, TIMING, BLOCKS, 1322),
    "ASYNC2": Meaning(MAJOR, TIMING, BLOCKS, 1322),
    "DTZ": Meaning(MINOR, ASSIGNMENT, NAIVE),
    # Ruff's own, frameworks
    "RUF006": Meaning(
        MAJOR,
        TIMING,
        "Nothing holds the task: it can be collected half done, and its exception is lost.",
        772,
        "A background task is started and not kept",
    ),
    "RUF008": Meaning(MAJOR, ASSIGNMENT, SHARED, 1188),
    "RUF009": Meaning(MINOR, ASSIGNMENT, "The call is made once, when the class is defined.", 1188),
    "RUF012": Meaning(
        MINOR, ASSIGNMENT, SHARED, 1188, "A mutable class attribute is shared by all instances"
    ),
    "RUF018": Meaning(MAJOR, ASSIGNMENT, "python -O removes the assertion, and the assignment with it.", 703),
    "RUF024": Meaning(MAJOR, ASSIGNMENT, SHARED, 1188),
    "RUF032": Meaning(
        MINOR, ASSIGNMENT, "The binary rounding error comes along: Decimal(0.1) is not 0.1.", 1339
    ),
    "FAST003": Meaning(MAJOR, INTERFACE, "The value in the address never reaches the function."),
    "DJ003": Meaning(MINOR, INTERFACE, "Every local reaches the template, secrets too.", 497),
    # Bandit's checks under the same numbers
    **{f"S{number}": meaning for number, meaning in CHECKS.items()},
}
