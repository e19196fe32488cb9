"""Takes every picture of the documentation, by walking the way that docs/campaigners/first-action-page.md describes.

`make screenshots`, with Debian's Chromium. It starts a demonstration in a temporary folder, makes a campaign with pages
in two languages, acts as supporters do, and photographs the screens. Where a screen no longer is as the text says, it
stops there: then the text needs changing too.
"""

from __future__ import annotations

import email
import email.policy
import io
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desk_pictures import how_we_count, rooms
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, expect, sync_playwright

from tocsin.run import say

PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
ENGLISH, FRENCH = "/en/keep-the-door-open/", "/fr/gardons-la-porte-ouverte/"
DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=360, height=740)
LARGEST = 200_000
SECONDS_TO_START = 300
SECONDS_TO_DELIVER = 60
# The address of this machine is on some screens. In the pictures stands one that never changes.
SHOWN_ADDRESS = "https://act.example.org"
SHOW_IT = """([real, shown]) => {
  for (const field of document.querySelectorAll("input")) field.value = field.value.replaceAll(real, shown);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const words = texts.currentNode.data;
    if (words.includes(real)) texts.currentNode.data = words.replaceAll(real, shown);
  }
}"""


# ── the demonstration ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Demo:
    """A running demonstration."""

    address: str
    folder: Path
    password: str

    def receipt(self, given: str) -> str:
        """The path of a supporter's receipt, out of the mail that thanked them."""
        for file in (self.folder / "mailbox").glob("*.eml"):
            mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            body = mail.get_body(("plain",))
            found = re.search(r"/receipt/\S+", body.get_content()) if body and given in str(mail["To"]) else None
            if found:
                return found.group()
        return ""


