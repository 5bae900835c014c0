"""Photographs every page of the demo course: `make screenshots` fills screenshots/.

Wide and phone, light and dark. The demo is made afresh in a folder of its own and served by the
product's own command.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config.bootstrap import find_browser

OUT = Path("screenshots")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")


@dataclass(frozen=True)
class Shot:
    """A page: its name, who looks, and its address; `resolved` says what braces in it mean."""

    name: str
    who: str
    path: str


SHOTS = (
    Shot("sign-in", "", "/accounts/login/"),
    Shot("sign-up", "", "/accounts/signup/"),
    Shot("reset-password", "", "/accounts/password/reset/"),
    Shot("not-found", "", "/nowhere/"),
    Shot("courses-instructor", "ruth", "/"),
    Shot("courses-student", "ben", "/"),
    Shot("courses-new", "ruth", "/courses/new/"),
    Shot("join", "ben", "/join/"),
    Shot("course-instructor", "ruth", "/courses/1/"),
    Shot("course-student", "ben", "/courses/1/"),
    Shot("course-settings", "ruth", "/courses/1/settings/"),
    Shot("reviewers", "ruth", "/courses/1/reviewers/"),
    Shot("people", "ruth", "/courses/1/people/"),
    Shot("assignment-new", "ruth", "/courses/1/assignments/new/"),
    Shot("assignment-edit", "ruth", "/assignments/1/edit/"),
    Shot("assignment-starter", "ruth", "/assignments/1/starter/"),
    Shot("answer-key", "ruth", "/assignments/1/key/"),
    Shot("answer-key-entry", "ruth", "/assignments/1/key/new/"),
    Shot("assignment-student", "kofi", "/assignments/2/"),
    Shot("hand-in", "kofi", "/assignments/2/hand-in/"),
    Shot("dashboard", "ruth", "/assignments/1/dashboard/"),
    Shot("insights", "ruth", "/assignments/1/insights/"),
    Shot("insights-students", "ruth", "/assignments/1/insights/students/"),
    Shot("insights-defects", "ruth", "/assignments/1/insights/defects/?of=totals&key=valid"),
    Shot("course-insights", "ruth", "/courses/1/insights/"),
    Shot("course-learning", "ruth", "/courses/1/insights/learning/"),
    Shot("course-insights-defects", "ruth", "/courses/1/insights/defects/?of=totals&key=valid"),
    Shot("progress", "amara", "/courses/1/progress/"),
    Shot("walkthroughs", "ruth", "/courses/1/walkthroughs/"),
    Shot("walkthrough", "ruth", "/walkthroughs/4/"),
    Shot("walkthrough-step", "ruth", "/walkthroughs/4/steps/s2-review/"),
    Shot("walkthrough-code", "ruth", "/walkthroughs/4/code/?from=v1&file=db.js"),
    Shot("walkthrough-preview", "ruth", "/walkthroughs/4/preview/8/?beat=2"),
    Shot("room-join", "", "/live/"),
    Shot("room-question", "", "{seat:7}"),
    Shot("presenter-question", "ruth", "{room:7}presenter/"),
    Shot("projector-text", "ruth", "{room:1}projector/"),
    Shot("projector-code", "ruth", "{room:4}projector/"),
    Shot("projector-tests", "ruth", "{room:5}projector/"),
    Shot("projector-question", "ruth", "{room:7}projector/"),
    Shot("presenter-review", "ruth", "{room:9.2}presenter/"),
    Shot("projector-review", "ruth", "{room:9.1}projector/"),
    Shot("projector-review-ended", "ruth", "{room:9.5}projector/"),
    Shot("room-reveal", "", "{seat:10.1}"),
    Shot("projector-reveal", "ruth", "{room:10.1}projector/"),
    Shot("projector-sure", "ruth", "{room:10.3}projector/"),
    Shot("projector-change", "ruth", "{room:11}projector/"),
    Shot("projector-table", "ruth", "{room:26.8}projector/?theme=dark"),
    Shot("sitting", "ruth", "/sittings/1/"),
    Shot("sitting-compare", "ruth", "/sittings/1/compare/?with=2"),
    Shot("own-marks", "amara", "/courses/1/sittings/own/"),
    Shot("reader-draft", "ben", "{ben:2}code/loans.py"),
    Shot("note-new", "ben", "{ben:2}notes/new/?path=loans.py&first=54&last=59"),
    Shot("seal", "ben", "{ben:2}seal/"),
    Shot("receipt", "amara", "{amara:1}receipt/"),
    Shot("panel-complete", "ruth", "{amara:1}reviews/"),
    Shot("panel-incomplete", "ruth", "{hana:1}reviews/"),
    Shot("panel-running", "daniel", "{daniel:2}reviews/"),
    Shot("apparatus", "ruth", "{amara:1}apparatus/"),
    Shot("apparatus-student", "chiara", "{chiara:2}apparatus/"),
    Shot("reader-claims", "ruth", "{amara:1}code/db.js"),
    Shot("adjudicate", "ruth", "{felix:1}adjudicate/"),
    Shot("adjudicate-graded", "ruth", "{elif:1}adjudicate/"),
    Shot("alike", "ruth", "{elif:1}defects/1/alike/"),
    Shot("result", "amara", "{amara:1}result/"),
    Shot("result-nothing-found", "ben", "{ben:1}result/"),
    Shot("submission", "amara", "{amara:1}"),
)


def main() -> None:
    """Serve the demo, photograph every page in every form, and say where the pictures are."""
    parser = argparse.ArgumentParser(description="Photograph the demo course.")
    parser.add_argument("only", nargs="*", help="names of pages; all where none is given")
    parser.add_argument("--url", help="a demo that runs already")
    chosen = parser.parse_args()
    path = find_browser()
    if path is None:
        sys.exit("No Chromium was found. On Debian: apt-get install chromium")
    shots = [shot for shot in SHOTS if not chosen.only or shot.name in chosen.only]
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with served(chosen.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        for size in SIZES:
            for scheme in SCHEMES:
                photograph(browser, url, shots, size, scheme)
        browser.close()
    print(f"{len(shots) * len(SIZES) * len(SCHEMES)} pictures are in {OUT}/")


def photograph(browser: Browser, url: str, shots: list[Shot], size: str, scheme: str) -> None:
    """Every page in one size and one scheme, each person in a context of their own."""
    contexts: dict[str, BrowserContext] = {}
    addresses: dict[str, str] = {}
    hall = Hall(browser, url)
    width, height = SIZES[size]
    for shot in shots:
        if shot.who not in contexts:
            contexts[shot.who] = browser.new_context(
                base_url=url,
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            if shot.who:
                sign_in(contexts[shot.who].new_page(), shot.who)
        page = contexts[shot.who].pages[0] if contexts[shot.who].pages else contexts[shot.who].new_page()
        page.goto(hall.address(shot.path, page) or resolved(shot.path, addresses, browser, url))
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        # As high as the page, since what lies below the window is not drawn.
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(max(tall, height), 6000)})
        page.wait_for_timeout(250)
        folder = OUT / f"{size}-{scheme}"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{shot.name}.png")
        page.set_viewport_size({"width": width, "height": height})
    for context in contexts.values():
        context.close()
    hall.close()


class Hall:
    """A room of the nine steps, opened when it is first asked for, in which one person answers."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._context = browser.new_context(base_url=url)
        self._presenter: Page | None = None
        self._link = ""

    def address(self, path: str, page: Page) -> str:
        """`{room:9.1}projector/` is that page at step 9, beat 1; `{seat:7}` that of a phone.

        The phone takes a seat on the way. Empty for all other addresses.
        """
        found = re.fullmatch(r"\{(room|seat):(\d+)(?:\.(\d+))?\}(.*)", path)
        if found is None:
            return ""
        what, number, beat, rest = found.groups()
        room = self._at(int(number), int(beat or 0))
        if what == "room":
            return f"/sittings/{room}/{rest}"
        self._sit_down(page)
        return f"/live/room/{room}/"

    def close(self) -> None:
        """End the session and leave."""
        if self._presenter is not None:
            self._presenter.locator(".presenter-end summary").click()
            self._presenter.get_by_role("button", name="End the session").click()
        self._context.close()

    def _at(self, number: int, beat: int) -> str:
        """Go there; the room's number."""
        page = self._presenter or self._begun()
        self._jump(page, number)
        for seen in range(beat):
            page.keyboard.press("n")
            page.wait_for_selector(f'#desk[data-place="{number}.{seen + 1}"]')
        return page.url.split("/")[-3]

    def _begun(self) -> Page:
        page = self._presenter = self._context.new_page()
        sign_in(page, "ruth")
        page.goto("/walkthroughs/4/")
        page.get_by_label("Group or year").fill("Made up, to be photographed")
        page.get_by_role("button", name="Begin").click()
        page.goto(page.url.replace("presenter", "projector"))
        self._link = (page.locator(".projector-qr").get_attribute("src") or "").removesuffix("qr.svg")
        page.goto(page.url.replace("projector", "presenter"))
        self._jump(page, 7)
        phone = self._context.new_page()
        self._sit_down(phone)
        phone.get_by_label("Or type line numbers").fill("db 34; server 28-36")
        phone.get_by_role("group", name="How sure are you").get_by_text("75").click()
        phone.locator("[data-send]").click()
        phone.locator("#said", has_text="Sent").wait_for()
        phone.close()
        return page

    def _jump(self, page: Page, number: int) -> None:
        page.locator("#jump").fill(str(number))
        page.get_by_role("button", name="Jump", exact=True).click()
        page.wait_for_selector(f'#desk[data-place="{number}.0"]')

    def _sit_down(self, phone: Page) -> None:
        phone.goto(self._link)
        if (join := phone.get_by_role("button", name="Join")).is_visible():
            join.click()
            phone.wait_for_url("**/live/room/**")


