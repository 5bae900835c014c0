"""What went wrong with a call, from what an SDK or the network raised, for people and for retries.

Both SDKs raise much the same exceptions with the vendors' different bodies in them; servers that are
compatible send bodies of their own. What can pass is marked to be tried again, by the engine alone.
"""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from reviews.providers.base import ProviderError, Trouble

Kind = TypeVar("Kind", bound=BaseException)

LONGEST_WAIT = 3600.0
"""Nobody waits longer than an hour at a time, whatever a server asks for."""
MOST_QUOTED = 300
MOST_RAW = 4000

NO_MONEY = frozenset(
    {
        "insufficient_quota",
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
        "linked_organization_billing_unavailable",
    }
)
TOO_LONG = frozenset(
    {
        "context_length_exceeded",
        "string_above_max_length",
        "request_too_large",
        "exceed_context_size_error",
    }
)
RETIRED = frozenset({"model_not_found", "model_not_available", "not_found_error", "deployment_not_found"})
NOT_LET_IN = frozenset({"authentication_error", "permission_error", "invalid_api_key"})
UNWILLING = frozenset(
    {
        "content_filter",
        "content_policy_violation",
        "invalid_prompt",
        "bio_policy",
        "misalignment_policy_violation",
    }
)
# What a server says in the middle of a stream, after HTTP 200, as the status it stands for.
STATUS = {
    "overloaded_error": 529,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "timeout_error": 504,
    "authentication_error": 401,
    "permission_error": 403,
    "billing_error": 402,
    "not_found_error": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
}
# Where a vendor gives no code for it, or another one's server never had any.
SAYS_NO_MONEY = re.compile(
    r"credit balance is too low|reached your specified .*usage limits|exceeded your current quota", re.I
)
SAYS_TOO_LONG = re.compile(
    r"maximum context length|context (window|length|size)|prompt is too long|input is too long|"
    r"too many (input )?tokens|request too large|`inputs` tokens",
    re.I,
)
SAYS_RETIRED = re.compile(
    r"model\b.{0,120}\b(not found|does not exist|deprecated|retired|not available)", re.I
)
KEYS = re.compile(r"\b(?:sk|pk|key)-[^\s\"',;)}\]]{4,}|(?<=Bearer )\S+")


@dataclass(frozen=True, slots=True)
class Service:
    """Who is asked, for messages: name, model, address, the silence allowed, the SDK's exceptions."""

    name: str
    model: str
    base_url: str
    seconds: float
    errors: type[Exception]
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Where it is, without anything that could be secret."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    def clean(self, text: str) -> str:
        """A text from outside, bounded, and without this or any other key."""
        if self.key:
            text = text.replace(self.key, "[key]")
        return KEYS.sub("[key]", text)[:MOST_RAW]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a server says is wrong; `codes` are its type and code, whichever it gave."""

    status: int
    codes: frozenset[str]
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, status: int, body: object, headers: Mapping[str, str] | None = None) -> Complaint:
        """From the body of a reply, in any of the shapes in which errors come."""
        inner = body.get("error", body) if isinstance(body, dict) else body
        if not isinstance(inner, dict):
            return cls(status, frozenset(), str(inner or ""), headers or {})
        details = inner.get("details")
        codes = [inner.get("code"), inner.get("type")]
        if isinstance(details, dict):
            codes.append(details.get("error_code"))
        message = inner.get("message") or inner.get("detail") or ""
        return cls(status, frozenset(str(code) for code in codes if code), str(message), headers or {})


def explain(error: Exception, service: Service) -> ProviderError:
    """What an exception of an SDK or of the network means.

    The result neither holds the exception nor names it as its cause: SDKs keep the request, and
    with it the key, in theirs.
    """
    response = getattr(error, "response", None)
    if isinstance(response, httpx2.Response):
        return judge(Complaint.read(response.status_code, body_of(error), response.headers), service)
    if isinstance(body_of(error), dict):
        return judge(Complaint.read(200, body_of(error)), service)
    broken = behind(error, httpx2.TransportError)
    if broken is not None:
        return disconnected(broken, service)
    return ProviderError(
        Trouble.UNREADABLE,
        f"{service.name} answered with something that is no reply of its interface. The code is kept; "
        f"run the review again, and if it stays so, let an administrator check the address {service.host}.",
        again=True,
        raw=service.clean(error.doc if isinstance(error, json.JSONDecodeError) else type(error).__name__),
    )


def judge(complaint: Complaint, service: Service) -> ProviderError:
    """What a server's complaint means, and whether it can pass."""
    status, codes = complaint.status, complaint.codes
    if status < 300:
        status = next((STATUS[code] for code in sorted(codes) if code in STATUS), 500)
    trouble, message = _trouble(status, complaint, service)
    passes = trouble in (Trouble.BUSY, Trouble.TIMED_OUT)
    said = service.clean(complaint.message).strip()
    if said and trouble is not Trouble.NOT_LET_IN:
        message += f" It said: “{said[:MOST_QUOTED]}”"
    headers = complaint.headers
    return ProviderError(
        trouble,
        message,
        again=passes,
        retry_after=retry_after(headers) if passes else None,
        raw=said,
        request_id=headers.get("x-request-id") or headers.get("request-id") or "",
    )


