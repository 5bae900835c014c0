"""What people do on the pages, as steps that the stories are told in. The labels are those on the screen."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, Request, expect

from courses.models import Submission
from reviews.claims import Claim
from reviews.snapshots.files import SourceFile
from tests.people import client_of

PASSWORD = "a horse that is correct"


# --- People ---------------------------------------------------------------------------------------
def signed_in(context: BrowserContext, user: User, url: str) -> Page:
    """A page of somebody who signed in before; `url` is the live server's."""
    cookie = client_of(user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
    return context.new_page()


def sign_up(page: Page, first_name: str, last_name: str) -> None:
    """Fill in the sign-up form that is open."""
    page.get_by_label("Email").fill(f"{first_name.lower()}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_label("First name").fill(first_name)
    page.get_by_label("Last name").fill(last_name)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.locator(".person-name")).to_have_text(f"{first_name} {last_name}")


def sign_in(page: Page, email: str, password: str) -> None:
    """Fill in the sign-in form that is open."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


# --- A course and an assignment ---------------------------------------------------------------------
def set_up_course(page: Page, name: str) -> str:
    """Make a course; the link that opens it for students."""
    page.get_by_role("link", name="Set up a course").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Term").fill("Autumn 2026")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Set up the course").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.get_by_label("Link to hand out").input_value()


def join_by_link(page: Page, link: str, first_name: str, last_name: str) -> None:
    """Open the link that was handed out, sign up on the way, and join."""
    page.goto(link)
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    sign_up(page, first_name, last_name)
    expect(page.get_by_label("Course code")).not_to_have_value("")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#notices")).to_contain_text("as student")


def plan(page: Page, protocol: str, *, on: bool, passes: int | None = None) -> None:
    """Switch one line of the review plan on or off, and set its passes."""
    line = page.locator("#plan li").filter(has_text=protocol)
    line.get_by_role("checkbox").first.set_checked(on)
    if passes is not None:
        line.locator("summary").click()
        line.get_by_label("Passes").fill(str(passes))


def payloads(files: Sequence[SourceFile]) -> list[FilePayload]:
    """Files as a file field takes them."""
    return [{"name": file.path, "mimeType": "text/plain", "buffer": file.text.encode()} for file in files]


def add_starter(page: Page, files: Sequence[SourceFile], written_by: str) -> None:
    """Upload starter files on the page of an assignment, and come back."""
    page.get_by_role("link", name="Starter files").first.click()
    page.get_by_label("Drop files").set_input_files(payloads(files))
    page.get_by_label("Who wrote these files").select_option(label=written_by)
    page.get_by_role("button", name="Save the starter files").click()
    expect(page.get_by_role("region", name="What is there now")).to_contain_text(files[0].path)


# --- Notes and the seal -----------------------------------------------------------------------------
def note_on(page: Page, claim: Claim, *, touch: bool = False) -> None:
    """Choose the claim's lines in the reader, fill in the form that opens there, and save it."""
    if claim.place is None:
        raise ValueError("This claim speaks of no lines.")
    first = page.locator(f"#L{claim.place.first_line} .n")
    first.tap() if touch else first.click()
    form = page.locator("[data-note-form]")
    expect(form.get_by_label("Title")).to_be_focused()
    if claim.place.last_line != claim.place.first_line:
        if touch:
            form.get_by_label("to line").fill(str(claim.place.last_line))
        else:
            page.locator(f"#L{claim.place.last_line} .n").click(modifiers=["Shift"])
    fill_note(form, claim)
    save = form.get_by_role("button", name="Save the note")
    save.tap() if touch else save.click()
    expect(card(page, claim)).to_be_visible()


def fill_note(form: Locator, claim: Claim) -> None:
    """Say in a note's form what a claim says."""
    form.get_by_label("Title").fill(claim.title)
    form.get_by_label("What breaks").fill(claim.explanation)
    form.get_by_role("radio", name=claim.severity).check()
    if claim.cwe:
        form.get_by_label("CWE").fill(str(claim.cwe))


def card(page: Page, claim: Claim) -> Locator:
    """The finished card that says what the claim says."""
    return page.locator(".claim:not(.composing)").filter(has=page.get_by_role("heading", name=claim.title))


def seal(page: Page, notes: int) -> str:
    """From the page of what will be sealed to the receipt; the hash of the seal."""
    expect(page.get_by_role("heading", level=1)).to_have_text("What will be sealed")
    page.get_by_role("button", name=f"Seal {notes} note").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    return hash_on_receipt(page)


def hash_on_receipt(page: Page) -> str:
    """The hash of the seal that a receipt shows."""
    shown = page.locator(".receipt dt", has_text=re.compile("^Seal$")).locator("+ dd").inner_text()
    return re.sub(r"[^0-9a-f]", "", shown)[:64]


# --- Watching and probing -----------------------------------------------------------------------------
@dataclass
class Polls:
    """When a page asked its address by htmx."""

    path: str
    times: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page, path: str) -> Polls:
        """Count from now on what this page asks of a path."""
        polls = cls(path)
        page.on("request", polls._seen)
        return polls

    def _seen(self, request: Request) -> None:
        if request.url.endswith(self.path) and request.headers.get("hx-request"):
            self.times.append(time.monotonic())


def section(page: Page, name: str) -> Locator:
    """A review's section of the panel."""
    return page.locator("#progress").get_by_role("region", name=name, exact=True)


def answers(page: Page, submission: Submission, *names: str) -> dict[str, int]:
    """The status that each of these pages of a submission answers this person with."""
    return {name: page.request.get(reverse(f"courses:{name}", args=[submission.pk])).status for name in names}


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await frame();
  while (document.getAnimations().some((one) => one instanceof CSSTransition)) await frame();
}"""
"""A change of the scheme goes down the tree level by level, a frame each, where colours have a transition."""


def amiss(page: Page, axe: Callable[[Page], None]) -> Iterator[str]:
    """What is wrong with a page as it stands."""
    page.evaluate(SETTLED)
    if (headings := page.locator("h1").count()) != 1:
        yield f"it has {headings} h1"
    if (wider := overflow(page)) > 0:
        yield f"it is {wider} px wider than the window"
    try:
        axe(page)
    except AssertionError as found:
        yield str(found)


def colour_at(page: Page, x: float, y: float) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of the window's pixel there, as it is drawn."""
    png = page.screenshot(clip={"x": x, "y": y, "width": 1, "height": 1}, scale="css")
    at = png.index(b"IDAT") + 4
    size = int.from_bytes(png[at - 8 : at - 4])
    # Of a picture of one pixel its bytes stand as they are, behind the number of its row's filter.
    _, red, green, blue = zlib.decompressobj().decompress(png[at : at + size])
    return red, green, blue
