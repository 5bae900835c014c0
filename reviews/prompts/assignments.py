"""Finds what is assigned to a password, a secret, a token or a key, and is no placeholder.

A value counts as a secret where somebody could use it. These do not: "changeme" and whatever else is made
of such words ("my-secret-key", "Passw0rd!"), what is read from elsewhere (`os.environ[...]`, `${TOKEN}`,
`{{ token }}`), labels and messages (they have spaces), names of fields, files and addresses, and numbers
that everybody counts ("123456"). They stay readable: a reviewer should see that a default is weak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from detect_secrets.filters.heuristic import is_sequential_string

_PASSWORDS = r"passw(?:or)?d|passwd|passwort|kennwort|contrase(?:ñ|n)a|passphrase|pwd|secret"
_KEYS = (
    r"token|credentials?|(?:api|access|auth|private|encryption|signing|client|account|service|master"
    r"|license|session)[_-]?key"
)
_KEYWORD = re.compile(
    rf"(?:(?P<password>{_PASSWORDS})|{_KEYS})(?P<suffix>[A-Za-z0-9_-]{{0,40}})", re.IGNORECASE
)
_ASSIGNED = re.compile(
    r"(?P<closing>[\"'`\])]{0,2})(?:\s?:\s?[A-Za-z_][\w.\[\]| ?]{0,40}?(?=\s?=))?"
    r"[ \t]{0,8}(?P<sign>=>|:=|={1,3}|!={1,2}|:(?!:)|,|\()[ \t]{0,4}\n?[ \t]{0,24}"
    r"(?:[rbuRBU]{1,2}|[@$L])?(?P<quote>[\"'`])(?P<value>(?:\\.|(?!(?P=quote))[^\\\n]){1,300})(?P=quote)"
)
_UNQUOTED = re.compile(r"[\"']?[ \t]{0,8}(?P<sign>[:=]|[ \t])[ \t]{0,4}(?P<value>[^\s\"'`#;,&()<>]{1,300})")
_REST = re.compile(r"[^\s\"'`#;,()<>]{0,300}")
_SHELL_OPTION = re.compile(r"--?[\w-]{0,40}$")
_FIRST_ARGUMENT = re.compile(r"\(\s{0,8}[\"'][\w-]{0,40}\Z")
_QUERY = re.compile(r"[?&][\w-]{0,40}$")

_SETTINGS_FILE = re.compile(
    r"(?:^|/)(?:[^/]*\.env(?:\.[^/]*)?|env\.[^/]*|[^/]*\.(?:ini|cfg|conf|cnf|properties|ya?ml|toml|tfvars|env|sh"
    r"|bash|zsh|bat|ps1)|dockerfile[^/]*|\.(?:npmrc|pypirc|netrc|pgpass|my\.cnf))$",
    re.IGNORECASE,
)
# `password_label`, `tokenizer`, `secret_name`: what these are called is no secret.
_ABOUT = frozenset(
    "algorithm at audience backend budget button by class classes column count delimiter dir endpoint "
    "env error errors expiration expires expiry field fields file filename files form format header "
    "headers help hint hints icon id ids input is issuer kind label labels length lifetime limit "
    "location manager max message messages min mode msg name names page param params path pattern "
    "placeholder policy prefix prompt provider regex required route rules scope scopes separator "
    "service store strength style suffix table text texts timeout title ttl type types uri url usage "
    "validation validator var variable version view".split()
)
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

# Words that stand in a secret's place, and words that may stand beside them.
_PLACEHOLDERS = frozenset(
    "abc access account admin an api auth aws bar base basic baz bearer beta bogus change changed "
    "changeme check code config confirm cookie correct credential credentials csrf data database "
    "default demo dev development django doe dummy empty env example expected expired express fake "
    "flask foo foobar generate guest hash hello hidden hmac host incorrect insecure invalid ipsum jwt "
    "kennwort key keys letmein local localhost login lorem masked missing mock mongo mysql nil none "
    "nothing null own pass passcode passphrase passwd password passwords passwort phrase placeholder "
    "postgres postgresql private prod production pwd qwerty rabbitmq random redacted redis refresh "
    "removed replace required reset right root sample secret secrets secure session spring sql stage "
    "staging string temp temporary test tested tester testing tests tmp todo token tokens undefined "
    "unknown unsafe user username users welcome world wrong xx xxx xxxx xyz".split()
)
_FILLERS = frozenset(
    "a all and any app application be by client current custom db do enter fill first for from get here "
    "in insert is it keep long main me must my name new no not number of old on one only optional or "
    "other our please public put real safe second server service set short should sign signing simple "
    "some something strong super text that the there these this to too top two type use valid value "
    "variable very weak will with yes you your yours".split()
)
_LEET = str.maketrans("0134578@$!|", "oieastbasil")
_FROM_ELSEWHERE = re.compile(
    r"\$\{|\{\{|\}\}|<%|%\(|\$\(|^\$\w+$|^%\w+%$|^<.*>$|^\{.*\}$|^[*&!]\w+$|^@\{|os\.environ|process\.env"
    r"|getenv|\(\?|\[\^|\[a-z|\\[wds]|\bENV\[|\bvault[:/]|secretsmanager|keyvault|^env[:(]",
    re.IGNORECASE,
)
# Addresses, paths, files, selectors, names as constants have them, and rates ("5/m/user").
_NAMES_SOMETHING = re.compile(
    r"(?i:https?|ftp|file|urn|arn|data|ssm|op):.*|\.{0,2}/.*|~/.*|[A-Za-z]:[\\/].*|[#.][A-Za-z][\w-]*|[\w#.-]*\[.*\]"
    r"|(?i:[\w./-]+\.(?:pem|key|crt|json|ya?ml|txt|env|html?|py|js|ts|php|md|sql))|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
    r"|(?:\d+/[a-z]+(?:/[a-z]+)?,?)+"
)
_MASKED = re.compile(r"[xX*.•#?_/: -]+|(.)\1*")
_WORDS_JOINED = re.compile(r"[A-Za-z]+(?:[-_.:/][A-Za-z]+)*")
_FIGURE_OR_SYMBOL = re.compile(r"[0-9!@#$%^&*?~+=]")

_NEITHER, _FILLER, _PLACEHOLDER = range(3)

_LEAST = 6
_LEAST_FIGURES = 8
_LEAST_TOKEN = 12
_LEAST_LETTERS = 16


def assigned(path: str, text: str) -> Iterator[tuple[int, int]]:
    """First and last offset of every secret value that is assigned, in quotes or in a file of settings."""
    settings = bool(_SETTINGS_FILE.search(path))
    for name in _KEYWORD.finditer(text):
        if _is_about(name):
            continue
        if found := _ASSIGNED.match(text, name.end()):
            possible = found["sign"] != "," or bool(_FIRST_ARGUMENT.search(text, *_before(name)))
        elif found := _UNQUOTED.match(text, name.end()):
            possible = _is_setting(text, name, found["sign"], settings)
        else:
            continue
        named = found["sign"] in ("=", ":=") and not name["suffix"]
        if possible and _is_secret(found["value"], password=bool(name["password"]), named=named):
            start, end = found.span("value")
            # In settings an ampersand is a character like others; in an address the next value begins.
            rest = _REST.match(text, end) if settings and text[end : end + 1] == "&" else None
            yield start, rest.end() if rest else end


def is_placeholder(value: str) -> bool:
    """Whether a value is masked, counted, or made of words that stand for a secret, however spelled."""
    if _MASKED.fullmatch(value) or is_sequential_string(value):
        return True
    stem = re.sub(r"[^A-Za-z]+$", "", value)
    for text in (value, stem.translate(_LEET)):
        made_of = [_made_of(piece.lower()) for piece in re.findall(r"[A-Za-z]+", text)]
        if made_of and min(made_of) >= _FILLER and max(made_of) == _PLACEHOLDER:
            return True
    return False


def _is_about(name: re.Match[str]) -> bool:
    """Whether it is a word that only begins like one of ours, or names something about a secret."""
    suffix = name["suffix"]
    if suffix[:1].islower() and suffix != "s" and not name.group()[: -len(suffix)].isupper():
        return True
    return any(hump.lower() in _ABOUT for hump in _HUMP.findall(suffix))


def _is_setting(text: str, name: re.Match[str], sign: str, settings: bool) -> bool:
    """Whether a value without quotes is no code.

    So it is in a file of settings, behind `--password`, in an address, and as `PASSWORD=...`.
    """
    before = text[slice(*_before(name))]
    if sign in " \t":
        return bool(_SHELL_OPTION.search(before))
    return (
        settings
        or (sign == "=" and bool(_QUERY.search(before) or _SHELL_OPTION.search(before)))
        or (name.group().isupper() and text[name.end() : name.end() + 1] == "=")
    )


def _before(name: re.Match[str]) -> tuple[int, int]:
    return max(0, name.start() - 50), name.start()


def _is_secret(value: str, *, password: bool, named: bool) -> bool:
    """Whether somebody could use the value. `named`: a variable called just so is set to it."""
    if len(value) < _LEAST or any(map(str.isspace, value)):
        return False
    if _FROM_ELSEWHERE.search(value) or _NAMES_SOMETHING.fullmatch(value) or is_placeholder(value):
        return False
    letters = any(map(str.isalpha, value))
    if _WORDS_JOINED.fullmatch(value):
        return _random_capitals(value) or (password and named and value.isalpha())
    if password:
        return bool(_FIGURE_OR_SYMBOL.search(value)) and (letters or len(value) >= _LEAST_FIGURES)
    longest = max(map(len, re.findall(r"[A-Za-z0-9+/=]+", value)), default=0)
    return letters and longest >= _LEAST_TOKEN and sum(map(str.isdigit, value)) >= 2


def _random_capitals(value: str) -> bool:
    """Whether capitals change as in no word: "kJhGfDsQwErTyUiOp"."""
    return len(value) >= _LEAST_LETTERS and len(_HUMP.findall(value)) * 2.5 > len(value)


@lru_cache(maxsize=4096)
def _made_of(word: str) -> int:
    """What a word in small letters is made of: "supersecretkey" of a placeholder, "notforyou" of fillers."""
    if len(word) > 60:
        return _NEITHER
    reached = {0: _FILLER}
    for end in range(1, len(word) + 1):
        for start, best in tuple(reached.items()):
            part = word[start:end]
            kind = _PLACEHOLDER if part in _PLACEHOLDERS else _FILLER if part in _FILLERS else _NEITHER
            if kind:
                reached[end] = max(best, kind, reached.get(end, _NEITHER))
    return reached.get(len(word), _NEITHER)
