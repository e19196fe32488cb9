"""What the web server serves: Django, with a straight way in for those who act and a small cache for those who read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from tocsin.lib.microcache import Microcache

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  (these need Django set up)

from tocsin.web.page_views import PageViews  # noqa: E402
from tocsin.web.straight import StraightWay  # noqa: E402

application: WSGIApplication = Microcache(StraightWay(django))
if settings.TOCSIN_COUNT_VIEWS:
    application = PageViews(application)
