"""Custom Objects API: https://developers.klaviyo.com/en/reference/custom_objects_api_overview ."""

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.quotas.limits import XS, S
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class DataSources(KlaviyoStream):
    """The sources of records of custom objects."""

    endpoint = "data-sources"
    scopes = ("custom-objects:read",)
    limit = S
    page_size = 100


class ObjectTypes(KlaviyoStream):
    """The kinds of custom objects, with the ids of their current and their draft schema."""

    endpoint = "object-types"
    scopes = ("custom-objects:read",)
    limit = S
    include = ("current-schema", "draft-schema")
    relationship_ids = (
        ("current-schema", "current_schema_id"),
        ("draft-schema", "draft_schema_id"),
    )
    parameters = (("fields[object-schema]", "id"),)
    resource = "object-type"


class ObjectSchemas(KlaviyoStream):
    """Every version of the schemas of custom objects."""

    endpoint = "object-types/{id}/schema-versions"
    scopes = ("custom-objects:read",)
    limit = S
    parent = ObjectTypes
    parent_key = "object_type_id"


class ObjectRecords(KlaviyoStream):
    """The records of custom objects. They carry no time of change."""

    endpoint = "object-types/{id}/object-records"
    scopes = ("custom-objects:read",)
    limit = S
    page_size = 100
    parent = ObjectTypes
    parent_key = "object_type_id"
    keys = ("object_type_id", "id")


class ObjectIngestionLogs(WindowedStream):
    """The outcome of each ingestion of custom objects' records. Klaviyo keeps two weeks of logs."""

    endpoint = "object-types/{id}/object-ingestion-logs"
    scopes = ("custom-objects:read",)
    limit = XS
    parent = ObjectTypes
    parent_key = "object_type_id"
    cursor_attribute = "timestamp"
    lower = Bound.GREATER_OR_EQUAL
    sortable = ordered = False


class ObjectTypeLinks(KlaviyoStream):
    """Links between kinds of custom objects.

    The id holds the other kind's id and the way of linking.
    """

    endpoint = "object-types/{id}/relationships/object-types"
    scopes = ("custom-objects:read",)
    limit = S
    parent = ObjectTypes
    parent_key = "object_type_id"
    keys = ("object_type_id", "id")


class ObjectTypeProfileLinks(KlaviyoStream):
    """Links from kinds of custom objects to profiles. The id holds the way of linking."""

    endpoint = "object-types/{id}/relationships/profile-object-types"
    scopes = ("custom-objects:read",)
    limit = S
    parent = ObjectTypes
    parent_key = "object_type_id"
    keys = ("object_type_id", "id")
