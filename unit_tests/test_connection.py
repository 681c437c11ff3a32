"""Sessions follow nothing, and do not even look where an answer leads."""

import pytest
import requests_mock

from source_klaviyo.api import connection
from source_klaviyo.api.auth import api_key

URL = "https://a.klaviyo.com/api/lists"


@pytest.mark.parametrize("location", ["http://[::1", "ÿþ", "https://example.com/", "//"])
def test_where_a_redirect_leads_does_not_matter(location: str) -> None:
    with requests_mock.Mocker() as klaviyo:
        klaviyo.get(URL, status_code=302, headers={"Location": location})
        session = connection.session("https://a.klaviyo.com", api_key("pk"))
        assert session.get(URL, allow_redirects=False).is_redirect
        assert session.get(URL).is_redirect
        assert klaviyo.call_count == 2
