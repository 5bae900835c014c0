"""Which providers there are, and what is imported of them by whom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ASKED = """
import sys

from config.wsgi import application
import config.urls
from django.conf import settings
from reviews.providers.registry import asks, caches, load_all, suits


def loaded():
    return sorted({"anthropic", "openai"} & sys.modules.keys())


print(*(name for name in settings.REVIEW_PROVIDERS if suits(name, ["shop.py"])))
print(*(name for name in settings.REVIEW_PROVIDERS if asks(name) and caches(name)), *loaded())
load_all()
print(*loaded(), "openai.resources.responses.responses" in sys.modules)
"""


def test_a_web_process_learns_whom_providers_suit_without_the_vendors_sdks(tmp_path: Path) -> None:
    """The first student who seals after a start waited for them, for a second or seven."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "BLINDSPOT_DATA": str(tmp_path),
    }

    web = subprocess.run(
        [sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False
    )

    assert web.stderr == ""
    suited, cached, worker = web.stdout.splitlines()
    assert suited == "ruff bandit recorded openai anthropic compatible codex claude-code"
    assert cached == "openai anthropic"
    assert worker == "anthropic openai True"
