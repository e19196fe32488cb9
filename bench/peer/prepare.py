"""Makes the peer's tables and its one page, /act/."""

import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.peer.settings")
django.setup()

from wagtail.models import Page, Site  # noqa: E402  (needs Django set up)

from bench.peer.models import FormField, FormPage  # noqa: E402

COUNTRIES = (
    "Argentina,Australia,Austria,Belgium,Brazil,Canada,Chile,Colombia,Denmark,Finland,France,Germany,Ghana,Greece,"
    "India,Ireland,Italy,Japan,Kenya,Mexico,Netherlands,New Zealand,Nigeria,Norway,Peru,Poland,Portugal,Senegal,"
    "South Africa,Spain,Sweden,Switzerland,Turkey,United Kingdom,United States,Uruguay"
)
STORY = (
    "<p>The Federal Court has found twice that this agreement is contrary to the Charter. People who came for "
    "protection have been handed back at the border, and many of them were detained. The government can end this "
    "today: it can drop its appeal and hear in Canada those who turn to Canada.</p>"
)
FIELDS = [
    ("First name", "singleline", True, ""),
    ("Last name", "singleline", True, ""),
    ("Email", "email", True, ""),
    ("Country", "dropdown", True, COUNTRIES),
    ("Message", "multiline", True, ""),
    ("Consent", "checkbox", False, ""),
]


def main() -> None:
    call_command("migrate", verbosity=0)
    home = Page.objects.get(depth=1).add_child(instance=Page(title="Campaigns", slug="campaigns"))
    site = Site.objects.first() or Site(hostname="localhost", port=80, is_default_site=True)
    site.root_page = home
    site.save()
    page = FormPage(title="Write to the Minister", slug="act", body=STORY * 8, thank_you="<p>It is on its way.</p>")
    home.add_child(instance=page)
    for order, (label, kind, required, choices) in enumerate(FIELDS):
        FormField.objects.create(
            page=page, sort_order=order, label=label, field_type=kind, required=required, choices=choices
        )


if __name__ == "__main__":
    main()
