"""Streams whose records are rows of the same kind from several collections."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from airbyte_cdk.models import SyncMode

from source_klaviyo.api.client import Client
from source_klaviyo.api.partition import Scalar
from source_klaviyo.protocol import Record
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class UnionStream(WindowedStream):
    """Several streams with records of the same shape, read as a single stream.

    `kinds` maps the value that tells their records apart to the stream; records get the value under
    `kind_key`. Every member is a view of its own collection, and keeps its partitions, its cursor
    and its quota.

    >>> from source_klaviyo.streams.tags import TagLinks
    >>> TagLinks.kind_key, sorted(TagLinks.kinds)
    ('resource_type', ['campaign', 'flow', 'list', 'segment'])
    """

    kinds: ClassVar[Mapping[str, type[WindowedStream]]]
    kind_key: ClassVar[str]
    ordered = False  # the orders of the members do not mix

    def __init_subclass__(cls) -> None:
        """Take over the declarations of the members."""
        super().__init_subclass__()
        first = next(iter(cls.kinds.values()))
        cls.endpoint, cls.limit, cls.single = first.endpoint, first.limit, first.single
        scopes = {scope for member in cls.kinds.values() for scope in member.scopes}
        cls.scopes = tuple(sorted(scopes))

    def __init__(self, client: Client, constants: Mapping[str, Scalar] | None = None) -> None:
        """Bind the declaration to one sync's `client`."""
        super().__init__(client, constants)
        self._members = [
            member(client, {self.kind_key: kind}) for kind, member in self.kinds.items()
        ]

    @property
    def members(self) -> Sequence[KlaviyoStream]:
        """The streams of a single collection each that together make this stream."""
        return self._members

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[Any]:
        """Yield the records of every member. Only the first member has slices."""
        del stream_slice
        for member in self._members:
            yield from member.read_records(sync_mode, cursor_field, None, stream_state)

    def probe(self) -> Sequence[Record]:
        """Return the first records of every member; see KlaviyoStream."""
        return [record for member in self._members for record in member.probe()]

    def stream_slices(self, **_: object) -> Iterable[Any]:
        """Yield a single slice: the members have their own."""
        yield {}
