"""Code that counts, compares and tells: pieces with a flaw each."""

from courses.demo.big.pieces.topic import Piece, Topic, alarm
from reviews.claims import DefectType, Severity

# fmt: off
SERVICE = (
    Piece(
        "service.py",
        '''
def total($many, tax=0.19):
    """What all $many cost together, in euros, with tax."""
    prices = [$one.price for $one in $many]
    return sum(prices) * (1 + tax)
''',
        Topic(
            "return sum(prices) * (1 + tax)",
            Severity.MINOR, DefectType.ALGORITHM, 682,
            ("Money is counted in floats", "total loses cents", "Prices should be whole cents or Decimal"),
            ("Sums of floats are off by fractions of a cent, and the invoice does not add up.",
             "Rounding happens nowhere, so two ways to the same total differ."),
            "Count in whole cents.",
        ),
        alarm("prices = [$one.price for $one in $many]", "total fails where there are no $many",
               "An empty list cannot be summed.",
               "return sum(prices) * (1 + tax)", "sum() of an empty list is 0.", Severity.INFO),
    ),
    Piece(
        "service.py",
        '''
def with_extra($one, extra, extras=[]):
    """The extras of a $one, with one more."""
    if extra not in extras:
        extras.append(extra)
    return {**asdict($one), "extras": extras}
''',
        Topic(
            "def with_extra($one, extra, extras=[]):",
            Severity.MAJOR, DefectType.ASSIGNMENT, 1188,
            ("All callers share one list of extras", "Mutable default argument in with_extra",
             "Extras of one $one appear on the next"),
            ("The default list is made once: what one caller adds, every later caller gets as well.",
             "extras=[] keeps its content between calls, so one customer sees another's extras."),
            "Default to None and make a new list.", (("ruff", "B006"),),
        ),
        alarm("extras.append(extra)", "with_extra adds the same extra twice",
               "An extra that is there already is charged again.",
               "if extra not in extras:", "It is added only where it is not there yet."),
    ),
    Piece(
        "service.py",
        '''
def is_overdue($one):
    """Whether a $one should have been back by now."""
    if $one.due_at is None:
        return False
    return datetime.now() > $one.due_at
''',
        Topic(
            "return datetime.now() > $one.due_at",
            Severity.MAJOR, DefectType.ASSIGNMENT, None,
            ("is_overdue compares local time with UTC", "datetime.now() without a time zone",
             "Due dates are off by the zone's hours"),
            ("due_at is stored in UTC and now() is local: a $one is overdue hours early or late.",
             "The comparison mixes zones, and fails outright where due_at has one."),
            "Use datetime.now(UTC).", (("ruff", "DTZ005"),),
        ),
        alarm("return datetime.now() > $one.due_at", "is_overdue fails for a $one without a date",
               "None cannot be compared with a date.",
               "if $one.due_at is None:", "A $one without a date is answered two lines above."),
        "return datetime.now(UTC) > $one.due_at",
    ),
    Piece(
        "service.py",
        '''
def notify(address, text):
    """Tell somebody about their $one; three tries."""
    for wait in (0, 1, 5):
        time.sleep(wait)
        try:
            return send(address, text)
        except Exception:
            pass
    return None
''',
        Topic(
            "except Exception:",
            Severity.MAJOR, DefectType.CHECKING, 391,
            ("notify swallows every error", "Failures of sending are never seen",
             "except Exception: pass hides bugs"),
            ("A wrong address, a typo or a full disk all end in silence: nobody is told, nothing is logged.",
             "Every exception is dropped, so a message that was never sent looks like one that was."),
            "Catch what sending raises, log it, and raise after the last try.",
            (("ruff", "S110"), ("bandit", "B110")),
        ),
        alarm("time.sleep(wait)", "notify waits before its first try",
               "Each message takes seconds even where all is well.",
               "for wait in (0, 1, 5):", "The first wait is zero seconds.", Severity.INFO),
    ),
    Piece(
        "service.py",
        '''
def mean_price($many):
    """The mean price of these $many."""
    prices = [$one.price for $one in $many if $one.price is not None]
    return sum(prices) / len(prices)
''',
        Topic(
            "return sum(prices) / len(prices)",
            Severity.MINOR, DefectType.CHECKING, 369,
            ("mean_price divides by zero", "No $many, no mean: ZeroDivisionError",
             "Empty input is not handled"),
            ("Where no $one has a price the page fails with a ZeroDivisionError.",
             "len(prices) is 0 for an empty list, and nothing checks it."),
            "Return None where there is no price.",
        ),
        alarm("prices = [$one.price for $one in $many if $one.price is not None]",
               "mean_price fails on a price of None", "None cannot be added to a number.",
               "prices = [$one.price for $one in $many if $one.price is not None]",
               "Prices that are None are left out of the list."),
        "return sum(prices) / len(prices) if prices else None",
    ),
    Piece(
        "service.py",
        '''
def overlaps(first, second):
    """Whether two bookings of a $one are at the same time; the end is not part of it."""
    assert first.start < first.end
    return first.start <= second.end and second.start <= first.end
''',
        Topic(
            "return first.start <= second.end and second.start <= first.end",
            Severity.MAJOR, DefectType.ALGORITHM, None,
            ("Bookings that follow one another are refused", "overlaps counts the end as part of the booking",
             "<= should be < in overlaps"),
            ("A booking that begins when another ends is called an overlap and cannot be made.",
             "The docstring says that the end is not part of it, the comparison says that it is."),
            "Compare with < on both sides.",
        ),
        alarm("assert first.start < first.end", "overlaps accepts a booking that ends before it begins",
               "A reversed booking overlaps nothing and is stored.",
               "assert first.start < first.end", "A reversed booking fails the assertion."),
        "return first.start < second.end and second.start < first.end",
    ),
    Piece(
        "service.py",
        '''
def described($one, cache={}):
    """The long description of a $one, looked up once."""
    if $one.id not in cache:
        cache[$one.id] = fetch_description($one.id)
    return cache[$one.id]
''',
        Topic(
            "cache[$one.id] = fetch_description($one.id)",
            Severity.MINOR, DefectType.FUNCTION, 770,
            ("The cache of descriptions only grows", "described never forgets anything",
             "Unbounded cache, and old descriptions for ever"),
            ("Every description ever shown stays in memory until the process is killed.",
             "Nothing leaves the cache: memory grows, and a changed description is never seen."),
            "Bound it, and let entries expire.",
        ),
        alarm("if $one.id not in cache:", "described asks the server each time",
               "The cache is looked at but never used.",
               "return cache[$one.id]", "What was fetched is returned from the cache."),
    ),
)
