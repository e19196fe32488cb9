"""What the desk keeps for itself: campaigns that are being made, and models to begin from."""

from __future__ import annotations

from tocsin.desk.path.models import CampaignModel as CampaignModel
from tocsin.desk.path.models import Plan as Plan
