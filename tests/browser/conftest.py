"""A real Chromium against the live server: what every browser test shares.

Each test is watched: a console error (Chromium reports violations of the CSP as such), a page error
or a request to another machine fails it, unless the test allowed it with `watch.allow`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from config.bootstrap import find_browser
from reviews.models import Reviewer
from tests.browser import pages
from tests.browser.kiosk import CLAUDE, GPT, Vendors
from tests.servers.models import StandIn

HERE = Path(__file__).parent
LOOPBACK = {"127.0.0.1", "localhost", "::1", ""}
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Browse = Callable[..., Page]
ReadsWell = Callable[[Page], None]

FLAT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".table-scroll, .apparatus-scroll, .picture-scroll { background-image: none }");
  document.adoptedStyleSheets = [sheet];
}"""
"""Takes the shadows from the edges of what scrolls: axe passes over all text that stands on a gradient."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here as a browser test; without Chromium skip it, in CI let it fail."""
    missing = find_browser() is None and not os.environ.get("CI")
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason="no Chromium; on Debian: apt-get install chromium"))


@pytest.fixture(scope="session", autouse=True)
def orm_beside_playwright() -> None:
    """Let tests use the ORM: Playwright's own event loop makes Django think it is in async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, talking to nobody but the live server."""
    path = find_browser()
    if path is None:
        pytest.fail("No Chromium was found. On Debian: apt-get install chromium", pytrace=False)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    return {**browser_type_launch_args, "executable_path": path, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """No motion: what is measured and photographed stands still."""
    return {**browser_context_args, "reduced_motion": "reduce"}


class Watch:
    """What pages did that they should not. `allow` takes a pattern for complaints that a test expects."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect complaints in which this regular expression is found."""
        self.allowed.append(pattern)

    def attach(self, context: BrowserContext) -> None:
        """Watch every page of a browser context."""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"page error: {error.error}"))
        context.on("request", self._on_request)

    def unexpected(self) -> list[str]:
        """The complaints that were not allowed."""
        return [text for text in self.complaints if not any(re.search(one, text) for one in self.allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console error: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and (parts.hostname or "") not in LOOPBACK:
            self.complaints.append(f"request to another machine: {request.url}")


@pytest.fixture(autouse=True)
def watch() -> Iterator[Watch]:
    """Fails the test for what its pages did in silence."""
    watching = Watch()
    yield watching
    if unexpected := watching.unexpected():
        pytest.fail("The pages complained:\n  " + "\n  ".join(unexpected), pytrace=False)


@pytest.fixture
def new_context(
    live_server: LiveServer, watch: Watch, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """A new visitor's browser: `page.goto("/")` is the live server, and it is watched.

    Asked for after the live server, it is closed before the database is emptied.
    """

    def watched(**options: Any) -> BrowserContext:
        context = new_context(**{"base_url": live_server.url, **options})
        context.set_default_timeout(10_000)
        watch.attach(context)
        return context

    return watched


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` asserts that axe finds no violation of WCAG 2.2 A and AA on the page as it stands."""

    def check(page: Page) -> None:
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        # Half a megabyte, sent once a page; and of what comes back, only what is wrong.
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        page.evaluate(FLAT)
        violations = page.evaluate(
            "options => axe.run(document, options).then((found) => found.violations)", options
        )
        lines = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(
                f"    {' '.join(map(str, node['target']))}: {node['html']}" for node in violation["nodes"]
            )
            for violation in violations
        ]
        assert not lines, f"axe found, on {page.url}:\n  " + "\n  ".join(lines)

    return check


@pytest.fixture
def browse(live_server: LiveServer, new_context: Callable[..., BrowserContext]) -> Browse:
    """`browse(user, **options)`: a page in a browser of their own, signed in."""

    def page_of(user: User, **options: object) -> Page:
        return pages.signed_in(new_context(**options), user, live_server.url)

    return page_of


@pytest.fixture
def reads_well(axe: Callable[[Page], None]) -> ReadsWell:
    """`reads_well(page)` asserts it of a page as it stands, and of the same on a phone in the dark."""

    def check(page: Page) -> None:
        window = page.viewport_size
        assert window
        forms: tuple[tuple[int, int, Literal["dark", "light"]], ...] = (
            (390, 844, "dark"),
            (window["width"], window["height"], "light"),
        )
        for width, height, scheme in forms:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            assert list(pages.amiss(page, axe)) == [], f"{page.url}, {width} px, {scheme}"

    return check


@pytest.fixture
def vendors(stand_in: StandIn, worker: None) -> Iterator[Vendors]:
    """The two vendors; an administrator switched on a reviewer of each. At the end nobody is kept waiting."""
    Reviewer.objects.filter(name__in=(CLAUDE, GPT)).update(active=True)
    both = Vendors()
    stand_in.answers = both
    yield both
    both.watches.set()
