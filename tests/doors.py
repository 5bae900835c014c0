"""What somebody meets who may not come in, or who asks for what is not there."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase

CLOSED = "This is not open to you"
NOTHING = "There is nothing at this address"


def meets_closed_door(response: HttpResponseBase, *unsaid: str) -> None:
    """The page says that this is not open to who asks, and holds none of these words."""
    _meets(response, 403, CLOSED, unsaid)


def meets_nothing(response: HttpResponseBase, *unsaid: str) -> None:
    """The page says that there is nothing at this address, and holds none of these words."""
    _meets(response, 404, NOTHING, unsaid)


def _meets(response: HttpResponseBase, status: int, heading: str, unsaid: tuple[str, ...]) -> None:
    assert response.status_code == status, f"{response.status_code}, not {status}"
    assert isinstance(response, HttpResponse)
    page = response.content.decode()
    assert f"<h1>{heading}</h1>" in page, page
    told = [word for word in unsaid if word in page]
    assert told == [], f"the page gives away {told}"
