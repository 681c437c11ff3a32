"""Streams that are the same rows of several collections."""

from collections.abc import Mapping
from typing import ClassVar

import requests

from source_klaviyo.api.client import Client
from source_klaviyo.api.quota import Quota
from source_klaviyo.protocol import Page, Partition, Window
from source_klaviyo.streams.windowed import WindowedStream


class UnitedStream(WindowedStream):
    """Several streams with records of one shape, read as one.

    `members` are the streams by the value that tells their records apart; each declares as its
    `parent_key` the key under which that value is put on top. Every member keeps its partitions,
    its cursor and its quota.
    """

    members: ClassVar[Mapping[str, type[WindowedStream]]]
    ordered = False  # unless all members are, and then none of them needs to be

    def __init_subclass__(cls) -> None:
        """Take over what the members declare."""
        super().__init_subclass__()
        first = next(iter(cls.members.values()))
        cls.endpoint, cls.limit = first.endpoint, first.limit
        scopes = {scope for member in cls.members.values() for scope in member.scopes}
        cls.scopes = tuple(sorted(scopes))

    def __init__(self, client: Client) -> None:
        """Bind the declaration to one sync's `client`."""
        super().__init__(client)
        self._members = {value: member(client) for value, member in self.members.items()}
        self.partitions = [
            {member.parent_key: value, **partition}
            for value, member in self._members.items()
            for partition in member.partitions
        ]

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what a request for a page of a member draws on; see protocol.Readable."""
        return self._of(partition).quota(partition, token)

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch one page of a member; see protocol.Readable."""
        return self._of(partition).fetch(partition, window, token, attempt)

    def probe(self) -> Page:
        """Fetch a first resource of every member; see KlaviyoStream."""
        first, *_ = [member.probe() for member in self._members.values()]
        return first

    def query(self, partition: Partition, window: Window) -> dict[str, str]:
        """Return the parameters of a member's first request."""
        return self._of(partition).query(partition, window)

    def _page(self, response: requests.Response, partition: Partition) -> Page:
        return self._of(partition)._page(response, partition)  # noqa: SLF001  of this very class

    def _url(self, partition: Partition) -> str:
        return self._of(partition)._url(partition)  # noqa: SLF001

    def _of(self, partition: Partition) -> WindowedStream:
        return next(
            member
            for value, member in self._members.items()
            if partition[member.parent_key] == value
        )
