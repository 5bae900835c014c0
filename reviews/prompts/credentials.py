"""Finds secrets in code: detect-secrets' patterns of tokens, our own, and what is assigned to a password.

Of detect-secrets (1.5.0) the patterns and measures are used and nothing else: its settings are global
and not for threads, its log tells the secrets, and its plug-ins can ask a secret's issuer over the network
whether it still works. None of that is reached here. What is better done otherwise is: private keys are
found with their bodies, addresses with passwords without their hosts, OpenAI's and Anthropic's new keys
at all, and its patterns for words like `password` are replaced by `reviews.prompts.assignments`, since they
take a form field's name for a secret.

Its measures of entropy are used where a value stands alone in quotes, with conditions: not in lock files
or minified ones, no alphabets, and not behind "sha256", "integrity", "commit", "id" and the like. Without
conditions they found 8 things in 9 MB of this project and of Django, none of them a secret; of a bill of
materials or a lock file they find every line.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detect_secrets.filters.heuristic import is_lock_file
from detect_secrets.plugins import (
    aws,
    discord,
    github_token,
    gitlab_token,
    mailchimp,
    openai,
    pypi_token,
    sendgrid,
    slack,
    square_oauth,
    stripe,
    telegram_token,
    twilio,
)
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString
from detect_secrets.plugins.jwt import JwtTokenDetector

from reviews.prompts.assignments import assigned, is_placeholder
from reviews.prompts.private_keys import private_keys


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, or a line of one: its offsets in the text, what it is, and what makes it the same."""

    start: int
    end: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern, tried where one of `needs` occurs; its first group is the secret, if it has one."""

    kind: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...]


def _taken_over(kind: str, patterns: Iterable[re.Pattern[str]], *needs: str) -> Iterator[_Rule]:
    """A plug-in's patterns, as tokens that are not the inside of a longer word, to their very end."""
    for pattern in patterns:
        whole = re.sub(r"\((?!\?)", "(?:", pattern.pattern)
        yield _Rule(kind, re.compile(rf"(?<![A-Za-z0-9])(?:{whole})[\w-]{{0,500}}", pattern.flags), needs)


def _own(kind: str, pattern: str, *needs: str) -> _Rule:
    return _Rule(kind, re.compile(rf"(?<![A-Za-z0-9_]){pattern}"), needs)


