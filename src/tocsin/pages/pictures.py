"""Pictures in the sizes that pages show them in."""

from __future__ import annotations

from typing import Any

WIDTHS = (480, 800, 1200, 1600)
DEFAULT_WIDTH = 1200
WEBP = "width-{}|format-webp|webpquality-72"


def shown_picture(image: Any, *, alt: str, credit: str) -> dict[str, Any] | None:
    """A picture as the templates want it, or None where there is none."""
    if image is None:
        return None
    by_filter = image.get_renditions(*(WEBP.format(width) for width in WIDTHS))
    sizes = {width: by_filter[WEBP.format(width)] for width in WIDTHS}
    default = sizes[DEFAULT_WIDTH]
    # A picture that is smaller than asked for comes in its own width: say each true width once.
    true_widths = {rendition.width: rendition.url for rendition in sizes.values()}
    return {
        "url": default.url,
        "width": default.width,
        "height": default.height,
        "srcset": ", ".join(f"{url} {width}w" for width, url in sorted(true_widths.items())),
        "alt": alt,
        "credit": credit,
    }
