"""The addresses of the counter's back room: its ledger, and sets of actions that are taken out of the number."""

from __future__ import annotations

from django.urls import URLPattern, path

from tocsin.desk import ledger, ledger_decisions, ledger_import, sets

# Below a campaign's own address, in its name space.
COUNTER_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/ledger/", ledger.ledger, name="ledger"),
    path("<int:pk>/ledger/decide/", ledger_decisions.decide, name="ledger_decide"),
    path("<int:pk>/ledger/sheets/", ledger_import.sheets, name="ledger_sheets"),
    path("<int:pk>/ledger/<int:entry_pk>/evidence/", ledger_decisions.download, name="ledger_evidence"),
    path("<int:pk>/moderation/sets/", sets.sets, name="sets"),
    path("<int:pk>/moderation/sets/proposed/<int:proposed_pk>/", sets.proposed, name="proposed_set"),
    path("<int:pk>/moderation/sets/proposed/<int:proposed_pk>/state/", sets.state, name="proposed_set_state"),
    path("<int:pk>/moderation/sets/<int:decision_pk>/back/", sets.back, name="set_back"),
]
