"""Removing what nobody used yet. What people signed, or what letters went to, stays: the database says no, kindly."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.views import generic


class RemoveUnlessUsed(generic.DeleteView):
    why_not: str | Promise = gettext_lazy(
        "“%(name)s” cannot be removed: people have acted on it, and what they did is kept."
    )

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response: HttpResponse = super().form_valid(form)
        except (ProtectedError, PermissionDenied):  # Wagtail asks its own index first, and says it this way
            return self.refuse()
        return response

    def refuse(self) -> HttpResponse:
        """Back to what was to be removed, with the reason."""
        messages.error(self.request, str(self.why_not) % {"name": self.object})
        return HttpResponseRedirect(reverse(self.edit_url_name, args=[self.object.pk]))
