"""The members of one list or segment."""

from klaviyo_sandbox.store.moment import moment_of, seconds_text
from klaviyo_sandbox.store.order import Order
from klaviyo_sandbox.store.row import Row, Value
from klaviyo_sandbox.store.rows import Table


class Member(Row):
    """A profile as a member: the same, with `joined_group_at` at the end of its attributes."""

    __slots__ = ("joined",)

    def __init__(self, profile: Row, joined: int) -> None:
        """Take a profile and when it joined, in microseconds since 1970."""
        when = seconds_text(moment_of(joined)).encode()
        attributes = profile.attributes[:-1] + b',"joined_group_at":"' + when + b'"}'
        super().__init__(
            "profile", profile.id, attributes, profile.relations, profile.facts, profile.optional
        )
        self.joined = joined

    def value(self, field: str) -> Value:
        """Return the value of `field` for filters."""
        return self.joined if field == "joined_group_at" else super().value(field)

    def place(self, field: str) -> Value:
        """Return the value of `field` for sorting."""
        return self.value(field)


class Group:
    """Who is in a list or segment, and since when."""

    def __init__(self, profiles: Table) -> None:
        """Start an empty group of some of `profiles`."""
        self._profiles = profiles
        self.joined: dict[str, int] = {}
        self._orders: dict[str, Order] = {}

    def get(self, row_id: str) -> Row | None:
        """Return the member with this profile id."""
        profile = self._profiles.get(row_id)
        joined = self.joined.get(row_id)
        return None if profile is None or joined is None else Member(profile, joined)

    def order(self, field: str) -> Order:
        """All members' ids, sorted by `field`: `joined_group_at` or `id`."""
        if field not in self._orders:
            by_time = field == "joined_group_at"
            order = Order(field, "date-time" if by_time else "string", ())
            members = self.joined.items()
            order.positions = sorted((when if by_time else who, who) for who, when in members)
            self._orders[field] = order
        return self._orders[field]

    def join(self, profile_id: str, joined: int) -> None:
        """Add a profile at an instant."""
        self.joined[profile_id] = joined
        self._orders.clear()

    def leave(self, profile_id: str) -> None:
        """Take a profile out without a trace."""
        if self.joined.pop(profile_id, None) is not None:
            self._orders.clear()

    def joined_before(self, instant: int) -> int:
        """Return how many of today's members had joined by then."""
        return self.order("joined_group_at").before(instant)
