"""Which part of a request Klaviyo refuses is found out, and that alone is left out."""

import logging
from itertools import pairwise

import pytest
from airbyte_cdk.models import FailureType
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.errors import ParameterRefused, ScopeMissing, StreamFailed
from source_klaviyo.streams.optional_parameters import OptionalParameters

PARTS = ["include=tags", "include=actions", "additional-fields[flow]", "sort"]
REFUSED = ParameterRefused("No such thing.", None)
FORBIDDEN = ScopeMissing("tags:read is missing.")
PASSING = StreamFailed("Klaviyo answered 503.", FailureType.transient_error)


def parameters(collection: str) -> OptionalParameters:
    return OptionalParameters(collection, GrantedScopes(api_key("pk")), {})


def send(
    optional: OptionalParameters, refused: set[str], failure: StreamFailed = REFUSED
) -> set[str] | None:
    """Send one request until it succeeds; return what it went without, None if it never did."""
    for _ in range(20):
        without = optional.left_out
        asked = [part for part in PARTS if part not in without]
        if not refused & {*asked}:
            optional.accepted(without)
            return {*without}
        if not optional.refused(without, asked, failure):
            return None
    raise AssertionError("it has no end")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("failure", [REFUSED, FORBIDDEN])
def test_the_refused_part_is_found_and_told_once(
    part: str, failure: StreamFailed, caplog: pytest.LogCaptureFixture
) -> None:
    optional = parameters("flows")
    with caplog.at_level(logging.WARNING, "airbyte"):
        for _ in range(3):
            assert send(optional, {part}, failure) == {part}
    (told,) = caplog.messages
    assert f"refuses {part}" in told
    assert str(failure.message) in told
    assert optional.left_out == {part}


@pytest.mark.parametrize("pair", list(pairwise(PARTS)), ids=str)
def test_two_refused_at_once_are_left_out(pair: tuple[str, str]) -> None:
    optional = parameters("flows")
    found = send(optional, {*pair})
    assert found is not None
    assert found >= {*pair}
    assert send(optional, {*pair}) == found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from(PARTS)), min_size=1, max_size=4))
def test_whatever_is_refused_over_time_requests_succeed_again(refusals: list[set[str]]) -> None:
    optional, refused = parameters("flows"), set[str]()
    for more in refusals:
        refused |= more
        found = send(optional, refused)
        assert found is not None
        assert found >= refused
        assert found <= {*PARTS}


def test_the_parameter_that_klaviyo_names_is_tried_first() -> None:
    optional = parameters("flows")
    assert optional.refused(frozenset(), PARTS, ParameterRefused("No.", "sort"))
    assert optional.left_out == {"sort"}
    optional = parameters("flows")
    assert optional.refused(frozenset(), PARTS, ParameterRefused("No.", "additional-fields"))
    assert optional.left_out == {"additional-fields[flow]"}


def test_where_nothing_helps_all_is_asked_for_again_and_the_request_ends() -> None:
    optional = parameters("flows")
    tried = [optional.left_out]
    while optional.refused(optional.left_out, PARTS, REFUSED):
        tried.append(optional.left_out)
        assert len(tried) < 30
    assert len(set(tried)) == len(tried)
    assert {*PARTS} in tried
    assert optional.left_out == frozenset()
    assert not optional.refused(optional.left_out, [], REFUSED)


def test_a_request_that_was_sent_before_is_only_sent_again() -> None:
    optional = parameters("flows")
    assert optional.refused(frozenset(), PARTS, REFUSED)
    trial = optional.left_out
    assert optional.refused(frozenset(), PARTS, REFUSED)
    assert optional.left_out == trial
    optional.accepted(frozenset())
    assert optional.left_out == trial, "an answer of before says nothing of the trial"


def test_a_fault_that_may_pass_needs_a_second_round_before_anything_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    optional, nothing = parameters("profiles"), frozenset[str]()
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert optional.refused(nothing, ["include=tags"], PASSING)
        optional.accepted(frozenset({"include=tags"}))
        assert optional.left_out == nothing
        assert caplog.messages == []
        assert optional.refused(nothing, ["include=tags"], PASSING)
        optional.accepted(optional.left_out)
        assert optional.left_out == {"include=tags"}
    assert len(caplog.messages) == 1


def test_two_faults_that_have_both_passed_are_no_refusal() -> None:
    optional, nothing = parameters("profiles"), frozenset[str]()
    for _ in range(2):
        assert optional.refused(nothing, ["include=tags"], PASSING)
        optional.accepted(optional.left_out)
        assert optional.left_out == nothing
        for _ in range(100):
            optional.accepted(nothing)  # with everything, after all


def test_after_an_outage_a_refusal_is_still_found() -> None:
    optional, nothing = parameters("flows"), frozenset[str]()
    while optional.refused(optional.left_out, PARTS, PASSING):
        pass
    optional.accepted(nothing)
    assert send(optional, {"include=tags"}) == {"include=tags"}


def test_a_scope_that_is_missing_is_found_once_for_all_collections(
    caplog: pytest.LogCaptureFixture,
) -> None:
    granted = GrantedScopes(api_key("pk"))
    flows, campaigns = (
        OptionalParameters(name, granted, {"include=tags": "tags:read"})
        for name in ("flows", "campaigns")
    )
    for name in ("flows", "campaigns"):
        granted.enriches("tags:read", f"tags of {name}")
    with caplog.at_level(logging.WARNING, "airbyte"):
        assert send(flows, {"include=tags"}, FORBIDDEN) == {"include=tags"}
        assert campaigns.left_out == {"include=tags"}
        assert send(campaigns, {"include=tags"}, FORBIDDEN) == {"include=tags"}
    (told,) = caplog.messages
    assert told.startswith("Missing scope tags:read: records have null for the tags of flows, the")


def test_another_part_is_still_found_where_a_scope_is_missing() -> None:
    granted = GrantedScopes(api_key("pk"))
    flows = OptionalParameters("flows", granted, {"include=tags": "tags:read"})
    granted.refused("tags:read")
    assert send(flows, {"include=tags", "sort"}) == {"include=tags", "sort"}
