"""Profiles API: https://developers.klaviyo.com/en/reference/profiles_api_overview ."""

from collections.abc import Hashable
from itertools import product
from typing import ClassVar

from source_klaviyo.api.documents.normalize import Form
from source_klaviyo.api.quotas.limits import L, Limit, M
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.records.additions import CopiedMember
from source_klaviyo.streams.views.consents import ConsentsView

_CONSENTS = (
    "email.marketing",
    "email.open_tracking",
    "email.click_tracking",
    "sms.marketing",
    "sms.transactional",
    "mobile_push.marketing",
    "whatsapp.marketing",
    "whatsapp.transactional",
    "whatsapp.conversational",
)
_HASHES = "hashed_email,hashed_phone_number"
_SUPPRESSION = "subscriptions.email.marketing.suppression"
_MOMENTS = ("consent_timestamp", "created_timestamp", "last_updated", "valid_until")


class OfProfiles(WindowedStream):
    """The declaration that all streams of the collection of profiles share.

    Klaviyo hashes addresses since revision 2026-10-15 (its reference, `get_profiles`). The rest of
    a profile is the same in the revision before (both SDKs).
    """

    endpoint = "profiles"
    scopes: ClassVar[tuple[str, ...]] = ("profiles:read",)
    limit = L
    page_size = 100
    resource = "profile"
    opt_in = ("hashed_email", "hashed_phone_number", "predictive_analytics", "subscriptions")
    cursor_attribute = "updated"
    oldest_revision = "2026-10-15"


class Profiles(OfProfiles):
    """The people of the account, with their consent, suppressions and predictive analytics.

    The hashes of email address and phone number serve to join with other systems. `subscriptions`
    costs no quota; `predictive_analytics` cuts the speed to a fifth, because Klaviyo grants only
    150 pages a minute with it. If predictions are switched off, or read as a stream of their own,
    ProfilesAtFullSpeed takes this stream's place.
    """

    parameters = (("additional-fields[profile]", f"{_HASHES},subscriptions,predictive_analytics"),)
    costly: ClassVar[tuple[tuple[str, Limit], ...]] = (("predictive_analytics", M),)
    normalize = (
        ("predictive_analytics.expected_date_of_next_order", Form.DATETIME),
        ("location.latitude", Form.NUMBER),
        ("location.longitude", Form.NUMBER),
        ("subscriptions.email.marketing.double_optin", Form.BOOLEAN),
        ("subscriptions.email.marketing.suppression.timestamp", Form.DATETIME),
        ("subscriptions.email.marketing.list_suppressions.timestamp", Form.DATETIME),
        *(
            (f"subscriptions.{consent}.{moment}", Form.DATETIME)
            for consent, moment in product(_CONSENTS, _MOMENTS)
        ),
    )


class ProfilesAtFullSpeed(Profiles):
    """Profiles without predictive analytics."""

    name = "profiles"
    parameters = (("additional-fields[profile]", f"{_HASHES},subscriptions"),)
    costly: ClassVar[tuple[tuple[str, Limit], ...]] = ()


class ProfilePredictiveAnalytics(OfProfiles):
    """Klaviyo's predictions for profiles: their value, their next order, the risk to lose them.

    As far as Klaviyo documents, a new prediction does not change a profile's `updated`. Run a full
    refresh now and then to get predictions that changed alone.
    """

    parameters = (
        ("additional-fields[profile]", "predictive_analytics"),
        ("fields[profile]", "updated,predictive_analytics"),
    )
    costly = (("predictive_analytics", M),)
    essential = frozenset({"additional-fields[profile]"})
    normalize = (("predictive_analytics.expected_date_of_next_order", Form.DATETIME),)


class GlobalExclusions(OfProfiles):
    """The profiles that get no email, for any of Klaviyo's reasons.

    The cursor is the time of the suppression: nothing documents that a suppression moves `updated`.
    How Klaviyo sorts a profile with several suppressions is not known, so the order is not relied
    upon. A profile whose suppression is lifted leaves the collection without a trace here;
    `profile_consents` shows the change.
    """

    parameters = ProfilesAtFullSpeed.parameters
    normalize = Profiles.normalize
    cursor_attribute = f"{_SUPPRESSION}.timestamp"
    cursor_key = "suppressed_at"
    ordered = False
    only_with_cursor = True
    arrives_late = True
    additions = (
        CopiedMember(("updated",), ("attributes", "updated")),
        CopiedMember(
            ("attributes", *_SUPPRESSION.split(".")[:-1], "suppressions"),
            ("attributes", *_SUPPRESSION.split(".")),
        ),
    )


class ProfileIds(WindowedStream):
    """The ids of all profiles. A missing profile is gone, or was merged into another.

    Each sync reads all ids, in windows of `created`, which never changes: many readers share the
    quota, and no row moves meanwhile.
    """

    endpoint = "profiles"
    scopes = ("profiles:read",)
    limit = L
    page_size = 100
    resource = "profile"
    cursor_attribute = "created"
    parameters = (("fields[profile]", "created"),)
    full_refresh_only = True

    @property
    def collection_key(self) -> Hashable:
        """The key of views of the same collection; other streams read profiles by `updated`."""
        return super().collection_key, self.cursor_attribute


class ProfileConsents(OfProfiles):
    """Consents and suppressions of profiles, by channel, purpose and list.

    All rows of a profile come together when the profile has changed. A row whose `updated` is older
    than that of the profile's other rows is about a suppression that has been lifted.
    """

    resource_view = ConsentsView
    keys = ("profile_id", "channel", "purpose", "list_id")
    parameters = (
        ("additional-fields[profile]", "subscriptions"),
        ("fields[profile]", "updated,subscriptions"),
    )
    essential = frozenset({"additional-fields[profile]"})


class ProfileConversations(IncludedStream, OfProfiles):
    """The conversations of profiles, without their messages."""

    scopes = ("conversations:read", "profiles:read")
    include_scopes = (("conversations", "conversations:read"),)
    relationship = "conversations"
    owner_key = "profile_id"
