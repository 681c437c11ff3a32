"""No id and no link leads a request to another path."""

from urllib.parse import unquote, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.address import address, refuse_elsewhere
from source_klaviyo.errors import StreamFailed
from unit_tests.examples import few

BASE = "https://a.klaviyo.com"
OWN = f"{BASE}/api/lists/a%2Fb/profiles"
PATH = "lists/{id}/profiles"

ids = st.text(min_size=1) | st.text("./\\%2eEfF?#;:@&=+ ", min_size=1)


@few(40)
@given(ids.filter(lambda text: text not in (".", "..")))
def test_an_id_stays_one_segment_of_the_path(resource_id: str) -> None:
    sent = requests.Request("GET", address(BASE, PATH, resource_id), params={"a": "b"}).prepare()
    parts = urlsplit(sent.url or "")
    segments = parts.path.split("/")
    assert segments[:3] == ["", "api", "lists"]
    assert [unquote(segment) for segment in segments[3:]] == [resource_id, "profiles"]
    assert (parts.netloc, parts.query) == ("a.klaviyo.com", "a=b")


@pytest.mark.parametrize("resource_id", ["", ".", ".."])
def test_an_id_that_no_path_can_have_is_refused_by_its_name(resource_id: str) -> None:
    with pytest.raises(StreamFailed, match="cannot be asked for") as refused:
        address(BASE, PATH, resource_id)
    assert f'"{resource_id}"' in str(refused.value)
    assert address(BASE, "lists", resource_id) == f"{BASE}/api/lists"


@pytest.mark.parametrize(
    "following",
    [
        f"{OWN}?page%5Bcursor%5D=x",
        f"{OWN}/?page%5Bcursor%5D=x",
        f"{BASE.upper().replace('HTTPS', 'https')}/api/lists/a%2fb/%70rofiles",
    ],
)
def test_the_next_page_of_the_same_collection_is_followed(following: str) -> None:
    refuse_elsewhere(OWN, following)


@pytest.mark.parametrize(
    "following",
    [
        "http://a.klaviyo.com/api/lists/a%2Fb/profiles",
        "https://a.klaviyo.com.evil.example/api/lists/a%2Fb/profiles",
        "https://evil.example@a.klaviyo.com/api/lists/a%2Fb/profiles",
        "https://a.klaviyo.com:444/api/lists/a%2Fb/profiles",
        f"{BASE}/admin/delete-all?x=1",
        f"{BASE}/api/lists/a/b/profiles",
        f"{OWN}/x/..",
        f"{OWN}/../profiles",
        f"{BASE}/api/lists/%2e%2e/lists/a%2Fb/profiles",
    ],
)
def test_no_other_address_is_followed(following: str) -> None:
    with pytest.raises(StreamFailed, match="continues elsewhere"):
        refuse_elsewhere(OWN, following)
