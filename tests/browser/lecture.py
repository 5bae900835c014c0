"""The lecture "The REST API, in nine steps": who is in the room, and what can be read at the front."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.room_pages import Desk, heard

TITLE = "The REST API, in nine steps"
INJECTION = "SQL injection through the task's id"
RACE = "Two changes at once overwrite each other"
LEAK = "Errors show the database's own message"
AT_IMPORT = "The database is opened at import"
WORDS = "the id goes into the query as it comes"
AMARAS_WORDS = "whoever writes last wins"
HELD_BACK = "typical of Mr Novak"


@dataclass
class Lecture:
    """Who is in the room: Ruth's laptop with the projector, two phones without a name, and Amara's."""

    ruth: Desk
    projector: Page
    tapping: Page
    plain: Page
    amara: Page

    def shows(self, words: str) -> None:
        """The class sees these words at the front."""
        heard(self.projector.locator("#stage"), words)

    def press(self, key: str = "Space", times: int = 1) -> None:
        """Ruth presses a key, and the class sees where it leads."""
        self.ruth.press(key, times)
        self.follow(self.ruth)

    def follow(self, desk: Desk) -> None:
        """The class sees the place that this presenter sees. Looked at in every frame.

        What does not fit scrolls in its own frame: the wall as a whole never does.
        """
        self.projector.wait_for_selector(f'#stage[data-place="{desk.place}"]')
        sizes = "[document.documentElement.scrollHeight, innerHeight]"
        high, window = self.projector.evaluate(sizes)
        assert high <= window, f"at {desk.place} the wall is {high} px high in a window of {window} px"

    def on(self, title: str) -> None:
        """The next key leads to this step."""
        self.press()
        expect(self.projector.locator(".stage-title")).to_have_text(title)


# --- What stands at the front ---------------------------------------------------------------------------
def found_one_by_one(room: Lecture, said: list[tuple[str, str]]) -> None:
    """Each finding at its stroke, with its lines lit; those before it stand listed above it."""
    for number, (title, where) in enumerate(said):
        room.press()
        expect(room.projector.locator(".stage-finding h3")).to_have_text(title)
        expect(room.projector.locator(".stage-finding header")).to_contain_text(where)
        expect(room.projector.locator(".stage-heard li")).to_have_count(number)
        path, _, first = where.partition(":")
        if first:
            expect(room.projector.locator(".stage-code figcaption")).to_contain_text(path)
            expect(room.projector.locator(".stage-line.lit .n").first).to_have_text(first)
            expect(room.projector.locator(".stage-line.lit").first).to_be_in_viewport()


def heat(page: Page, path: str, number: int) -> Locator:
    """A line of the heat map."""
    file = page.locator("table.heat", has=page.locator("caption", has_text=path))
    return file.locator("tr").filter(has=page.locator("th.heat-n", has_text=re.compile(f"^{number}$")))


def saw(page: Page, defect: str, siglum: str) -> Locator:
    """The cell of a defect and a witness, found by what is read aloud there: “X1, GPT 5.4: seen”."""
    row = page.locator("table.saw-table tr", has=page.locator(".defect", has_text=defect))
    return row.locator("td").filter(has_text=re.compile(rf"^\s*{siglum}, "))


def changed(room: Lecture, path: str, line: str) -> None:
    """A line that came with a change, in a file of it."""
    file = room.projector.locator(".stage-changed", has=room.projector.locator("h3", has_text=path))
    expect(file.locator('[data-sign="+"]', has_text=line)).to_have_count(1)
