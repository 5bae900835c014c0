"""What every page knows of the site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """TEMP"""
    return {"site": {}}
