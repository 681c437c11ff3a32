"""The days of one timezone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from klaviyo_sandbox.store.moment import micros_at, moment_of


class LocalTime:
    """Turns local times into instants, in microseconds since 1970, and back."""

    def __init__(self, timezone: str) -> None:
        """Keep the time of an IANA `timezone`.

        Raises:
            ZoneInfoNotFoundError: the timezone is unknown.
        """
        self._zone = ZoneInfo(timezone)
        self._starts: dict[int, int] = {}

    def instant(self, local: datetime) -> int:
        """Return the instant of a local time; of two, the first."""
        return micros_at(local.replace(tzinfo=self._zone).astimezone(UTC))

    def local(self, instant: int) -> datetime:
        """Return the local time of an instant, with its offset."""
        return moment_of(instant).astimezone(self._zone)

    def day_of(self, instant: int) -> int:
        """Return the local day (its ordinal) of an instant."""
        return self.local(instant).toordinal()

    def day_start(self, day: int) -> int:
        """Return the instant at which a local day (an ordinal) starts."""
        if day not in self._starts:
            self._starts[day] = self.instant(datetime.fromordinal(day))
        return self._starts[day]

    def unzoned(self, instant: int) -> str:
        """Write an instant as series do: local time, with `+00:00` all the same (recorded)."""
        return self.local(instant).replace(tzinfo=UTC).isoformat()