@contextmanager
def demonstration() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name) / "demo", free_port()
        words = (Path(name) / "words").open("w+")
        command = [sys.executable, "-m", "tocsin.cli", "demo", "--dir", str(folder), "--port", str(port)]
        tree = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)  # noqa: S603
        try:
            said = until_ready(tree, Path(words.name))
            yield Demo(f"http://127.0.0.1:{port}", folder, re.findall(r"Password +(\S+)", said)[0])
        finally:
            tree.terminate()
            tree.wait(30)
            words.close()


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def until_ready(tree: subprocess.Popen[bytes], words: Path) -> str:
    """What the demo said until it said that it was ready."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and tree.poll() is None:
        said = words.read_text()
        if "Ctrl-C" in said:
            return said
        time.sleep(0.5)
    raise SystemExit(f"The demonstration did not start:\n{words.read_text()}")


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Camera:
    """Takes pictures into docs/pictures/, none larger than a reader on a slow line should wait for."""

    demo: Demo
    browser: Browser

    def public(self, path: str, *, phone: bool = False) -> Page:
        """A page as the public sees it, in a browser of its own."""
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK,
            device_scale_factor=2 if phone else 1,
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-CA",
            timezone_id="America/Toronto",
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(self.demo.address + path)
        return page

    def take(self, page: Page, name: str, *, height: int = 900) -> None:
        """The window, as high as given."""
        self._settle(page, height)
        self._keep(name, page.screenshot())

    def take_desk(self, page: Page, name: str, *, height: int, top: int = 0, window: int = 2400) -> None:
        """The desk without its menu: `height` pixels of it, from `top` on."""
        page.evaluate("document.activeElement.blur()")
        page.mouse.move(0, 0)
        self._settle(page, window)
        menu = page.locator(".sidebar").bounding_box()
        left = menu["width"] if menu else 0.0
        self.take_area(page, name, FloatRect(x=left, y=top, width=DESK["width"] - left, height=height))

    def take_area(self, page: Page, name: str, area: FloatRect) -> None:
        self._keep(name, page.screenshot(clip=area))

    def _settle(self, page: Page, height: int) -> None:
        page.set_viewport_size({"width": (page.viewport_size or DESK)["width"], "height": height})
        page.evaluate("scrollTo(0, 0); document.querySelector('main')?.scrollTo(0, 0)")
        page.evaluate(SHOW_IT, [self.demo.address, SHOWN_ADDRESS])
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)

    def _keep(self, name: str, png: bytes) -> None:
        """In all its colours if there is room, else in fewer: photographs need the room, screens do not."""
        picture, file = Image.open(io.BytesIO(png)).convert("RGB"), PICTURES / f"{name}.png"
        picture.save(file, optimize=True)
        for colours in (256, 128, 64):
            if file.stat().st_size < LARGEST:
                break
            fewer = picture.quantize(colours, method=Image.Quantize.MEDIANCUT)
            picture.quantize(palette=fewer, dither=Image.Dither.FLOYDSTEINBERG).save(file, optimize=True)
        else:
            raise SystemExit(f"{file.name} is larger than {LARGEST} bytes. Show less of the screen.")
        say(f"{file.name}: {picture.width} × {picture.height}, {file.stat().st_size // 1000} kB")


# ── what the public sees ────────────────────────────────────────────────────────────────────────────────────────
def sign(page: Page, number: int, *, own_words: str = "") -> None:
    """Acts as a supporter does, and stays on the page that thanks."""
    page.fill("[name=given_name]", "Jane")
    page.fill("[name=family_name]", "Doe")
    page.fill("[name=email]", f"jane.doe.{number}@example.org")
    page.fill("[name=postal_code]", "K1A 0A6")
    if own_words:
        page.fill("[name=text]", own_words)
    page.click("form.act button[type=submit]")
    page.wait_for_url("**/thanks/**")


def public_pages(camera: Camera) -> None:
    camera.take(camera.public(ENGLISH), "action-page")
    camera.take(camera.public(FRENCH), "action-page-fr")
    camera.take(camera.public(ENGLISH, phone=True), "action-page-phone", height=PHONE["height"])
    page = camera.public(ENGLISH)
    page.fill("[name=given_name]", "Jane")
    page.fill("[name=email]", "jane.doe@exmaple")
    page.click("form.act button[type=submit]")
    page.wait_for_selector("#problems")
    camera.take(page, "errors", height=1100)
    page = camera.public(ENGLISH)
    sign(page, 1)
    camera.take(page, "thanks", height=900)


def receipt(camera: Camera) -> None:
    until = time.monotonic() + SECONDS_TO_DELIVER
    while not (path := camera.demo.receipt("jane.doe.1@")) and time.monotonic() < until:
        time.sleep(0.5)
    camera.take(camera.public(path), "receipt", height=1000)


# ── what a campaigner does ──────────────────────────────────────────────────────────────────────────────────────
def log_in(camera: Camera) -> Page:
    page = camera.public("/desk/")
    camera.take(page, "login", height=720)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.fill("[name=login]", "demo")
    page.fill("[name=password]", camera.demo.password)
    page.click(".login-form [type=submit]")
    page.wait_for_url("**/desk/")
    open_menu(page, "Pages")
    page.wait_for_timeout(1000)
    camera.take_area(page, "pages-menu", FloatRect(x=0, y=0, width=686, height=410))
    page.goto(camera.demo.address + "/desk/")
    open_menu(page, "Settings")
    page.get_by_role("link", name="Brand").click()
    camera.take_desk(page, "brand", height=1120)
    return page


def open_menu(page: Page, words: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".sidebar .menuitem-label").get_by_text(words, exact=True).click()
    page.wait_for_load_state("networkidle")


def make_target(camera: Camera, page: Page) -> None:
    open_menu(page, "Targets")
    page.get_by_role("link", name="Add target").click()
    page.fill("[name=name]", "Minister of Labour")
    page.fill("[name=email]", "minister@labour.example")
    # Nobody waits an hour for a picture.
    page.fill("[name=per_hour_by_day]", "0")
    page.fill("[name=per_hour_by_night]", "100000")
    page.fill("[name=in_en-style]", "The Honourable")
    page.fill("[name=in_en-office]", "Minister of Labour")
    page.fill("[name=in_en-organisation]", "Government of Canada")
    page.fill("[name=in_en-salutation]", "Dear Minister,")
    page.fill("[name=in_fr-style]", "L’honorable")
    page.fill("[name=in_fr-office]", "ministre du Travail")
    page.fill("[name=in_fr-organisation]", "Gouvernement du Canada")
    page.fill("[name=in_fr-salutation]", "Madame la Ministre, Monsieur le Ministre,")
    camera.take_desk(page, "target", height=1210)
    page.get_by_role("button", name="Create").click()
    expect(page.locator(".messages")).to_contain_text("created")


def make_campaign(camera: Camera, page: Page) -> str:
    """The address of the new campaign's hub."""
    open_menu(page, "Campaigns")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_role("link", name="Only the settings, without a page").click()
    page.fill("[name=name]", "Work from the first day")
    page.check("label:has-text('Minister of Labour')")
    page.fill("[name=goal]", "1000")
    camera.take_desk(page, "campaign-new", height=1545)
    page.get_by_role("button", name="Create").click()
    expect(page.locator("h1, h2").filter(has_text="Work from the first day").first).to_be_visible()
    return page.url


