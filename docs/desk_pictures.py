"""The pictures of the desk's rooms, one for each chapter: what a campaign shows once people have acted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from screenshots import Camera


class Room(NamedTuple):
    """A screen, by its address below a campaign or below the desk, and how much of it is shown."""

    name: str
    address: str
    height: int


OF_A_CAMPAIGN = (
    Room("numbers", "numbers/?range=24h", 1250),
    Room("before-publishing", "before-publishing/", 1180),
    Room("look", "look/", 1000),
    Room("supporters", "supporters/", 760),
    Room("update", "updates/new/", 1180),
    Room("trial", "trials/new/en/", 900),
    Room("links-for-mailings", "mailing-links/", 1000),
    Room("campaign-files", "files/", 760),
)
OF_THE_DESK = (
    Room("new-campaign", "campaigns/begin/", 760),
    Room("export", "data/exports/new/mailing/", 900),
    Room("script", "scripts/new/", 900),
    Room("people", "people/invite/", 1000),
    Room("new-key", "keys/new/", 1180),
    Room("new-endpoint", "endpoints/new/", 1180),
    Room("audit", "audit/", 760),
    Room("second-factor", "account/how/", 640),
)


def rooms(camera: Camera, page: Page, hub: str) -> None:
    desk = hub[: hub.index("/desk/")] + "/desk/"
    for base, of_it in ((hub, OF_A_CAMPAIGN), (desk, OF_THE_DESK)):
        for room in of_it:
            answer = page.goto(base + room.address)
            if answer is None or not answer.ok:
                raise SystemExit(f"{room.address} does not answer as it should.")
            camera.take_desk(page, room.name, height=room.height)


def how_we_count(camera: Camera, path: str) -> None:
    camera.take(camera.public(f"{path}how-we-count/"), "how-we-count", height=1000)