def sign_in(page: Page, who: str) -> None:
    """Become one of the demo people by one click."""
    page.goto("/accounts/login/")
    page.locator(f"button[name=username][value={who}]").click()
    page.wait_for_url("**/")


def resolved(path: str, addresses: dict[str, str], browser: Browser, url: str) -> str:
    """`{amara:1}` becomes the address of Amara's submission to assignment 1, as her own page links it."""
    if not path.startswith("{"):
        return path
    key, rest = path[1:].split("}", 1)
    if key not in addresses:
        who, assignment = key.split(":")
        context = browser.new_context(base_url=url)
        page = context.new_page()
        sign_in(page, who)
        page.goto(f"/assignments/{assignment}/")
        href = page.locator('main a[href*="/submissions/"]').first.get_attribute("href") or ""
        addresses[key] = "/".join(href.split("/")[:3]) + "/"
        context.close()
    return addresses[key] + rest


@contextmanager
def served(running: str | None) -> Iterator[str]:
    """The address of a demo: the one that runs, or a fresh one that ends with the block."""
    if running:
        yield running
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tempfile.mkdtemp(prefix="blindspot-screenshots-")
    # The sweep of a running review would be over before the camera gets there.
    environment = {**os.environ, "BLINDSPOT_DEMO": "1", "BLINDSPOT_DATA": data, "RECORDED_PACE": "60"}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)
        shutil.rmtree(data, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the site answers; the demo course takes some seconds to make."""
    for _ in range(600):
        if process.poll() is not None:
            sys.exit("The demo could not be served.")
        try:
            urllib.request.urlopen(f"{url}/accounts/login/", timeout=2).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    sys.exit("The demo did not answer within two minutes.")


if __name__ == "__main__":
    main()