_GITHUB = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")
_GITLAB = (
    "glpat-",
    "gldt-",
    "glft-",
    "glsoat-",
    "glrt-",
    "glcbt-",
    "glimt-",
    "glptt-",
    "glagent-",
    "gloas-",
    "GR1348941",
)
_RULES: tuple[_Rule, ...] = (
    _own("Anthropic key", r"sk-ant-[A-Za-z0-9_-]{16,300}", "sk-ant-"),
    _own("OpenAI key", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}", "sk-"),
    *_taken_over("OpenAI key", openai.OpenAIDetector.denylist, "T3BlbkFJ"),
    _own("API key", r"sk-(?:or-v1-)?(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{32,80}", "sk-"),
    _own("GitHub token", r"github_pat_[A-Za-z0-9_]{22,255}", "github_pat_"),
    *_taken_over("GitHub token", github_token.GitHubTokenDetector.denylist, *_GITHUB),
    *_taken_over("GitLab token", gitlab_token.GitLabTokenDetector.denylist, *_GITLAB),
    *_taken_over("AWS access key", aws.AWSKeyDetector.denylist[:1], "A3T", "ABIA", "ACCA", "AKIA", "ASIA"),
    *_taken_over("Slack webhook", slack.SlackDetector.denylist[1:], "hooks.slack"),
    _own("Slack token", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,300}", "xox"),
    _own("Slack token", r"xapp-\d-[A-Za-z0-9-]{10,300}", "xapp-"),
    _own("Google API key", r"AIza[0-9A-Za-z_-]{35,40}", "AIza"),
    _own("Google client secret", r"GOCSPX-[A-Za-z0-9_-]{20,60}", "GOCSPX-"),
    _own("Google access token", r"ya29\.[A-Za-z0-9_-]{20,500}", "ya29."),
    *_taken_over("Stripe key", stripe.StripeDetector.denylist, "k_live_"),
    _own("Stripe key", r"[sr]k_test_[0-9A-Za-z]{16,250}", "k_test_"),
    _own("Stripe webhook secret", r"whsec_[A-Za-z0-9+/=]{24,200}", "whsec_"),
    _own("npm token", r"npm_[A-Za-z0-9]{36,80}", "npm_"),
    *_taken_over("PyPI token", pypi_token.PypiTokenDetector.denylist, "pypi-"),
    *_taken_over("SendGrid key", sendgrid.SendGridDetector.denylist, "SG."),
    *_taken_over("Square secret", square_oauth.SquareOAuthDetector.denylist, "sq0csp-"),
    *_taken_over("Twilio key", twilio.TwilioKeyDetector.denylist, "AC", "SK"),
    *_taken_over("Mailchimp key", mailchimp.MailchimpDetector.denylist, "-us"),
    *_taken_over("Discord token", discord.DiscordBotTokenDetector.denylist, "."),
    *_taken_over("Telegram token", telegram_token.TelegramBotTokenDetector.denylist, ":"),
    _own("Hugging Face token", r"hf_[A-Za-z0-9]{30,60}", "hf_"),
    _own("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}", "_v1_"),
    _own("Groq key", r"gsk_[A-Za-z0-9]{40,80}", "gsk_"),
    _own("xAI key", r"xai-[A-Za-z0-9]{60,100}", "xai-"),
    _own("Vault token", r"hv[sb]\.[A-Za-z0-9_-]{24,300}", "hvs.", "hvb."),
    _own("Shopify token", r"shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}", "shp"),
    _own("Azure key", r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/=]{40,120})", "AccountKey", "SharedAcc"),
    _own("age key", r"AGE-SECRET-KEY-1[0-9A-Z]{50,70}", "AGE-SECRET-KEY-"),
    _own("password hash", r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}", "$2"),
    _own("password hash", r"\$argon2(?:id|i|d)\$[^\s'\"`]{30,300}", "$argon2"),
    _own("password hash", r"(?:pbkdf2_sha\d+|scrypt|bcrypt_sha256)\$[^\s'\"`]{30,300}", "pbkdf2_", "crypt"),
)

_JWT = re.compile(
    r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_=-]{8,3000}\.eyJ[A-Za-z0-9_=-]{4,5000}(?:\.[A-Za-z0-9_=-]{0,3000})?"
)
_HEADER = re.compile(
    r"(?i:\bbearer|authorization[\"']?[ \t]{0,3}[:=,][ \t]{0,3}[\"'`]?(?:basic|token|apikey))[ \t]{1,3}"
    r"(?=[A-Za-z._~+/-]{0,80}[0-9])([\w.~+/-]{16,2000}={0,2})"
)
# "scheme://user:password@host": the password, which may hold an @ but no slash.
_ADDRESS = re.compile(r"://([^\s:/@'\"`<>]{0,200}):([^\s'\"`<>/]{1,200})@(?=[\w.\[${%-])")
_ADDRESS_WITH_SLASH = re.compile(
    r"://([^\s:/@'\"`<>]{0,200}):(?!\d{1,5}/)([^\s'\"`<>@]{1,200})@(?=[\w.\[${%-])"
)
_TEMPLATE = re.compile(r"[${}<>*]|%s|%\(")

