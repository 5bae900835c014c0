"""The Codex CLI as a reviewer (npm: @openai/codex), see https://developers.openai.com/codex/noninteractive.

Tried with 0.169.0. It speaks the Responses API, and its tools can be switched off one by one; with those
below switched off the model is offered none at all, and what it calls for all the same is refused as
unsupported. What is not known to a newer version stops it (--strict-config), rather than being ignored.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from reviews.providers.base import Ending, ProviderError, Reply, Trouble, Usage
from reviews.providers.cli import CommandLine, Errand, Listening
from reviews.providers.faults import Complaint, broken_off, judge
from reviews.providers.line import Heard
from reviews.providers.process import Finished
from reviews.providers.schemas import strict

OFF = (
    # Whatever runs something, or reads and writes files.
    *("shell_tool", "unified_exec", "shell_snapshot", "code_mode_host", "view_image", "image_generation"),
    *("browser_use", "browser_use_external", "in_app_browser", "computer_use", "workspace_dependencies"),
    # Whatever brings instructions or tools from elsewhere.
    *("apps", "auth_elicitation", "plugins", "remote_plugin", "plugin_sharing", "hooks", "memories"),
    *("skill_search", "skill_mcp_dependency_install", "tool_suggest"),
    # Whatever goes on by itself.
    *("goals", "multi_agent", "sleep_tool", "daemon_auto_start"),
    # We try again ourselves, and look at what is sent.
    *("unbounded_connection_retries", "enable_request_compression"),
)
SETTINGS: Mapping[str, object] = {
    "approval_policy": "never",
    "web_search": "disabled",
    "tools.experimental_request_user_input.enabled": False,
    # Neither AGENTS.md nor remarks about this machine: the prompt is what the ledger shows.
    "project_doc_max_bytes": 0,
    "include_environment_context": False,
    "include_permissions_instructions": False,
    "include_apps_instructions": False,
    "include_collaboration_mode_instructions": False,
    "skills.include_instructions": False,
    "skills.bundled.enabled": False,
    "analytics.enabled": False,
    "feedback.enabled": False,
    "check_for_update_on_startup": False,
    "history.persistence": "none",
    "cli_auth_credentials_store": "file",
    "model_provider": "blindspot",
}
KEY_VARIABLE = "OPENAI_API_KEY"

# What it says in words alone, and the status and code that it stands for. The first that fits counts.
SAYINGS: tuple[tuple[str, int, str], ...] = (
    (r"insufficient_quota|quota exceeded", 429, "insufficient_quota"),
    (r"usage limit|rate limit|too many requests", 429, ""),
    (r"high demand|overloaded|at capacity", 503, ""),
    (r"ran out of room|input_too_large|exceeds the maximum length", 400, "context_length_exceeded"),
    (r"model_not_found|model\b.{0,120}\bnot supported|does not exist", 404, "model_not_found"),
    (r"log ?in again|sign in again|logged out|refresh token|not logged in|unauthorized", 401, ""),
)
STATUS = re.compile(r"\bstatus:? (\d{3})\b")
UNWILLING = re.compile(r"reason: content_filter|content_policy|cyber_policy|flagged", re.I)
UNKNOWN_SETTING = re.compile(r"unknown configuration field|unknown feature flag|unexpected argument", re.I)
BROKEN_OFF = re.compile(r"stream disconnected|network error", re.I)
NOBODY = re.compile(r"connection failed|error sending request", re.I)


class Codex(CommandLine):
    """Asks a model by way of the Codex CLI."""

    writes_at_most = 128_000
    """It takes no limit of output tokens, so a budget reserves what its models can write at all."""

    name: ClassVar[str] = "Codex"
    program: ClassVar[str] = "codex"
    package: ClassVar[str] = "@openai/codex"
    oldest: ClassVar[tuple[int, int, int]] = (0, 169, 0)
    address: ClassVar[str] = "https://api.openai.com/v1"
    sign_in_help: ClassVar[str] = (
        "Run `codex login` as the user that runs the worker (with cli_auth_credentials_store = "
        '"file" in its config.toml, should it use a keyring), or set CODEX_API_KEY there.'
    )
    home: ClassVar[tuple[str, str, str]] = ("CODEX_HOME", ".codex", "auth.json")
    own_key: ClassVar[str] = "CODEX_API_KEY"
    key: ClassVar[str] = "OPENAI_API_KEY"
    base_url: ClassVar[str] = "OPENAI_BASE_URL"

    def arguments(self, errand: Errand) -> list[str]:
        """All that Codex is told; from the folder and the operator it takes the sign-in alone."""
        question = errand.question
        settings = {
            **SETTINGS,
            "model_instructions_file": str(errand.system_file),
            **provider(errand),
        }
        arguments = ["exec", "--json", "--color=never", "--ephemeral", "--sandbox=read-only"]
        arguments += ["--ignore-user-config", "--ignore-rules", "--strict-config", "--skip-git-repo-check"]
        arguments += [f"--disable={feature}" for feature in OFF]
        arguments += [f"--config={name}={toml(value)}" for name, value in settings.items()]
        if question.access.supports_schemas:
            schema = errand.where.home / "schema.json"
            schema.write_text(json.dumps(strict(question.form.schema)))
            arguments.append(f"--output-schema={schema}")
        return [*arguments, f"--cd={errand.where.code}", f"--model={question.model}", "-"]

    def variables(self, errand: Errand) -> dict[str, str]:
        """Its home, and its key if it has one."""
        key = {KEY_VARIABLE: errand.way.key} if errand.way.key else {}
        return {"CODEX_HOME": str(errand.tool_home), **key}

    def listening(self, errand: Errand, heard: Heard) -> Listening:
        """What understands `codex exec --json`."""
        return CodexListening(self, errand, heard)

    def expiry(self, credentials: Mapping[str, Any]) -> float | None:
        """When the access token ends: it says so itself. A key in that file does not end."""
        token = (credentials.get("tokens") or {}).get("access_token")
        if not token:
            return None
        claims = token.split(".")[1]
        ends = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
        return float(ends)


class CodexListening(Listening):
    """What `codex exec --json` says: a thread, items as they are completed, and how the turn ended."""

    def __init__(self, codex: Codex, errand: Errand, heard: Heard) -> None:
        super().__init__(errand, heard)
        self.codex = codex
        self.text: str | None = None
        self.failure = ""

    def hear(self, event: Mapping[str, Any]) -> bool:
        kind = str(event.get("type", ""))
        if kind == "thread.started":
            self.heard.request_id = str(event["thread_id"])
        elif kind.startswith("item."):
            self._item(event["item"])
        elif kind == "turn.completed":
            self.heard.usage = usage(event["usage"])
        elif kind in ("error", "turn.failed"):
            self.failure = str((event.get("error") or event)["message"])
        return False

    def _item(self, item: Mapping[str, Any]) -> None:
        if item["type"] == "error":
            return  # A remark: what stops it comes as an event of its own.
        self.heard.begins()
        if item["type"] == "agent_message":
            # Of several messages the last is the answer.
            self.text = str(item["text"])
            self.heard.pieces[:] = [self.text]

    def reply(self, finished: Finished) -> Reply:
        if self.heard.usage is not None and not self.failure:
            # It leaves out what a model refuses with: nothing at all comes then.
            return self._reply(Ending.REFUSED if self.text is None else Ending.WHOLE)
        if "reason: max_output_tokens" in self.failure:
            return self._reply(Ending.CUT_OFF)
        if UNWILLING.search(self.failure):
            return self._reply(Ending.REFUSED)
        complaints = [line for line in finished.errors.splitlines() if not line.startswith("WARNING")]
        raise self._explained(self.failure or "\n".join(complaints))

    def _reply(self, ending: Ending) -> Reply:
        return Reply(
            text=self.text or "",
            ending=ending,
            usage=self.heard.usage or Usage(),
            request_id=self.heard.request_id,
            model=self.errand.question.model,
        )

    def _explained(self, said: str) -> ProviderError:
        """What a failure means; what Codex itself says of it is quoted without keys."""
        errand, service = self.errand, self.errand.service
        if UNKNOWN_SETTING.search(said):
            return ProviderError(
                Trouble.MISSING,
                f"Codex {errand.version} does not know a setting that keeps it from doing more than "
                "answer, and was not used. Nothing was sent. An administrator can install "
                f"{self.codex.package}@{'.'.join(map(str, self.codex.oldest))}.",
                raw=errand.clean(said),
            )
        if "idle timeout" in said:
            return ProviderError(
                Trouble.TIMED_OUT,
                f"The model behind Codex said nothing for {service.seconds:g} seconds. "
                "The code is kept; run the review again, or raise the time limit.",
                again=True,
            )
        complaint = complaint_of(errand.clean(said))
        if complaint is not None:
            if complaint.status == 401 and errand.way.sign_in is not None:
                return self.codex.signed_out("is no longer signed in")
            return judge(complaint, service)
        if NOBODY.search(said):
            return ProviderError(
                Trouble.UNREACHABLE,
                f"Codex cannot reach {service.host}: nobody answers there. The code is kept; "
                "run the review again later, or let an administrator check the address.",
                again=True,
            )
        if BROKEN_OFF.search(said):
            return broken_off(service)
        return ProviderError(
            Trouble.UNREADABLE,
            f"Codex {errand.version} ended without an answer. "
            "The code is kept; run the review again, and tell an administrator if it stays so.",
            raw=errand.clean(said),
        )


def complaint_of(said: str) -> Complaint | None:
    """What the provider complained of, from what Codex says of it in words; None where it did not."""
    for pattern, status, code in SAYINGS:
        if re.search(pattern, said, re.I):
            return Complaint(status, frozenset([code] if code else ()), said)
    if status_said := STATUS.search(said):
        return Complaint(int(status_said[1]), frozenset(), said)
    try:
        return Complaint.read(400, json.loads(said))
    except ValueError:
        return None


def provider(errand: Errand) -> dict[str, object]:
    """The settings that say where the model is and how to be let in, without a second layer of retries."""
    way = errand.way
    settings: dict[str, object] = {
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": 0,
        "stream_idle_timeout_ms": int(errand.question.seconds * 1000),
        "supports_websockets": False,
    }
    if way.base_url:
        settings["base_url"] = way.base_url
    if way.sign_in is None:
        settings |= {"name": "Blindspot", "env_key": KEY_VARIABLE}
    else:
        # By its own name it does what else its maker wants of a signed-in user.
        settings |= {"name": "OpenAI", "requires_openai_auth": True}
        settings["http_headers.version"] = errand.version
    own = {f"model_providers.blindspot.{name}": value for name, value in settings.items()}
    if way.base_url and way.sign_in is not None:
        own["chatgpt_base_url"] = way.base_url
    return own


def usage(told: Mapping[str, Any]) -> Usage:
    """Tokens, each in one place: cached and written ones are counted among the input."""
    cached = int(told.get("cached_input_tokens") or 0)
    written = int(told.get("cache_write_input_tokens") or 0)
    return Usage(
        input=max(int(told.get("input_tokens") or 0) - cached - written, 0),
        cached=cached,
        written=written,
        output=int(told.get("output_tokens") or 0),
        reasoning=int(told.get("reasoning_output_tokens") or 0),
    )


def toml(value: object) -> str:
    """A value as TOML, which writes texts, numbers and truth as JSON does."""
    return json.dumps(value)
