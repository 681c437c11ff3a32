"""From a catalog and states to jobs: starts, look-backs, and what is refused."""

import pytest
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
from source_klaviyo.protocol import FOREVER, Window
from source_klaviyo.streams.registry import STREAMS
from source_klaviyo.sync.engine import Job, Refusal

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
) -> list[Job | Refusal]:
    client = Client("https://a.klaviyo.com", api_key("pk"))
    config = Config.parse({"api_key": "pk", **settings})
    catalog = ConfiguredAirbyteCatalog(list(streams))
    return plan([kind(client) for kind in STREAMS], catalog, states or [], config, BEGAN)


def windows(job: Job | Refusal) -> list[Window]:
    assert isinstance(job, Job)
    return [chain.window for chain in job.parts.start()]


EVENTS_STATE = state("events", datetime="2026-05-28T20:26:40+00:00")


@pytest.mark.parametrize(
    ("destination", "settings", "days"),
    [
        (DestinationSyncMode.append_dedup, {}, 7),
        (DestinationSyncMode.append, {}, 0),
        (DestinationSyncMode.append, {"lookback_days": 3}, 3),
        (DestinationSyncMode.append_dedup, {"lookback_days": 0}, 0),
    ],
)
def test_events_look_back_where_duplicates_are_removed(
    destination: DestinationSyncMode, settings: dict[str, object], days: int
) -> None:
    stream = configured("events", destination=destination)
    (job,) = planned(stream, states=[EVENTS_STATE], **settings)
    assert windows(job) == [Window(WATERMARK - days * DAY, FOREVER)]


def test_only_late_streams_look_back() -> None:
    (job,) = planned(
        configured("profiles"), states=[state("profiles", updated="2026-05-28T20:26:40+00:00")]
    )
    assert windows(job) == [Window(WATERMARK, FOREVER)]


def test_a_start_date_bounds_events_and_profiles_and_nothing_that_they_refer_to() -> None:
    jobs = planned(
        *map(configured, ("events", "profiles", "lists")), start_date="2026-05-28T20:26:40Z"
    )
    assert [windows(job)[0].lo for job in jobs] == [WATERMARK, WATERMARK, 0]


def test_a_full_refresh_takes_no_notice_of_state() -> None:
    stream = configured("events", SyncMode.full_refresh, DestinationSyncMode.overwrite)
    (job,) = planned(stream, states=[EVENTS_STATE])
    assert windows(job) == [Window(0, FOREVER)]
    assert isinstance(job, Job)
    assert not job.parts.keeps_state


def test_streams_that_cannot_be_read_are_refused_by_themselves() -> None:
    strange, snapshot, foreign, good = planned(
        configured("orders"),
        configured("metrics"),
        configured("events"),
        configured("lists"),
        states=[state("events", updated="2026-05-28")],
    )
    for refusal, words in (
        (strange, "no stream orders"),
        (snapshot, "set it to full refresh"),
        (foreign, "another stream's"),
    ):
        assert isinstance(refusal, Refusal)
        assert words in str(refusal.failure)
    assert isinstance(good, Job)


def test_a_catalog_without_streams_or_with_one_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="selects no stream"):
        planned()
    with pytest.raises(ConfigError, match="more than once: lists"):
        planned(configured("lists"), configured("lists"))


def test_a_state_that_is_not_of_a_stream_is_refused() -> None:
    with pytest.raises(ConfigError, match="not one state per stream"):
        planned(configured("lists"), states=[AirbyteStateMessage(AirbyteStateType.GLOBAL)])


def test_parents_that_have_not_turned_up_keep_their_state_until_the_end() -> None:
    members = configured("list_profiles")
    known = [
        {"partition": {"list_id": name}, "cursor": {"joined_group_at": "2026-05-28T20:26:40+00:00"}}
        for name in ("kept", "deleted")
    ]
    (job,) = planned(members, states=[state("list_profiles", states=known)])
    assert isinstance(job, Job)
    (root,) = job.parts.start()
    assert job.parts.partition(root.partition) in job.parts.readable.roots
    assert job.parts.state(BEGAN, complete=False) == {"states": known}
    (chain,) = job.parts.open({"list_id": "kept"})
    assert chain.window == Window(WATERMARK, FOREVER)
    (new,) = job.parts.open({"list_id": "new"})
    assert new.window == Window(0, FOREVER)
    unfinished = job.parts.state(BEGAN, complete=False)["states"]
    assert isinstance(unfinished, list)
    assert [entry["partition"]["list_id"] for entry in unfinished] == ["kept", "new", "deleted"]
    done = job.parts.state(BEGAN, complete=True)["states"]
    assert isinstance(done, list)
    assert [entry["partition"]["list_id"] for entry in done] == ["kept", "new"]


def test_a_parent_that_turns_up_twice_is_read_once() -> None:
    (job,) = planned(configured("list_profiles"))
    assert isinstance(job, Job)
    assert len(job.parts.open({"list_id": "one"})) == 1
    assert job.parts.open({"list_id": "one"}) == []
    assert len(job.parts.open({"list_id": "other"})) == 1
