"""From a catalog and states to jobs: starts, look-backs, and what is refused."""

import orjson
import pytest
import requests
from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStream,
    AirbyteStreamState,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.plan import plan
from source_klaviyo.protocol import FOREVER, PageRequest, Window
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.requests.collection import KlaviyoCollection
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, SyncPlan
from source_klaviyo.sync.output.stream_output import StreamOutput
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.state.foreign import OLDEST_EVENT
from unit_tests.kinds import OF_RESOURCES
from unit_tests.pages import reading

NAMES = [stream_name(kind) for kind in OF_RESOURCES]
BEGAN = 1_790_000_000
WATERMARK = 1_780_000_000
DAY = 86_400


def configured(
    name: str,
    mode: SyncMode = SyncMode.incremental,
    destination: DestinationSyncMode = DestinationSyncMode.append_dedup,
) -> ConfiguredAirbyteStream:
    stream = AirbyteStream(name, {}, [SyncMode.full_refresh, SyncMode.incremental])
    return ConfiguredAirbyteStream(stream, mode, destination)


def state(name: str, **data: object) -> AirbyteStateMessage:
    return AirbyteStateMessage(
        AirbyteStateType.STREAM,
        AirbyteStreamState(StreamDescriptor(name), AirbyteStateBlob(data)),
    )


def planned(
    *streams: ConfiguredAirbyteStream,
    states: list[AirbyteStateMessage] | None = None,
    **settings: object,
) -> SyncPlan:
    client = Client("https://a.klaviyo.com", api_key("pk"))
    config = Config.parse({"api_key": "pk_a1b2c3", **settings})
    catalog = ConfiguredAirbyteCatalog(list(streams))
    made = plan([kind(client) for kind in STREAMS], catalog, states or [], config, client, BEGAN)
    plans = [made, *(each.prepare() for each in made.later)]
    return SyncPlan(
        [stream for each in plans for stream in each.streams],
        [collection for each in plans for collection in each.collections],
        [refusal for each in plans for refusal in each.refusals],
    )


def windows(job: StreamJob) -> list[Window]:
    return job.checkpoint({}).missing()


def collection_of(made: SyncPlan, name: str) -> CollectionJob:
    (found,) = (job for job in made.collections if job.collection.name == name)
    return found


EVENTS_STATE = state("events", datetime="2026-05-28T20:26:40+00:00", version=1)


@pytest.mark.parametrize(
    ("destination", "settings", "days"),
    [
        (DestinationSyncMode.append_dedup, {}, 7),
        (DestinationSyncMode.append, {}, 7),
        (DestinationSyncMode.append, {"lookback_days": 3}, 3),
        (DestinationSyncMode.append_dedup, {"lookback_days": 0}, 0),
    ],
)
def test_events_look_back_whatever_the_destination_does(
    destination: DestinationSyncMode, settings: dict[str, object], days: int
) -> None:
    stream = configured("events", destination=destination)
    (job,) = planned(stream, states=[EVENTS_STATE], **settings).streams
    assert windows(job) == [Window(WATERMARK - days * DAY, FOREVER)]


def test_only_late_streams_look_back() -> None:
    kept = state("profiles", updated="2026-05-28T20:26:40+00:00")
    (job,) = planned(configured("profiles"), states=[kept]).streams
    assert windows(job) == [Window(WATERMARK, FOREVER)]


def test_a_start_date_bounds_events_and_nothing_that_they_refer_to() -> None:
    jobs = planned(
        *map(configured, ("events", "profiles", "lists")), start_date="2026-05-28T20:26:40Z"
    ).streams
    assert [windows(job)[0].lo for job in jobs] == [WATERMARK, 0, 0]


def test_a_full_refresh_takes_no_notice_of_state() -> None:
    stream = configured("events", SyncMode.full_refresh, DestinationSyncMode.overwrite)
    (job,) = planned(stream, states=[EVENTS_STATE]).streams
    assert windows(job) == [Window(0, FOREVER)]
    assert not job.keeps_state


def test_a_catalog_without_streams_or_with_one_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="selects no stream"):
        planned()
    with pytest.raises(ConfigError, match="more than once: lists"):
        planned(configured("lists"), configured("lists"))


def test_a_state_that_is_not_of_a_stream_is_refused() -> None:
    with pytest.raises(ConfigError, match="not one state per stream"):
        planned(configured("lists"), states=[AirbyteStateMessage(AirbyteStateType.GLOBAL)])


