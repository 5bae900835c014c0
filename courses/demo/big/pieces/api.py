"""Code that others call: pieces with a flaw each."""

from courses.demo.big.pieces.topic import Piece, Topic, alarm
from reviews.claims import DefectType, Severity

# fmt: off
API = (
    Piece(
        "api.py",
        '''
def may_edit(user, $one):
    """Whether somebody may change a $one: its owner, and administrators."""
    if user is None:
        return False
    return user.id == $one.owner_id or "administrator"
''',
        Topic(
            'return user.id == $one.owner_id or "administrator"',
            Severity.CRITICAL, DefectType.CHECKING, 285,
            ("Everybody may edit every $one", "may_edit is always true", "The role is never compared"),
            ("A non-empty text is true, so any user who is signed in may change what is not theirs.",
             'or "administrator" is no comparison: the function never says no.'),
            'Write user.role == "administrator".',
        ),
        alarm('return user.id == $one.owner_id or "administrator"', "may_edit fails for visitors",
               "A visitor has no id, so the page fails.",
               "if user is None:", "Visitors are answered before anything is read of them."),
        'return user.id == $one.owner_id or user.role == "administrator"',
    ),
    Piece(
        "api.py",
        '''
def new_code():
    """The code with which somebody collects their $one."""
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ"
    return "".join(random.choice(letters) for _ in range(8))
''',
        Topic(
            'return "".join(random.choice(letters) for _ in range(8))',
            Severity.MAJOR, DefectType.FUNCTION, 338,
            ("Codes can be guessed from earlier ones", "new_code uses a predictable generator",
             "random instead of secrets"),
            ("Whoever sees some codes can compute the next ones and collect what is another's.",
             "The generator is made for simulations; its state follows from its output."),
            "Use secrets.choice.", (("ruff", "S311"), ("bandit", "B311")),
        ),
        alarm('letters = "ABCDEFGHJKMNPQRSTUVWXYZ"', "new_code is short enough to be tried out",
               "Eight letters of 23 are few.",
               'return "".join(random.choice(letters) for _ in range(8))',
               "Eight of 23 letters are 78 billion codes; trying is not the danger.", Severity.INFO),
        'return "".join(secrets.choice(letters) for _ in range(8))',
    ),
    Piece(
        "api.py",
        '''
def after_sign_in(request):
    """Back to the page of the $one that somebody came from."""
    target = request.args.get("next") or "/$many"
    return redirect(target)
''',
        Topic(
            "return redirect(target)",
            Severity.MAJOR, DefectType.CHECKING, 601,
            ("after_sign_in redirects anywhere", "Open redirect after signing in",
             "The next address is not checked"),
            ("A link to our own sign-in page leads to a stranger's copy of it, which asks for the password.",
             "next may be an address of another site, and is followed as it is."),
            "Allow paths of this site only.",
        ),
        alarm('target = request.args.get("next") or "/$many"', "after_sign_in fails without next",
               "Without the argument there is nowhere to go.",
               'target = request.args.get("next") or "/$many"', "Without it the list of $many is shown."),
    ),
    Piece(
        "api.py",
        '''
def sign_in(request, users):
    """The user of this form, or None."""
    log.info("sign in: %s", request.form)
    user = users.get(request.form.get("name", ""))
    return user if user and user.checks(request.form.get("password", "")) else None
''',
        Topic(
            'log.info("sign in: %s", request.form)',
            Severity.MAJOR, DefectType.FUNCTION, 532,
            ("Passwords are written to the log", "sign_in logs the whole form", "Secrets in the log file"),
            ("The form holds the password, so everybody who reads the log can sign in as anybody.",
             "request.form is logged as it is, password included."),
            "Log the name alone.",
        ),
        alarm('return user if user and user.checks(request.form.get("password", "")) else None',
               "sign_in compares passwords in plain text", "The stored password is compared as it is.",
               'return user if user and user.checks(request.form.get("password", "")) else None',
               "user.checks() compares hashes; nothing is compared here.", Severity.MAJOR),
    ),
    Piece(
        "api.py",
        '''
def signed(request, key):
    """Whether a call of another $one service is signed with our key."""
    given = request.headers.get("X-Signature", "")
    wanted = hmac.new(key, request.body, "sha256").hexdigest()
    return given == wanted
''',
        Topic(
            "return given == wanted",
            Severity.MINOR, DefectType.TIMING, 208,
            ("Signatures are compared in varying time", "signed leaks how much of a signature is right",
             "== on a signature"),
            ("The comparison ends at the first difference, and its time tells how far one has come.",
             "A patient caller can find a signature letter by letter."),
            "Use hmac.compare_digest.",
        ),
        alarm('given = request.headers.get("X-Signature", "")', "signed fails where the header is missing",
               "Without the header the call ends in an error.",
               'given = request.headers.get("X-Signature", "")', "A missing header is an empty signature."),
        "return hmac.compare_digest(given, wanted)",
    ),
    Piece(
        "api.py",
        '''
def cancel(db, key):
    """Cancel a $one; whether there was one to cancel."""
    with db:
        db.execute("DELETE FROM $many WHERE id = ? AND collected = 0", (key,))
    return True
''',
        Topic(
            "return True",
            Severity.MAJOR, DefectType.INTERFACE, None,
            ("cancel says that it worked where it did not", "The result of cancel is always true",
             "cancel never looks at the number of rows"),
            ("Callers tell the customer that a $one is cancelled though it was collected long ago.",
             "The docstring promises to say whether there was one; the answer is always yes."),
            "Return whether a row was deleted.",
        ),
        alarm('db.execute("DELETE FROM $many WHERE id = ? AND collected = 0", (key,))',
               "cancel is never committed", "The deletion is lost when the connection closes.",
               "with db:", "The connection as a context commits at the end of the block.", Severity.MAJOR),
    ),
    Piece(
        "api.py",
        '''
def parse_key(text):
    """The key of a $one as a number. Raises ValueError for anything else."""
    text = text.strip()
    return int(text) if text.isdigit() else None
''',
        Topic(
            '"""The key of a $one as a number. Raises ValueError for anything else."""',
            Severity.INFO, DefectType.DOCUMENTATION, None,
            ("parse_key does not raise what it promises", "The docstring of parse_key is wrong",
             "None instead of ValueError"),
            ("Callers that catch ValueError get None, and pass it on to the database.",
             "The docstring and the code say different things; one of the two is a trap."),
            "Raise ValueError.",
        ),
        alarm("return int(text) if text.isdigit() else None", "parse_key refuses blanks around a number",
               "A pasted key with a blank at its end is not understood.",
               "text = text.strip()", "Blanks are taken off first.", Severity.INFO),
    ),
)