def make_pages(camera: Camera, page: Page) -> None:
    page.goto(camera.demo.address + "/desk/pages/")
    page.get_by_role("link", name="Explore child pages of 'Take action'").click()
    page.get_by_role("link", name="Add child page").first.click()
    english(camera, page)
    french(camera, page)


def english(camera: Camera, page: Page) -> None:
    page.wait_for_url("**/add/**")
    page.fill("[name=title]", "Let people work from the first day")
    page.select_option("[name=campaign]", label="Work from the first day")
    page.fill("[name=demand]", "Give everyone who asks for protection a work permit on the day they arrive.")
    tell_the_story(page)
    camera.take_desk(page, "edit-page-story", height=1180)
    tab(page, "Form and letter")
    page.fill("[name=letter_subject]", "Work permits from the first day")
    page.fill(
        "[name=letter_text]",
        "People who ask Canada for protection want to earn their own living.\n\n"
        "I ask you to give each of them a work permit on the day they arrive.",
    )
    camera.take_desk(page, "edit-page-form", height=1880)
    tab(page, "Thanks and sharing")
    camera.take_desk(page, "edit-page-thanks", height=1130)
    tab(page, "Story")
    publish_menu(page)
    page.mouse.move(0, 0)
    camera.take_area(page, "publish", FloatRect(x=200, y=700, width=480, height=200))
    refused(camera, page)
    publish_menu(page)
    publish(page)


def tell_the_story(page: Page) -> None:
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Text", exact=True).first.click()
    page.wait_for_timeout(500)
    page.keyboard.type("Whoever asks for protection may wait a year for a permit. A year of idle hands helps nobody.")
    page.wait_for_timeout(300)
    page.locator("main").evaluate("part => part.scrollTo(0, 0)")


def refused(camera: Camera, page: Page) -> None:
    """Publishing too early, as everybody does once; then what is missing is written."""
    tab(page, "Form and letter")
    subject = page.input_value("[name=letter_subject]")
    page.fill("[name=letter_subject]", "")
    publish_menu(page)
    page.locator("[name=action-publish]").click()
    expect(page.locator(".messages")).to_contain_text("validation errors")
    page.wait_for_timeout(1500)
    page.get_by_role("tab", name=re.compile("Form and letter")).click()
    page.set_viewport_size({"width": 1280, "height": 2400})
    wanted = page.locator(".error-message").filter(has_text="Write the subject of the letter.").first
    expect(wanted).to_be_visible()
    camera.take_desk(page, "refused", height=890)
    page.fill("[name=letter_subject]", subject)


def french(camera: Camera, page: Page) -> None:
    page.locator(".messages").get_by_role("link", name="Edit").click()
    page.wait_for_load_state("networkidle")
    page.locator("header .w-dropdown button").first.click()
    page.get_by_role("link", name="Translate").click()
    page.check("main label:has-text('French')")
    camera.take_desk(page, "translate", height=280)
    page.locator("main").get_by_role("button", name="Submit").click()
    page.wait_for_url("**/edit/")
    page.reload()
    page.fill("[name=title]", "Le droit de travailler dès le premier jour")
    page.locator("[contenteditable=true]").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(
        "Qui demande protection attend parfois un an son permis. Une année les bras croisés n’aide personne."
    )
    page.fill("[name=demand]", "Donnez un permis de travail à toute personne qui demande protection, le jour même.")
    tab(page, "Form and letter")
    page.fill("[name=letter_subject]", "Un permis de travail dès le premier jour")
    page.fill(
        "[name=letter_text]",
        "Les personnes qui demandent la protection du Canada veulent gagner leur vie.\n\n"
        "Je vous demande de donner à chacune un permis de travail le jour de son arrivée.",
    )
    page.fill("[name=letter_closing]", "Veuillez agréer mes salutations distinguées.")
    page.fill(
        "[name='consents-0-value-text']",
        "Écrivez-moi par courriel au sujet de cette campagne et d’autres. Je peux me désabonner en tout temps.",
    )
    tab(page, "Story")
    page.get_by_role("button", name="Toggle preview").click()
    page.set_viewport_size({"width": 1480, "height": 900})
    page.wait_for_timeout(4000)
    camera.take(page, "preview")
    page.get_by_role("button", name="Toggle preview").click()
    publish_menu(page)
    publish(page)


