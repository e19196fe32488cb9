"""The one table of addresses."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as serve_page

from tocsin.api.front import api
from tocsin.api.problems import nothing_here
from tocsin.desk.account.panel import ACCOUNT
from tocsin.desk.account.urls import ENTRANCE
from tocsin.desk.audit import SITE_HISTORY
from tocsin.pages.home import in_your_language
from tocsin.web.act import act
from tocsin.web.choose import choose
from tocsin.web.confirm import confirm
from tocsin.web.find import find, find_json
from tocsin.web.health import alive, ready
from tocsin.web.hooks import mail_hook
from tocsin.web.onward import onward
from tocsin.web.own import own
from tocsin.web.personal import personal
from tocsin.web.receipt import receipt
from tocsin.web.robots import robots_txt
from tocsin.web.thanks import thanks
from tocsin.web.unsubscribe import unsubscribe

urlpatterns: list[URLPattern | URLResolver] = [
    path("", in_your_language, name="home"),
    path("robots.txt", robots_txt),
    path("act/<int:edition_id>/", act, name="act"),
    path("find/<int:edition_id>/", find, name="find"),
    path("find/<int:edition_id>/<str:code>.json", find_json, name="find_json"),
    path("own/<int:edition_id>/", own, name="own"),
    path("onward/<int:edition_id>/", onward, name="onward"),
    path("for/<int:campaign_id>/<slug:language>/<str:key>/", personal, name="personal"),
    path("confirm/<str:key>/", confirm, name="confirm"),
    path("choose/<str:key>/", choose, name="choose"),
    path("thanks/<str:key>/", thanks, name="thanks"),
    path("receipt/<str:key>/", receipt, name="receipt"),
    path("unsubscribe/<str:key>/", unsubscribe, name="unsubscribe"),
    re_path(r"^hooks/mail/(?P<esp>[a-z_]+)/(?P<what>tracking|inbound)/$", mail_hook, name="mail_hook"),
    path("api/v1/", api.urls),
    re_path(r"^api/", nothing_here),
    path("health/live", alive),
    path("health/ready", ready),
    path("desk/", include(ENTRANCE)),
    path("desk/", include(ACCOUNT)),
    path("desk/", include(SITE_HISTORY)),
    path("desk/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    *i18n_patterns(
        # What stands beside an action page: Wagtail's own pattern knows only addresses that end in a slash.
        re_path(r"^((?:[\w-]+/)+(?:(?:count|how-we-count)\.json|scripts(?:-\w+)?\.html))$", serve_page),
        path("", include(wagtail_urls)),
    ),
]

handler404 = "tocsin.web.errors.not_found"
handler500 = "tocsin.web.errors.failed"
handler400 = "tocsin.web.errors.bad_request"
handler403 = "tocsin.web.errors.refused"
