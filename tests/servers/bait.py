"""What a submission, or an operator's home, may hold to make a command-line tool do more than answer.

Everything that could run touches one file, and every text that could be taken for an instruction
says `PLANTED`: so a test sees whether any of it took effect.
"""

from __future__ import annotations

import json
from pathlib import Path

PLANTED = "PLANTED-3f9c"


def bait(touched: Path) -> dict[str, str]:
    """Files of a submission: settings, hooks, servers and memories for both tools, and a git repository."""
    hooks = json.dumps(_hooks(touched))
    servers = {"mcpServers": {"bait": _server(touched)}}
    skill = f"---\nname: bait\ndescription: {PLANTED}\n---\n{PLANTED}\n"
    repository = {
        "HEAD": "ref: refs/heads/main\n",
        "config": f"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch {touched}\n",
        "objects/info/keep": "",
        "refs/heads/keep": "",
        "hooks/post-index-change": f"#!/bin/sh\ntouch {touched}\n",
    }
    return {
        "AGENTS.md": PLANTED,
        "AGENTS.override.md": PLANTED,
        "CLAUDE.md": f"{PLANTED} @app.py",
        "CLAUDE.local.md": PLANTED,
        "app.py": f"# {PLANTED}\n",
        ".mcp.json": json.dumps(servers),
        ".claude/settings.json": hooks,
        ".claude/settings.local.json": hooks,
        ".claude/rules/bait.md": PLANTED,
        ".claude/commands/review.md": PLANTED,
        ".claude/agents/bait.md": skill,
        ".claude/skills/bait/SKILL.md": skill,
        ".agents/skills/bait/SKILL.md": skill,
        ".codex/skills/bait/SKILL.md": skill,
        ".codex/config.toml": _config(touched),
        ".codex/hooks.json": hooks,
        **{f".git/{path}": text for path, text in repository.items()},
        # A bare repository needs no folder of its own.
        **repository,
    }


def set_bait(folder: Path, files: dict[str, str]) -> None:
    """Write such files into a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(0o755)


def settle(home: Path, touched: Path) -> None:
    """Settings of an operator's own, in a home: whoever uses them touches the file or says so."""
    set_bait(
        home,
        {
            ".codex/config.toml": _config(touched),
            ".codex/AGENTS.md": PLANTED,
            ".codex/hooks.json": json.dumps(_hooks(touched)),
            ".codex/skills/mine/SKILL.md": f"---\nname: mine\ndescription: {PLANTED}\n---\n{PLANTED}\n",
            ".claude/settings.json": json.dumps({**_hooks(touched), "env": {"X_PLANTED": PLANTED}}),
            ".claude/CLAUDE.md": PLANTED,
            ".claude/skills/mine/SKILL.md": f"---\nname: mine\ndescription: {PLANTED}\n---\n{PLANTED}\n",
            ".claude.json": json.dumps({"mcpServers": {"mine": _server(touched)}}),
            ".gitconfig": f"[core]\n\tfsmonitor = touch {touched}\n",
        },
    )


def _hooks(touched: Path) -> dict[str, object]:
    command = [{"hooks": [{"type": "command", "command": f"touch {touched}"}]}]
    events = ("SessionStart", "UserPromptSubmit", "PreToolUse", "Stop", "SessionEnd")
    return {"hooks": dict.fromkeys(events, command)}


def _server(touched: Path) -> dict[str, object]:
    return {"command": "touch", "args": [str(touched)]}


def _config(touched: Path) -> str:
    return (
        f'developer_instructions = "{PLANTED}"\n'
        f'notify = ["touch", "{touched}"]\n'
        f'[mcp_servers.bait]\ncommand = "touch"\nargs = ["{touched}"]\n'
    )
