"""Lists of Wagtail's kind, which on a narrow screen stand as cards: each line of a card says what it tells."""

from __future__ import annotations

from wagtail.admin.ui.tables import Column

# Named in desk.css.
LISTING = "listing desk-listing"


class SaidColumn(Column):
    """A plain column that keeps its name where the heads of the table are not seen."""

    cell_template_name = "desk/cells/said.html"
