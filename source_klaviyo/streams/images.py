"""Images API: https://developers.klaviyo.com/en/reference/images_api_overview ."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.windowed import WindowedStream


class Images(WindowedStream):
    """The images of the account's library. Hidden images are a partition."""

    endpoint = "images"
    scopes = ("images:read",)
    limit = M
    page_size = 100
    resource = "image"
    single = "images/{id}"
    cursor_attribute = "updated_at"
    partitions = ({"hidden": False}, {"hidden": True})
