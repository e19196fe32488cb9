"""Makes every picture of the docs: starts the demonstration in a temporary folder, acts, and looks at the screens.

`make screenshots`, with Debian's Chromium. The pictures are committed; run this when a screen has changed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
PORT = 8123
DESK, PHONE = (1280, 900), (360, 740)
SIGNERS = ("ana", "jane", "sam", "noor", "luc")


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Where it runs, and the login it made."""

    base: str
    password: str
    mailbox: Path


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    with tempfile.TemporaryDirectory(prefix="tocsin-pictures-") as folder:
        command = [sys.executable, "-m", "tocsin.cli", "demo", "--port", str(PORT), "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603
        try:
            said = _until_ready(process)
            threading.Thread(target=process.communicate, daemon=True).start()
            password = re.search(r"Password\s+(\S+)", said)
            if password is None:
                raise SystemExit(f"The demonstration did not start:\n{said}")
            yield Demonstration(f"http://127.0.0.1:{PORT}", password[1], Path(folder) / "mailbox")
        finally:
            process.terminate()
            process.wait(20)


def _until_ready(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    for line in process.stdout or []:
        lines.append(line)
        if "Password" in line:
            break
    return "".join(lines)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with demonstration() as demo, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        public_pages(browser, demo)
        desk_pages(browser, demo)
        browser.close()


def public_pages(browser: Browser, demo: Demonstration) -> None:
    english, french = f"{demo.base}/en/keep-the-door-open/", f"{demo.base}/fr/gardons-la-porte-ouverte/"
    with look(browser, DESK) as page:
        page.goto(english)
        picture(page, "action-page")
        page.locator("form button[type=submit]").click()
        page.wait_for_timeout(700)
        picture(page, "errors")
    with look(browser, DESK, color_scheme="dark") as page:
        page.goto(english)
        picture(page, "action-page-dark")
    with look(browser, PHONE, locale="fr-CA") as page:
        page.goto(french)
        picture(page, "action-page-phone-fr")
    for name in SIGNERS:
        with look(browser, DESK) as page:
            sign(page, english, name)
            if name == SIGNERS[0]:
                picture(page, "thanks")
    with look(browser, DESK) as page:
        page.goto(demo.base + receipt_of(demo, page))
        picture(page, "receipt")


def sign(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.locator("[name=given_name]").fill(name.capitalize())
    page.locator("[name=family_name]").fill("Doe")
    page.locator("[name=email]").fill(f"{name}@example.org")
    page.locator("[name=postal_code]").fill("K1A 0A6")
    page.locator("form button[type=submit]").click()
    page.wait_for_url("**/thanks/**")


def receipt_of(demo: Demonstration, page: Page) -> str:
    """The path of a receipt, from a thank-you mail of the demonstration's mailbox; mail takes its seconds."""
    for _ in range(60):
        for mail in sorted(demo.mailbox.glob("*.eml")):
            found = re.search(rb"/receipt/[\w-]+/", mail.read_bytes())
            if found:
                return found[0].decode()
        page.wait_for_timeout(500)
    raise SystemExit("No thank-you mail came.")


def desk_pages(browser: Browser, demo: Demonstration) -> None:
    with look(browser, DESK) as page:
        page.goto(f"{demo.base}/desk/login/")
        page.locator("[name=username]").fill("demo")
        page.locator("[name=password]").fill(demo.password)
        page.locator("button[type=submit]").first.click()
        page.wait_for_url("**/desk/")
        picture(page, "desk-home")
        for name, path in (
            ("campaigns", "/desk/campaigns/"),
            ("targets", "/desk/targets/"),
            ("mailbox", "/desk/mailbox/"),
        ):
            page.goto(demo.base + path)
            picture(page, name)
        page.goto(demo.base + first_hub(page, demo))
        picture(page, "campaign", whole=True)
        page.goto(demo.base + first_edit(page, demo))
        page.wait_for_timeout(1500)
        picture(page, "edit-page")


def first_hub(page: Page, demo: Demonstration) -> str:
    page.goto(f"{demo.base}/desk/campaigns/")
    link = page.get_by_role("link", name="Safe Third Country Agreement").first
    return str(link.get_attribute("href")).removeprefix(demo.base)


def first_edit(page: Page, demo: Demonstration) -> str:
    """The edit screen of the English page, found as a campaigner finds it: through the explorer."""
    page.goto(f"{demo.base}/desk/pages/")
    home = str(page.get_by_role("link", name="Take action").first.get_attribute("href"))
    page.goto(demo.base + re.sub(r"edit/$", "", home.removeprefix(demo.base)))
    link = page.get_by_role("link", name="Keep the door open to refugees").first
    return str(link.get_attribute("href")).removeprefix(demo.base)


@contextmanager
def look(browser: Browser, size: tuple[int, int], **options: Any) -> Iterator[Page]:
    """A page in a fresh profile."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options)
    yield context.new_page()
    context.close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """One PNG, its colours reduced so that the repository stays light."""
    path = PICTURES / f"{name}.png"
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, full_page=whole)
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


if __name__ == "__main__":
    main()
