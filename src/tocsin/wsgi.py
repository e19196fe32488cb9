"""What the web server serves: Django, with a straight way in for those who act and a small cache for those who read."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from tocsin.lib.microcache import Microcache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
django = get_wsgi_application()

from tocsin.web.straight import StraightWay  # noqa: E402  (needs Django set up)

application = Microcache(StraightWay(django))
