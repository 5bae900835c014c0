"""What somebody meets who may not come in, or who asks for what is not there."""

from __future__ import annotations

from django.http import HttpResponse

CLOSED = "This is not open to you"
NOTHING = "There is nothing at this address"


def meets_closed_door(response: HttpResponse, *unsaid: str) -> None:
    """The page says that this is not open to who asks, and holds none of these words."""
    _meets(response, 403, CLOSED, unsaid)


def meets_nothing(response: HttpResponse, *unsaid: str) -> None:
    """The page says that there is nothing at this address, and holds none of these words."""
    _meets(response, 404, NOTHING, unsaid)


def _meets(response: HttpResponse, status: int, heading: str, unsaid: tuple[str, ...]) -> None:
    page = response.content.decode()
    assert response.status_code == status, f"{response.status_code}, not {status}"
    assert f"<h1>{heading}</h1>" in page, page
    told = [word for word in unsaid if word in page]
    assert told == [], f"the page gives away {told}"
