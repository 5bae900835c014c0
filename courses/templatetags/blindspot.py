"""Filters of every page: Markdown from outside made safe, large numbers, moments in a course's time zone."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime

import nh3
from django import template
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from courses.models import Course

MARKDOWN_CHARACTERS = 20_000
"""The longest text that is rendered; what goes beyond it is left out, visibly."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
_TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "a", "ul", "ol", "li"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}

_LINES = re.compile(r":\d+(?:-\d+)?\Z")
"""What follows a file's name in a place."""
_BREAK = mark_safe("/<wbr>")

register = template.Library()


@register.filter
def markdown(text: str | None) -> SafeString:
    """CommonMark with tables, as safe HTML; `{{ assignment.brief|markdown }}`.

    Raw HTML in it is shown as text, images are not loaded, links carry rel="nofollow noopener".
    Headings begin at h2 and skip no level, because the page has its own h1. Of a text that is
    longer than MARKDOWN_CHARACTERS the beginning is shown, and said so.
    """
    whole = text or ""
    tokens = _MARKDOWN.parse(whole[:MARKDOWN_CHARACTERS])
    _lower_headings(tokens)
    html = nh3.clean(
        _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        set_tag_attribute_values={"table": {"class": "table"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
    )
    if len(whole) > MARKDOWN_CHARACTERS:
        html += f"<p><em>Only the first {MARKDOWN_CHARACTERS:,} characters are shown.</em></p>"
    return mark_safe(html)  # noqa: S308 -- cleaned against the allow-list above


def _lower_headings(tokens: list[Token]) -> None:
    opening = [token for token in tokens if token.type == "heading_open"]
    closing = [token for token in tokens if token.type == "heading_close"]
    highest = min((int(token.tag[1]) for token in opening), default=1)
    before = 1
    for start, end in zip(opening, closing, strict=True):
        before = min(int(start.tag[1]) - highest + 2, before + 1, 6)
        start.tag = end.tag = f"h{before}"


@register.filter
def thousands(number: int) -> str:
    """A number whose thousands are set apart; `{{ call.input_tokens|thousands }}` is 12,345."""
    return f"{number:,}"


@register.filter
def whole_lines(where: str) -> SafeString:
    """A place, as `src/db.js:34-36`, that may break after each slash and never within its lines.

    `<span class="path whole">{{ entry.where|whole_lines }}</span>` in a column of a table.
    """
    found = _LINES.search(where)
    lines = found[0] if found else ""
    path = format_html_join(_BREAK, "{}", ((part,) for part in where.removesuffix(lines).split("/")))
    return format_html('{}<span class="lines">{}</span>', path, lines) if lines else path


@register.filter
def cwe_id(number: int) -> SafeString:
    """The name of an entry of the CWE, never broken at its hyphen; `{{ note.cwe|cwe_id }}` is CWE-89."""
    return format_html('<span class="cwe">CWE-{}</span>', number)


@register.filter
def local_time(moment: datetime | None, place: Course | zoneinfo.ZoneInfo | str) -> SafeString | str:
    """A moment in a course's time zone, with the zone's name; `{{ due_at|local_time:course }}`.

    `place` is a Course, a zone or a zone's name. Nothing where there is no moment.
    """
    if moment is None:
        return ""
    zone = _zone(place)
    return format_html(
        '{} <span class="quiet-text">({})</span>', _time(moment, zone), zone.key.replace("_", " ")
    )


@register.filter
def local_time_bare(moment: datetime | None, place: Course | zoneinfo.ZoneInfo | str) -> SafeString | str:
    """As `local_time`, for tables and lists that name the zone once, above."""
    return "" if moment is None else _time(moment, _zone(place))


def _zone(place: Course | zoneinfo.ZoneInfo | str) -> zoneinfo.ZoneInfo:
    if isinstance(place, Course):
        return place.zone
    return zoneinfo.ZoneInfo(place) if isinstance(place, str) else place


def _time(moment: datetime, zone: zoneinfo.ZoneInfo) -> SafeString:
    there = timezone.localtime(moment, zone)
    return format_html(
        '<time datetime="{}">{}</time>',
        there.isoformat("T", "minutes"),
        formats.date_format(there, "D j M Y, H:i"),
    )
