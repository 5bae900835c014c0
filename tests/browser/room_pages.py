"""What people do in a room: steered by keys, joined by code or link, lines marked by tap or by typing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@dataclass
class Desk:
    """The presenter's page, on a laptop with keys or on a phone."""

    page: Page

    def press(self, key: str, times: int = 1) -> None:
        """A key that leads to another place, so many times; each one is there before the next."""
        for _ in range(times):
            before = self.place
            self.page.keyboard.press(key)
            self.moved_from(before)

    def tap(self, name: str) -> None:
        """The same by a button of the page."""
        before = self.place
        self.page.get_by_role("group", name="Keys").get_by_role("button", name=name).tap()
        self.moved_from(before)

    def turn(self, key: str, command: str, *, on: bool) -> None:
        """A key that switches something on or off."""
        self.page.keyboard.press(key)
        self.page.wait_for_selector(f'#key-{command}[aria-pressed="{str(on).lower()}"]')

    def jump(self, number: int) -> None:
        """To a step by its number, as people count."""
        self.page.keyboard.press("j")
        self.page.keyboard.type(str(number))
        self.page.keyboard.press("Enter")
        self.at(number)

    def at(self, number: int, beat: int = 0) -> None:
        """The room is at this step, as people count, and beat, from 0."""
        expect(self.page.locator("#desk")).to_have_attribute("data-place", f"{number}.{beat}")

    @property
    def place(self) -> str:
        """Step and beat that the page shows."""
        return self.page.locator("#desk").get_attribute("data-place") or ""

    def moved_from(self, place: str) -> None:
        """The page shows another place by now. Looked at in every frame, which expect does not."""
        self.page.wait_for_selector(f'#desk:not([data-place="{place}"])')

    def figure(self, name: str) -> Locator:
        """One of the numbers about the room."""
        return self.page.locator("#room .figure", has_text=name).locator("dd")


def heard(place: Locator, words: str) -> None:
    """A page that asks for news now and then says these words. Looked at in every frame."""
    place.filter(has_text=words).wait_for()


# --- Phones -------------------------------------------------------------------------------------------
def join_by_code(page: Page, code: str, title: str) -> None:
    """Type the code from the screen, as somebody types it, and take a seat."""
    page.goto("/live/")
    page.get_by_label("Code").fill(f"{code[:3]} {code[3:]}".lower())
    page.get_by_role("button", name="Go on").click()
    take_seat(page, title)


def join_by_picture(page: Page, screen: Page, title: str, *, keep: bool = False) -> None:
    """Open the link that the picture on the screen is of, and take a seat."""
    picture = screen.locator(".projector-qr").get_attribute("src") or ""
    page.goto(picture.removesuffix("qr.svg"))
    if keep:
        page.get_by_label("Keep my marks").check()
    take_seat(page, title)


def take_seat(page: Page, title: str) -> None:
    """The page says what this is; one button more."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#screen")).to_be_visible()


def line(page: Page, path: str, number: int) -> Locator:
    """A line of the code on a phone; its box can be tapped anywhere."""
    file = page.locator("details.room-file", has=page.locator("summary", has_text=path))
    return file.locator("label.line").filter(has=page.locator(f"input[value$=':{number}']"))


def choose(page: Page, group: str, answer: str) -> None:
    """One of the answers to choose from."""
    page.get_by_role("group", name=group).get_by_text(answer, exact=True).tap()


def send(page: Page, told: str | re.Pattern[str] = "Sent") -> None:
    """Send what is filled in; the phone then says so."""
    page.locator("[data-send]").tap()
    expect(page.locator("#said")).to_contain_text(told)


def look_again(page: Page) -> None:
    """What a phone without a script does for news."""
    page.get_by_role("link", name="Look again").click()
