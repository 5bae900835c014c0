"""Claude Code as a reviewer (npm: @anthropic-ai/claude-code), see https://code.claude.com/docs/en/headless.

Tried with 2.1.197. Two traps. It reads any file of the machine that a prompt mentions as @path, even
without tools: that is switched off twice. And it goes on by itself after a reply that is cut off, or not
in form: so its stream is listened to, and it is ended as soon as the first reply says how it ended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from reviews.providers.base import Ending, ProviderError, Reply, Trouble, Usage
from reviews.providers.cli import CommandLine, Errand, Listening
from reviews.providers.faults import Complaint, broken_off, judge
from reviews.providers.line import Heard
from reviews.providers.process import Finished

ONCE_ONLY = {
    "CLAUDE_CODE_MAX_RETRIES": "0",
    # With fewer than two it leaves a reply out of form before hearing what it cost; see --max-turns, too.
    "MAX_STRUCTURED_OUTPUT_RETRIES": "2",
    "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK": "1",
    "CLAUDE_CODE_DISABLE_REFUSAL_FALLBACK": "1",
}
ALONE = dict.fromkeys(
    (
        "CLAUDE_CODE_DISABLE_ATTACHMENTS",  # The first of two switches against @path.
        "CLAUDE_CODE_DISABLE_CLAUDE_MDS",
        "CLAUDE_CODE_DISABLE_AUTO_MEMORY",
        "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS",
        "CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS",  # Else it asks git for the folder's state.
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        "CLAUDE_CODE_SKIP_PROMPT_HISTORY",
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
        "DISABLE_AUTO_COMPACT",
    ),
    "1",
)
FORM_TOOL = "StructuredOutput"
SUBSCRIPTION = "sk-ant-oat"
"""How a token of `claude setup-token` begins."""

# Its own names for what went wrong, and what it says in words; and the status that each stands for.
ERRORS = {
    "authentication_failed": 401,
    "billing_error": 402,
    "model_not_found": 404,
    "rate_limit": 429,
    "overloaded": 529,
}
SAYINGS = ((r"\bhit your .*limit|usage limit|rate limit", 429), (r"overloaded", 529), (r"too long", 413))
NOBODY = re.compile(r"unable to connect|ECONNREFUSED|ENOTFOUND|getaddrinfo", re.I)
BROKEN_OFF = re.compile(r"ECONNRESET|stream ended|connection closed|socket|JSON Parse error", re.I)


class ClaudeCode(CommandLine):
    """Asks a model by way of Claude Code."""

    name: ClassVar[str] = "Claude Code"
    program: ClassVar[str] = "claude"
    package: ClassVar[str] = "@anthropic-ai/claude-code"
    oldest: ClassVar[tuple[int, int, int]] = (2, 1, 197)
    address: ClassVar[str] = "https://api.anthropic.com"
    sign_in_help: ClassVar[str] = (
        "Run `claude auth login` as the user that runs the worker; on a Mac, where it keeps its sign-in "
        "elsewhere, run `claude setup-token` and set CLAUDE_CODE_OAUTH_TOKEN there."
    )
    home: ClassVar[tuple[str, str, str]] = ("CLAUDE_CONFIG_DIR", ".claude", ".credentials.json")
    own_key: ClassVar[str] = "CLAUDE_CODE_OAUTH_TOKEN"
    key: ClassVar[str] = "ANTHROPIC_API_KEY"
    base_url: ClassVar[str] = "ANTHROPIC_BASE_URL"

    def arguments(self, errand: Errand) -> list[str]:
        """All that Claude Code is told; from the folder and the operator it takes the sign-in alone."""
        question = errand.question
        arguments = ["--print", "--output-format=stream-json", "--verbose", "--include-partial-messages"]
        arguments += [
            "--tools=",
            "--disallowedTools=Read(//**)",
            "--permission-mode=dontAsk",
            "--max-turns=1",
        ]
        arguments += ["--safe-mode", "--setting-sources=", "--strict-mcp-config", "--disable-slash-commands"]
        arguments += ["--no-chrome", "--no-session-persistence"]
        arguments += [f"--model={question.model}", f"--system-prompt-file={errand.system_file}"]
        if question.access.supports_schemas:
            arguments.append(f"--json-schema={json.dumps(dict(question.form.schema))}")
        return arguments

    def variables(self, errand: Errand) -> dict[str, str]:
        """Its home, its key if it has one, its address, and the switches that keep it to one answer."""
        way = errand.way
        known = {
            **ALONE,
            **ONCE_ONLY,
            "CLAUDE_CONFIG_DIR": str(errand.tool_home),
            "CLAUDE_CODE_TMPDIR": str(errand.where.home),
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(errand.question.output_tokens),
            "API_TIMEOUT_MS": str(int(errand.question.seconds * 1000)),
        }
        if way.base_url:
            known["ANTHROPIC_BASE_URL"] = way.base_url
        if way.key:
            known[self.own_key if way.key.startswith(SUBSCRIPTION) else self.key] = way.key
        return known

    def listening(self, errand: Errand, heard: Heard) -> Listening:
        """What understands its stream."""
        return ClaudeListening(self, errand, heard)

    def expiry(self, credentials: Mapping[str, Any]) -> float | None:
        """When the access token ends."""
        ends = (credentials.get("claudeAiOauth") or {}).get("expiresAt")
        return None if ends is None else float(ends) / 1000


class ClaudeListening(Listening):
    """What `claude --output-format stream-json` says: the model's own events, and a result."""

    def __init__(self, claude: ClaudeCode, errand: Errand, heard: Heard) -> None:
        super().__init__(errand, heard)
        self.claude = claude
        self.model = ""
        self.answering = False
        self.told: dict[str, Any] = {}
        self.stop_reason = ""
        self.error = ""
        self.result: Mapping[str, Any] = {}

    def hear(self, event: Mapping[str, Any]) -> bool:
        match event.get("type"):
            case "stream_event":
                self._stream(event["event"])
            case "assistant":
                self.heard.request_id = str(event.get("request_id") or self.heard.request_id)
                self.error = str(event.get("error") or "")
            case "result":
                self.result = event
        return bool(self.stop_reason)

    def _stream(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "message_start":
                self.heard.begins()
                message = event["message"]
                self.model = str(message["model"])
                self.heard.request_id = self.heard.request_id or str(message["id"])
                self._usage(message["usage"])
            case "content_block_start":
                # The form is asked for as a tool's input. It is the only tool that there is.
                block = event["content_block"]
                self.answering = block["type"] == "text" or block.get("name") == FORM_TOOL
            case "content_block_delta" if self.answering:
                delta = event["delta"]
                self.heard.hears(str(delta.get("partial_json") or delta.get("text") or ""))
            case "message_delta":
                self._usage(event["usage"])
                self.stop_reason = str(event["delta"]["stop_reason"] or "")

    def _usage(self, told: Mapping[str, Any]) -> None:
        self.told |= {name: value for name, value in told.items() if value is not None}
        self.heard.usage = usage(self.told)

    def reply(self, finished: Finished) -> Reply:
        if self.stop_reason == "model_context_window_exceeded":
            raise judge(Complaint(413, frozenset(), ""), self.errand.service)
        if not self.stop_reason:
            said = str(self.result.get("result") or "") or finished.errors
            raise self._explained(said)
        endings = {"max_tokens": Ending.CUT_OFF, "refusal": Ending.REFUSED}
        return Reply(
            text=self.heard.text,
            ending=endings.get(self.stop_reason, Ending.WHOLE),
            usage=self.heard.usage or Usage(),
            request_id=self.heard.request_id,
            model=self.model,
        )

    def _explained(self, said: str) -> ProviderError:
        """What a failure means; what Claude Code itself says of it is quoted without keys."""
        errand, service = self.errand, self.errand.service
        if "unknown option" in said:
            return ProviderError(
                Trouble.MISSING,
                f"Claude Code {errand.version} does not know an option that keeps it from doing more than "
                "answer, and was not used. Nothing was sent. An administrator can install "
                f"{self.claude.package}@{'.'.join(map(str, self.claude.oldest))}.",
                raw=errand.clean(said),
            )
        if "timed out" in said:
            return ProviderError(
                Trouble.TIMED_OUT,
                f"The model behind Claude Code said nothing for {service.seconds:g} seconds. "
                "The code is kept; run the review again, or raise the time limit.",
                again=True,
            )
        if status := self._status(said):
            if status == 401 and errand.way.sign_in is not None:
                return self.claude.signed_out("is no longer signed in")
            return judge(Complaint(status, frozenset(), errand.clean(said)), service)
        if BROKEN_OFF.search(said):
            return broken_off(service)
        if NOBODY.search(said):
            return ProviderError(
                Trouble.UNREACHABLE,
                f"Claude Code cannot reach {service.host}: nobody answers there. The code is kept; "
                "run the review again later, or let an administrator check the address.",
                again=True,
            )
        return ProviderError(
            Trouble.UNREADABLE,
            f"Claude Code {errand.version} ended without an answer. "
            "The code is kept; run the review again, and tell an administrator if it stays so.",
            raw=errand.clean(said),
        )

    def _status(self, said: str) -> int:
        """The HTTP status that it gives, or that its words stand for; 0 where there is none."""
        told = self.result.get("api_error_status") or ERRORS.get(self.error)
        return int(told or next((status for words, status in SAYINGS if re.search(words, said, re.I)), 0))


def usage(told: Mapping[str, Any]) -> Usage:
    """Tokens, each in one place, as Anthropic counts them itself."""
    return Usage(
        input=int(told.get("input_tokens") or 0),
        cached=int(told.get("cache_read_input_tokens") or 0),
        written=int(told.get("cache_creation_input_tokens") or 0),
        output=int(told.get("output_tokens") or 0),
        reasoning=int((told.get("output_tokens_details") or {}).get("thinking_tokens") or 0),
    )
