"""The browser fixtures notice what they are there to notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Watch

INACCESSIBLE = '<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"><p style="color:#ccc">pale'


def test_the_start_page_opens_and_does_nothing_it_should_not(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    assert answer.ok
    assert page.locator("h1").count() == 1


def test_axe_names_the_rule_and_the_element(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(INACCESSIBLE)
    with pytest.raises(AssertionError, match=r"(?s)color-contrast.*pale.*image-alt.*<img"):
        axe(page)


def test_a_script_error_and_a_console_error_are_complaints(page: Page, watch: Watch) -> None:
    page.goto("/")
    page.evaluate("() => { console.error('lost the thread'); setTimeout(() => { throw Error('torn') }) }")
    page.wait_for_timeout(100)
    assert any(text.startswith("console error: lost the thread") for text in watch.unexpected())
    assert any("torn" in text for text in watch.unexpected())
    watch.allow("lost the thread|torn")
    assert watch.unexpected() == []


def test_inline_script_is_a_violation_that_is_seen(page: Page, watch: Watch, live_server: LiveServer) -> None:
    page.goto("/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1';"
        " document.body.append(s) }"
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    (violation,) = watch.unexpected()
    assert "Content Security Policy" in violation
    watch.allow("Content Security Policy")


def test_a_request_to_another_machine_is_seen(page: Page, watch: Watch) -> None:
    page.route("**/*.invalid/**", lambda route: route.abort())
    page.set_content('<html lang="en"><img src="http://elsewhere.invalid/pixel.png">')
    page.wait_for_timeout(100)
    assert any("request to another machine: http://elsewhere.invalid/" in text for text in watch.unexpected())
    watch.allow("elsewhere|ERR_FAILED")