@pytest.mark.parametrize(
    ("streams", "collections"),
    [
        (("events", "event_attributions"), ["events"]),
        (("events", "events_detailed"), ["events"]),
        (("profile_conversations", "profiles"), ["profiles", "profiles"]),
        (("campaigns", "campaign_messages"), ["campaigns"]),
        (("flows", "flow_actions", "flow_definitions"), ["flows"]),
        (("lists", "list_profiles"), ["lists", "lists/{id}/profiles"]),
        (("flow_messages",), ["flow-actions/{id}/flow-messages", "flows"]),
        (("profiles", "profile_predictive_analytics"), ["profiles"]),
        (("profiles", "global_exclusions"), ["profiles", "profiles"]),
    ],
)
def test_streams_of_one_collection_share_it(
    streams: tuple[str, ...], collections: list[str]
) -> None:
    for order in (streams, streams[::-1]):
        made = planned(*map(configured, order))
        assert sorted(job.collection.name for job in made.collections) == collections


@pytest.mark.parametrize("order", [("flows", "flow_definitions"), ("flow_definitions", "flows")])
def test_how_a_collection_is_read_does_not_depend_on_the_order_of_the_catalog(
    order: tuple[str, str],
) -> None:
    (job,) = planned(*map(configured, order)).collections
    assert job.collection.ordered == planned(configured("flows")).collections[0].collection.ordered


def test_children_hang_on_the_pages_that_their_parents_stream_reads_anyway() -> None:
    made = planned(*map(configured, ("lists", "list_profiles")))
    lists, members = (collection_of(made, name) for name in ("lists", "lists/{id}/profiles"))
    own, listing = lists.views
    assert own.stream is made.streams[0]
    assert own.children == []
    assert (listing.stream, listing.children) == (None, [members])


def test_all_streams_together_can_be_asked_for() -> None:
    made = planned(*map(configured, NAMES))
    assert not made.refusals
    assert [job.stream.name for job in made.streams] == NAMES
    for job in made.collections:
        views = tuple(range(len(job.views)))
        partition = next(iter(job.collection.partitions), {})
        request = PageRequest(partition, Window(), views)
        assert isinstance(job.collection, KlaviyoCollection)
        assert job.collection.parameters(request) is not None
        response = requests.Response()
        response._content = b'{"data":[],"included":[],"links":{"next":null}}'
        page = job.collection.read(response, request)
        assert [extract.failure for extract in page.extracts] == [None] * len(views)


def members_reader(
    states: list[AirbyteStateMessage],
) -> tuple[CollectionReader, StreamOutput]:
    """Return the reader of the members of lists, and the output of their stream."""
    made = planned(configured("list_profiles"), states=states)
    job = collection_of(made, "lists/{id}/profiles")
    return reading(job, BEGAN, parents=1), StreamOutput(made.streams[0], 1, lambda: BEGAN)


def listed(output: StreamOutput) -> list[str]:
    """Return the lists that the output's state names."""
    found = orjson.loads(output.state(0.0))["state"]["stream"]["stream_state"]["states"]
    return [entry["partition"]["list_id"] for entry in found]


def test_parents_that_have_not_turned_up_keep_their_state_until_the_end() -> None:
    known = [
        {"partition": {"list_id": name}, "cursor": {"joined_group_at": "2026-05-28T20:26:40+00:00"}}
        for name in ("kept", "deleted")
    ]
    reader, output = members_reader([state("list_profiles", states=known, version=1)])
    assert listed(output) == ["kept", "deleted"]
    reader.open({"list_id": "kept"})
    reader.open({"list_id": "new"})
    assert [Window(each.lo, each.hi) for each in reader.tasks.readers()] == [
        Window(WATERMARK, FOREVER),
        Window(0, FOREVER),
    ]
    assert listed(output) == ["kept", "new", "deleted"]
    output.open_views = 0
    assert listed(output) == ["kept", "new"]


def test_a_parent_that_turns_up_twice_is_read_once() -> None:
    reader, _ = members_reader([])
    for name in ("one", "one", "other"):
        reader.open({"list_id": name})
    assert [each.partition for each in reader.tasks.readers()] == [
        {"list_id": "one"},
        {"list_id": "other"},
    ]


@pytest.mark.parametrize("days", [0, 7])
def test_a_state_of_another_connector_is_looked_back_from_at_once(days: int) -> None:
    """The official connector reads no event before 2012, so its state covers no beginning."""
    theirs = state("events", datetime="2026-05-28T20:26:40+00:00")
    (job,) = planned(configured("events"), states=[theirs], lookback_days=days).streams
    assert windows(job)[-1] == Window(WATERMARK - days * DAY, FOREVER)
    assert windows(job)[0] == Window(0, OLDEST_EVENT)
