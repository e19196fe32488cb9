"""Campaign, its frozen editions, its targets, its tally and the ledger beside it: one file for each."""

from __future__ import annotations

from tocsin.campaigns.models.base import AppendOnly as AppendOnly
from tocsin.campaigns.models.base import check_time_zone as check_time_zone
from tocsin.campaigns.models.campaign import Campaign as Campaign
from tocsin.campaigns.models.campaign import Kind as Kind
from tocsin.campaigns.models.campaign import MatchedBy as MatchedBy
from tocsin.campaigns.models.campaign import Moderation as Moderation
from tocsin.campaigns.models.campaign import Provider as Provider
from tocsin.campaigns.models.campaign import ReplyTo as ReplyTo
from tocsin.campaigns.models.campaign import Targeting as Targeting
from tocsin.campaigns.models.counter import CounterEntry as CounterEntry
from tocsin.campaigns.models.counter import Tally as Tally
from tocsin.campaigns.models.edition import Edition as Edition
from tocsin.campaigns.models.edition import EditionQuerySet as EditionQuerySet
from tocsin.campaigns.models.edition import EditionTally as EditionTally
from tocsin.campaigns.models.edition_note import EditionNote as EditionNote
from tocsin.campaigns.models.entry_decision import EntryDecision as EntryDecision
from tocsin.campaigns.models.look_up import LookUpMemory as LookUpMemory
from tocsin.campaigns.models.look_up import PostalDivision as PostalDivision
from tocsin.campaigns.models.look_up import ProviderHealth as ProviderHealth
from tocsin.campaigns.models.postal_table import DEFAULT_TABLE as DEFAULT_TABLE
from tocsin.campaigns.models.postal_table import FROM_THE_DESK as FROM_THE_DESK
from tocsin.campaigns.models.postal_table import PostalTable as PostalTable
from tocsin.campaigns.models.postal_table import TableDivision as TableDivision
from tocsin.campaigns.models.target import Target as Target
from tocsin.campaigns.models.target import TargetWords as TargetWords
from tocsin.campaigns.models.target_list import ListMember as ListMember
from tocsin.campaigns.models.target_list import TargetImport as TargetImport
from tocsin.campaigns.models.target_list import TargetList as TargetList
from tocsin.campaigns.models.trial import Trial as Trial
