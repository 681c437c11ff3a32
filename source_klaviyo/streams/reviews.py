"""Reviews API: https://developers.klaviyo.com/en/reference/reviews_api_overview ."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.windowed import NewestFirstStream


class Reviews(NewestFirstStream):
    """Customers' reviews of products. Klaviyo sorts by `updated`, but does not filter by it."""

    endpoint = "reviews"
    scopes = ("reviews:read",)
    limit = M
    page_size = 100
    cursor_attribute = "updated"
