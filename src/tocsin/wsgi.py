"""What the web server serves: Django, behind the small cache for readers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from tocsin.lib.microcache import Microcache

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tocsin.settings")
application = Microcache(get_wsgi_application())
