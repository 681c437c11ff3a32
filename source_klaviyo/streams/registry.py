"""The list of all streams, in the order in which users read them."""

from typing import Final

from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.campaigns import Campaigns
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.flows import FlowActions, FlowDefinitions, Flows
from source_klaviyo.streams.lists import ListProfiles, Lists
from source_klaviyo.streams.metrics import Metrics
from source_klaviyo.streams.profiles import Profiles
from source_klaviyo.streams.segments import Segments
from source_klaviyo.streams.templates import EmailTemplates

STREAMS: Final[tuple[type[KlaviyoStream], ...]] = (
    Accounts,
    Campaigns,
    EmailTemplates,
    Events,
    Flows,
    FlowActions,
    FlowDefinitions,
    Lists,
    ListProfiles,
    Metrics,
    Profiles,
    Segments,
)
