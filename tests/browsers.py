"""Drives Debian's Chromium, and notes whom its pages ask for things."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

PLACES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
OURS = {"127.0.0.1", "localhost"}
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


# Only what is wrong comes over: all that was found in order is a hundred times as long.
RUN_AXE = """axe.run({resultTypes: ["violations"]}).then(({violations, passes}) => [
  passes.length, violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html.slice(0, 160)}`))])"""


def what_axe_finds(page: Page) -> list[str]:
    """Each offence against WCAG on this page, as it is now. Fails where axe had next to nothing to look at."""
    if not page.evaluate("typeof axe === 'object' && 'run' in axe"):
        page.evaluate(AXE_SCRIPT)
    in_order, found = page.evaluate(RUN_AXE)
    assert in_order > 8, page.url
    return [str(one) for one in found]


def chromium() -> str | None:
    return next((found for place in PLACES if (found := shutil.which(place))), None)


@dataclass
class Visit:
    """The pages that one test opens. Nobody but this machine is reached; who was asked for is noted."""

    browser: Browser
    asked_elsewhere: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def new_page(self, **options: Any) -> Page:
        context = self.browser.new_context(**{"viewport": DESK, "locale": "en-CA", **options})
        context.on("request", self._note)
        self.contexts.append(context)
        return context.new_page()

    def _note(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob", "about"} and url.hostname not in OURS:
            self.asked_elsewhere.append(request.url)


@dataclass
class Browsing:
    """One started Chromium."""

    browser: Browser

    @staticmethod
    def what_is_missing() -> str:
        return "" if chromium() else "Chromium is not installed"

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Browsing]:
        # Playwright keeps an event loop in this thread, and Django would refuse its database to a thread that has one.
        before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        options = ["--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
        # Here, and not by answering for each request: whoever does that takes the browser's memory of files from it.
        options += ["--host-resolver-rules=MAP * ~NOTFOUND, " + ", ".join(f"EXCLUDE {name}" for name in sorted(OURS))]
        options += ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=options)
            yield cls(browser)
            browser.close()
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]

    @contextmanager
    def visit(self) -> Iterator[Visit]:
        visit = Visit(self.browser)
        yield visit
        for context in visit.contexts:
            context.close()