def tab(page: Page, words: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("main").evaluate("part => part.scrollTo(0, 0)")
    page.get_by_role("tab", name=words).click()


def publish_menu(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".footer .w-dropdown button").first.click()
    page.wait_for_timeout(300)


def publish(page: Page) -> None:
    page.locator("[name=action-publish]").click()
    # "Created and published", or "has been published" where the desk had kept a draft by itself meanwhile.
    expect(page.locator(".messages")).to_contain_text("published")


# ── what the desk shows afterwards ──────────────────────────────────────────────────────────────────────────────
def letters_of_all_kinds(camera: Camera, page: Page, hub: str) -> None:
    """Some letters leave. Then the campaign is paused, so that others wait, are held back and are stopped."""
    path = new_page_path(page, hub)
    for number in range(11, 18):
        sign(camera.public(path), number, own_words="I arrived in 1998 and waited a year." if number == 13 else "")
    sign(camera.public(path), 18, own_words="See " + " ".join(f"https://www.example.org/{n}" for n in range(6)))
    until_delivered(page, hub, sent=7)
    pause(page, hub)
    for number in range(21, 25):
        sign(camera.public(path), number)
    until_delivered(page, hub, sent=7, waiting=4)
    decide(page, hub, "Hold this letter back", "Hold it")
    decide(page, hub, "Stop this letter", "Stop it for good")


def new_page_path(page: Page, hub: str) -> str:
    page.goto(hub)
    address = page.get_by_role("link", name="Let people work from the first day").get_attribute("href") or ""
    return "/" + address.split("/", 3)[-1]


def until_delivered(page: Page, hub: str, **expected: int) -> None:
    until = time.monotonic() + SECONDS_TO_DELIVER
    while time.monotonic() < until:
        page.goto(hub)
        fates = page.locator("table").filter(has_text="All letters")
        shown = fates.inner_text() if fates.count() else ""
        if all(re.search(rf"{state}[^\d]*{number}\b", shown, re.IGNORECASE) for state, number in expected.items()):
            return
        time.sleep(1)
    raise SystemExit(f"The letters are not where they should be: {expected}")


def pause(page: Page, hub: str) -> None:
    page.goto(hub)
    page.get_by_role("link", name="Change how it runs").click()
    page.check("[name=letters_paused]")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(hub)


def decide(page: Page, hub: str, step: str, button: str) -> None:
    """Takes a step with the newest letter that waits."""
    page.goto(f"{hub}letters/?state=waiting")
    page.get_by_role("link", name=re.compile(r"^Letter \d+$")).first.click()
    page.get_by_text(step, exact=True).click()
    page.get_by_role("button", name=button).click()
    expect(page.locator(".messages")).to_be_visible()


def ledger(camera: Camera, page: Page, hub: str) -> None:
    page.goto(f"{hub}ledger/")
    page.select_option("[name=source]", value="paper")
    page.fill("[name=people]", "212")
    page.fill("[name=reason]", "Signed on paper at the library table, counted by two people")
    page.get_by_role("button", name="See what it does to the number").click()
    camera.take_desk(page, "ledger", height=640)
    page.get_by_role("button", name="Add the line for good").click()
    expect(page.locator(".messages")).to_contain_text("ledger")


def desk_pages(camera: Camera, page: Page, hub: str) -> None:
    page.goto(hub)
    camera.take_desk(page, "campaign", height=1310)
    page.goto(f"{hub}letters/")
    camera.take_desk(page, "letters", height=782)
    page.goto(f"{hub}letters/?state=sent")
    page.get_by_role("link", name=re.compile(r"^Letter \d+$")).first.click()
    page.get_by_role("link", name="Open the letter").click()
    camera.take_desk(page, "letter", height=1180)
    page.goto(f"{hub}moderation/")
    page.get_by_role("link", name=re.compile(r"^Read action \d+$")).first.click()
    camera.take_desk(page, "moderation", height=760)
    page.goto(camera.demo.address + "/desk/mailbox/")
    camera.take_desk(page, "mailbox", height=565)
    page.goto(camera.demo.address + "/desk/")
    camera.take(page, "desk-home", height=650)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    expect.set_options(timeout=30_000)
    options = ["--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    say("Starting a demonstration …")
    with demonstration() as demo, sync_playwright() as playwright:
        camera = Camera(demo, playwright.chromium.launch(executable_path=CHROMIUM, args=options))
        public_pages(camera)
        page = log_in(camera)
        make_target(camera, page)
        hub = make_campaign(camera, page)
        make_pages(camera, page)
        letters_of_all_kinds(camera, page, hub)
        ledger(camera, page, hub)
        desk_pages(camera, page, hub)
        rooms(camera, page, hub)
        how_we_count(camera, ENGLISH)
        receipt(camera)
        camera.browser.close()


if __name__ == "__main__":
    main()
