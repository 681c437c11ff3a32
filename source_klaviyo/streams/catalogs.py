"""Catalogs API: https://developers.klaviyo.com/en/reference/catalogs_api_overview .

Catalog rows show when they were updated, but Klaviyo neither filters nor sorts by `updated`.
"""

from source_klaviyo.api.quotas.limits import XL
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.records.derived import IdAs


class CatalogItems(KlaviyoStream):
    """The products of the catalog, each with the ids of its variants."""

    endpoint = "catalog-items"
    scopes = ("catalogs:read",)
    limit = XL
    page_size = 100
    include = ("variants",)
    relationship_ids = (("variants", "variant_ids"),)
    parameters = (("fields[catalog-variant]", "id"),)


class CatalogVariants(KlaviyoStream):
    """The variants of products, with price and stock; `catalog_items` has the links to products."""

    endpoint = "catalog-variants"
    scopes = ("catalogs:read",)
    limit = XL
    page_size = 100


class CatalogCategories(KlaviyoStream):
    """The categories of the catalog."""

    endpoint = "catalog-categories"
    scopes = ("catalogs:read",)
    limit = XL
    page_size = 100
    resource = "catalog-category"


class CatalogCategoryItems(KlaviyoStream):
    """The products of each category: ids only."""

    endpoint = "catalog-categories/{id}/relationships/items"
    scopes = ("catalogs:read",)
    limit = XL
    page_size = 100
    parent = CatalogCategories
    parent_key = "category_id"
    keys = ("category_id", "id")
    derived = (IdAs("item_id"),)