def _trouble(status: int, complaint: Complaint, service: Service) -> tuple[Trouble, str]:
    codes, message, who = complaint.codes, complaint.message, service.name
    if status == 402 or codes & NO_MONEY or SAYS_NO_MONEY.search(message):
        return Trouble.NO_MONEY, (
            f"The account at {who} has no money left, or has reached its spending limit (HTTP {status}). "
            "The code is kept. The owner of the key must raise it; then run the review again."
        )
    if status == 413 or codes & TOO_LONG or SAYS_TOO_LONG.search(message):
        return Trouble.TOO_LONG, (
            f"The code is longer than {service.model} at {who} reads at once (HTTP {status}). The code is "
            "kept; submit fewer or smaller files, or choose a reviewer that reads more."
        )
    if codes & UNWILLING:
        return Trouble.REFUSED, (
            f"{who} refused to read this (its content policy). The code is kept; "
            "another reviewer may be willing."
        )
    unsure = complaint.status < 300 or status in (400, 422)
    if status in (404, 410) or codes & RETIRED or (unsure and SAYS_RETIRED.search(message)):
        return Trouble.RETIRED, (
            f"{who} has no model “{service.model}” (any more) at {service.host}, or this key may not use it "
            f"(HTTP {status}). An administrator can choose another model for this reviewer."
        )
    if status in (401, 403) or codes & NOT_LET_IN:
        return Trouble.NOT_LET_IN, (
            f"{who} did not accept the key for {service.model} (HTTP {status}). It is not tried again: "
            "an administrator must enter a valid key, or allow this one to use the model."
        )
    return _passing(status, service)


def _passing(status: int, service: Service) -> tuple[Trouble, str]:
    who = service.name
    if status == 408:
        return Trouble.TIMED_OUT, f"{who} gave up waiting (HTTP 408). The code is kept; run the review again."
    if status in (409, 425, 429):
        return Trouble.BUSY, (
            f"{who} takes no more calls for now (HTTP {status}). "
            "The code is kept; run the review again later."
        )
    if status >= 500:
        return Trouble.BUSY, (
            f"{who} is overloaded or has a fault of its own (HTTP {status}). "
            "The code is kept; run the review again later."
        )
    if status < 400:
        return Trouble.UNREACHABLE, (
            f"{who} has moved away from {service.host} (HTTP {status}). Nothing was sent elsewhere. "
            "An administrator can correct the base URL."
        )
    return Trouble.UNREADABLE, (
        f"{who} did not understand the call (HTTP {status}). The code is kept. An administrator can check "
        "the model, and whether its server holds models to schemas."
    )


def disconnected(error: httpx2.TransportError, service: Service) -> ProviderError:
    """What an error of the network means. Nothing of its text is shown: it can hold a header."""
    if isinstance(error, (httpx2.ReadTimeout, httpx2.WriteTimeout)):
        return ProviderError(
            Trouble.TIMED_OUT,
            f"{service.name} said nothing for {service.seconds:g} seconds. "
            "The code is kept; run the review again, or raise the time limit.",
            again=True,
        )
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)):
        distrusted = "certificate" in str(error).lower()
        why = "its certificate is not trusted" if distrusted else "nobody answers there"
        return ProviderError(
            Trouble.UNREACHABLE,
            f"{service.name} cannot be reached at {service.host}: {why}. The code is kept; "
            "run the review again later, or let an administrator check the address.",
            again=not distrusted,
        )
    if isinstance(error, (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)):
        return ProviderError(
            Trouble.UNREACHABLE,
            f"{service.name} cannot be asked: its address or its key has characters that do not belong "
            "there. Nothing was sent. An administrator can enter them again.",
        )
    return broken_off(service)


def broken_off(service: Service) -> ProviderError:
    """A reply that ends without having come to its end."""
    return ProviderError(
        Trouble.UNREACHABLE,
        f"The connection to {service.name} broke before the reply was complete. "
        "The code is kept; run the review again.",
        again=True,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a server asks us to wait: milliseconds, seconds or an HTTP date; at most an hour."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_WAIT)
    try:
        due = email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(due - time.time(), 0.0), LONGEST_WAIT)


def body_of(error: Exception) -> Any:
    """The body that an SDK's exception carries, if any."""
    return getattr(error, "body", None)


def behind(error: BaseException | None, kind: type[Kind]) -> Kind | None:
    """The error of that kind which an SDK has wrapped in one of its own, if there is one."""
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None