_RANDOM = (Base64HighEntropyString(limit=4.3), HexHighEntropyString(limit=3.0))
_ALPHABET = re.compile(r"abcdef(?=g)|ABCDEF(?=G)|0123456|1234567", re.ASCII)
# What stands before a value that is no secret: sums, versions and names of things, on its line or the last.
_NO_SECRET_BEFORE = re.compile(
    r"(?:sha-?\d*|hash|digest|checksum|integrity|commit|revision|etag|uuid|guid|fingerprint|md5|crc)"
    r"[^\n]{0,40}\n?[^\n]{0,30}\Z|(?:\b|_)k?id[\"']?\s?[:=]\s?[\"']\Z",
    re.IGNORECASE,
)
_MINIFIED = 2_000
"""A line of so many characters is data, or was written by a program."""
_LEAST_RANDOM = {"base64": 24, "hex": 32}
_MOST_RANDOM = 200


def secrets_in(path: str, text: str) -> list[Secret]:
    """The secrets of one file, in order, none overlapping; a private key is one for each of its lines."""
    found = [
        *_private_keys(text),
        *_tokens(text),
        *_in_headers_and_addresses(text),
        *(Secret(start, end, "password or key", text[start:end]) for start, end in assigned(path, text)),
        *_random_looking(path, text),
    ]
    kept: list[Secret] = []
    # Of two that overlap the one that was found by the more telling rule stays: they come in that order.
    starts: list[int] = []
    for secret in found:
        at = bisect_right(starts, secret.start)
        before = kept[at - 1].end if at else 0
        after = kept[at].start if at < len(kept) else len(text) + 1
        if before <= secret.start and secret.end <= after:
            kept.insert(at, secret)
            starts.insert(at, secret.start)
    return kept


def _private_keys(text: str) -> Iterator[Secret]:
    for spans in private_keys(text):
        key = "".join(text[start:end] for start, end in spans)
        yield from (Secret(start, end, "private key", key) for start, end in spans)


def _tokens(text: str) -> Iterator[Secret]:
    for rule in _RULES:
        if any(literal in text for literal in rule.needs):
            for found in rule.pattern.finditer(text):
                group = 1 if rule.pattern.groups else 0
                yield Secret(*found.span(group), rule.kind, found[group])
    for found in _JWT.finditer(text) if "eyJ" in text else ():
        if JwtTokenDetector.is_formally_valid(found[0]):
            yield Secret(*found.span(), "JSON web token", found[0])


def _in_headers_and_addresses(text: str) -> Iterator[Secret]:
    for found in _HEADER.finditer(text):
        yield Secret(*found.span(1), "authorization header", found[1])
    if "://" not in text:
        return
    for pattern in (_ADDRESS, _ADDRESS_WITH_SLASH):
        for found in pattern.finditer(text):
            user, password = found.groups()
            if password != user and not _TEMPLATE.search(password) and not is_placeholder(password):
                yield Secret(*found.span(2), "password in an address", password)


def _random_looking(path: str, text: str) -> Iterator[Secret]:
    """Values in quotes that look drawn by lot."""
    if is_lock_file(path) or path.endswith((".lock", ".sum", ".map", ".svg", ".ipynb", ".csv")):
        return
    for measure, least in zip(_RANDOM, _LEAST_RANDOM.values(), strict=True):
        for found in measure.regex.finditer(text):
            value, start = found[2], found.start(2)
            if not least <= len(value) <= _MOST_RANDOM or not _mixed(value):
                continue
            far_in = start - text.rfind("\n", 0, start) > _MINIFIED
            if far_in or _NO_SECRET_BEFORE.search(text, max(0, start - 70), start):
                continue
            if measure.calculate_shannon_entropy(value) > measure.entropy_limit:
                yield Secret(start, start + len(value), "random-looking text", value)


def _mixed(value: str) -> bool:
    """Whether figures and letters of both cases are mixed (hexadecimals of one), and it is no alphabet."""
    figures = sum(map(str.isdigit, value))
    capitals = sum(map(str.isupper, value))
    hexadecimal = all(letter in string.hexdigits for letter in value)
    groups = len(re.findall(r"\d+", value))
    mixed = hexadecimal or (2 <= capitals < len(value) - figures and groups > 2)
    return 3 <= figures < len(value) and mixed and not _ALPHABET.search(value) and value[0] != "/"
