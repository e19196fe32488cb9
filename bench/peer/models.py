"""A form page that stores what is sent and shows how many there are."""

from typing import Any

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.contrib.forms.models import AbstractForm, AbstractFormField
from wagtail.fields import RichTextField


class FormField(AbstractFormField):
    page = ParentalKey("FormPage", on_delete=models.CASCADE, related_name="form_fields")


class FormPage(AbstractForm):
    body = RichTextField(blank=True)
    thank_you = RichTextField(blank=True)
    template = "peer/form_page.html"
    landing_page_template = "peer/form_page_landing.html"

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["taken"] = self.get_submission_class().objects.filter(page=self).count()
        return context
