"""The list of all that holds something of a person: which table, what, and how it ends.

One place for whoever asks “what do you keep of me?”. A test fails where a model of ours stands in neither list, or has
a column of bytes that is not named here: whoever adds one decides how it ends.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Holds:
    """`columns` are those that hold something of a supporter. `ends`: by time, and at their wish."""

    columns: tuple[str, ...]
    what: str
    ends: str


OF_PEOPLE: dict[str, Holds] = {
    "actions.Action": Holds(
        ("email_digest", "sealed", "supporter", "source", "division"),
        "Who acted, what they sent and where they came from; sealed.",
        "Anonymous some months after the campaign closed; words before. Source and riding stay.",
    ),
    "actions.Letter": Holds(("sketch",), "What tells how alike letters are.", "With its action."),
    "actions.UpdateCopy": Holds(("supporter",), "Who got a copy of an update.", "The row stays without its person."),
    "actions.WordsLater": Holds(("action",), "A number.", "When the words of its action ended."),
    "actions.Export": Holds(("file",), "A sealed file of people.", "Some days after it was made (exporting/store.py)."),
    "actions.HandIn": Holds(
        ("file", "photo"), "A sealed kit with letters; a photograph.", "After two weeks; half a year (handin/store.py)."
    ),
    "supporters.Supporter": Holds(
        ("email_digest", "sealed"),
        "Who somebody is; sealed.",
        "With their last action, or when the last consent ended that counted (ending/supporters.py).",
    ),
    "supporters.Consent": Holds(
        ("supporter", "action_ref", "page_url", "source"), "What somebody agreed to.", "With its supporter."
    ),
    "supporters.ConsentProof": Holds(
        ("digest",),
        "That somebody agreed, found by their address.",
        "Three years after its last use (proofs.py).",
    ),
    "supporters.SupporterImport": Holds(
        ("upload", "rows_file", "left_out_file"), "Sealed files of people.", "After two weeks (exporting/store.py)."
    ),
    "outbox.Message": Holds(
        ("sealed", "to_digest", "domain", "last_words"),
        "A letter or mail, to the byte; sealed.",
        "With the words or the data of its action; copies, digests and staff mails some days after (copies.py).",
    ),
    "outbox.Delivery": Holds(("server", "words"), "What a server said.", "Mails to people: all but the code, with it."),
    "outbox.Event": Holds(("words",), "What came back.", "As the words of a delivery."),
    "outbox.Suppression": Holds(
        ("digest",), "An address that nothing is sent to, as a keyed hash.", "Never: it is what keeps mail away."
    ),
    "outbox.Call": Holds(
        ("about", "sealed_words"),
        "The number of what other software was told of, and what it answered; sealed.",
        "A week after it was told, a month after it was given up (calls/endpoints.py).",
    ),
    "outbox.Endpoint": Holds(("sealed",), "Its own secrets, and nothing of anybody.", "When it is removed."),
    "campaigns.CounterEntry": Holds(
        ("evidence",), "A sealed scan of sheets that people signed.", "Half a year after the campaign closed (0034)."
    ),
}
# Of decision-makers, staff and campaigns; of supporters nothing.
OF_NOBODY: frozenset[str] = frozenset(
    {
        *(f"campaigns.{name}" for name in ("Target", "TargetWords", "TargetList", "ListMember", "TargetImport")),
        *(f"campaigns.{name}" for name in ("Campaign", "Tally", "Trial", "Edition", "EditionTally", "EditionNote")),
        *(f"campaigns.{name}" for name in ("EntryDecision", "PostalDivision", "LookUpMemory", "ProviderHealth")),
        *(f"campaigns.{name}" for name in ("PostalTable", "TableDivision")),
        "supporters.ConsentWording",
        *(f"outbox.{name}" for name in ("Bucket", "Lane", "Notice", "MailDomain")),
        *(f"actions.{name}" for name in ("EndingMark", "HourOfActions", "HourOfPlace", "HourOfViews", "HourOfLetters")),
        *(f"actions.{name}" for name in ("RollUpMark", "RollUpProof", "ProposedSet", "Invalidation", "Update")),
        *(f"actions.{name}" for name in ("CounterRun", "CountProof")),
        *(f"staff.{name}" for name in ("ApiKey", "SharedNote", "Membership", "AuditLine", "AuditProof")),
        *(
            f"pages.{name}"
            for name in ("BrandSettings", "BrandText", "Script", "Review", "ScriptVersion", "ScriptStep")
        ),
        *(f"pages.{name}" for name in ("HomePage", "ActionPage")),
        *(f"desk.{name}" for name in ("Plan", "CampaignModel")),
    }
)
