"""Family Events: events and their attributions."""

from datetime import UTC, datetime, timedelta

from klaviyo_sandbox.shop.event_texts import EVENT_ID, VALUE, odd_texts, texts_of
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.spread import DAY, moments
from klaviyo_sandbox.shop.table import TABLES
from klaviyo_sandbox.store.moment import MICROS, moment_of, spaced_text
from klaviyo_sandbox.store.row import EventRow, Links, Reference

ODD_EVERY = 40
SPACED_EVERY = 150
"""One event in so many has a time with a space instead of `T` (recorded)."""
ATTRIBUTED_EVERY = 12
FUTURE_HOURS = (1, 2, 5, 18, 24 * 30)
"""The hours until events ahead of now: wrong time zones, scheduled sends."""
UNRESOLVED_EVERY = 997
"""One event in so many belongs to a metric that no longer exists (measured live by others)."""
_ORDERS = frozenset({"Placed Order", "Ordered Product", "Started Checkout"})
_BUSY = {
    "Received Email": 9,
    "Opened Email": 7,
    "Active on Site": 8,
    "Viewed Product": 6,
    "Placed Order": 3,
}


class EventMaker:
    """Stamps events from ready texts."""

    def __init__(self, shop: Shop) -> None:
        """Prepare texts for every metric of the shop."""
        self._shop = shop
        self._count = 0
        self._metrics: list[tuple[Reference, list[bytes], bool]] = []
        self._weights: list[int] = []
        self._gone = Reference("metric", shop.ids.short())
        self._odd = odd_texts()
        self._days: dict[int, str] = {}
        self._known: dict[str, list[str]] = {}
        names = [str(row["name"]) for row in TABLES["metric"].rows]
        for reference, name in zip(shop.all("metric"), names, strict=False):
            self._metrics.append((reference, texts_of(shop, name), name in _ORDERS))
            self._weights.append(_BUSY.get(name, 1))

    def make(self, seconds: list[int]) -> list[EventRow]:
        """One event at each of the instants, given in seconds since 1970.

        They are in the shop then.
        """
        shop, random = self._shop, self._shop.random
        known = shop.all("profile") or [Reference("profile", shop.ids.ulid(shop.clock.now()))]
        chosen = random.choices(self._metrics, weights=self._weights, k=len(seconds))
        people = random.choices(known, k=len(seconds))
        table = shop.world.table("event")
        made: list[EventRow] = []
        for second, (metric, texts, ordered), who in zip(seconds, chosen, people, strict=True):
            self._count += 1
            row = self._stamp(
                second,
                metric,
                texts,
                who,
                attributed=ordered or self._count % ATTRIBUTED_EVERY == 0,
            )
            table.put(row)
            made.append(row)
        return made

    def _stamp(
        self,
        second: int,
        metric: Reference,
        texts: list[bytes],
        who: Reference,
        *,
        attributed: bool,
    ) -> EventRow:
        number = self._count
        row_id = self._shop.ids.event()
        text = (
            self._odd[number // ODD_EVERY % len(self._odd)]
            if number % ODD_EVERY == 0
            else texts[number % len(texts)]
        )
        value = b"%d.%02d" % (number * 7 % 400, number * 13 % 100)
        properties = text.replace(EVENT_ID, b"event-%d" % number).replace(VALUE, value)
        micros = second * MICROS
        when = self._text(second)
        if number % SPACED_EVERY == 0:
            micros += number * 7919 % MICROS
            when = spaced_text(moment_of(micros))
        uuid = f"{second & 0xFFFFFFFF:08x}-{number & 0xFFFF:04x}-11f1-8001-{number >> 16:012x}"
        attributes = b'{"timestamp":%d,"event_properties":%b,"datetime":"%b","uuid":"%b"}' % (
            second,
            properties,
            when.encode(),
            uuid.encode(),
        )
        links: dict[str, Links] = {
            "profile": who,
            "metric": self._gone if number % UNRESOLVED_EVERY == 0 else metric,
            "attributions": (self._attribution(row_id),) if attributed else (),
        }
        return EventRow(row_id, attributes, links, micros)

    def _text(self, second: int) -> str:
        """RFC 3339 to the second; the costly part, the day, is kept."""
        day, rest = divmod(second, DAY)
        start = self._days.get(day)
        if start is None:
            start = self._days[day] = datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%dT")
        return f"{start}{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}+00:00"

    def _attribution(self, event_id: str) -> Reference:
        """Make the event's attribution to a flow or campaign; both have the same id (recorded)."""
        reference = Reference("attribution", event_id)
        links: dict[str, Links] = {"event": Reference("event", event_id)}
        campaign = self._origin("campaign")
        if self._count % 3 and campaign is not None:
            links["campaign"] = campaign
            row = self._shop.world.get(campaign)
            messages = row.relations["campaign-messages"] if row else None
            if isinstance(messages, list) and messages:
                links["campaign-message"] = messages[0]
        else:
            links["flow"] = self._origin("flow")
            links["flow-message"] = self._origin("flow-message")
            links["flow-message-variation"] = links["flow-message"]
        self._shop.put(reference, {}, links)
        return reference

    def _origin(self, resource_type: str) -> Reference | None:
        rows = self._shop.world.table(resource_type).rows
        if not rows:
            return None
        known = self._known.setdefault(resource_type, list(rows))
        return Reference(resource_type, known[self._count % len(known)])


def build_events(shop: Shop, maker: EventMaker) -> None:
    """All events; a few of a real shop's lie ahead of now."""
    now = shop.clock.now()
    count = shop.settings.events
    spread = shop.settings.spread
    in_shop = spread == "shop" and count > len(FUTURE_HOURS)
    ahead = (
        [int((now + timedelta(hours=hours)).timestamp()) for hours in FUTURE_HOURS]
        if in_shop
        else []
    )
    usual = moments(count - len(ahead), spread, shop.settings.spread_years, now, shop.random)
    maker.make(usual + ahead)
