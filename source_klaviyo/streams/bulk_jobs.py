"""Bulk jobs of several of Klaviyo's APIs. Klaviyo keeps them for about a week.

Most can neither be filtered nor sorted by time.
"""

from source_klaviyo.api.quotas.limits import XL, L, M
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.windowed import NewestFirstStream
from source_klaviyo.streams.records.derived import IdAs


class _CatalogJobs(KlaviyoStream):
    scopes = ("catalogs:read",)
    limit = XL


class CatalogCategoryBulkCreateJobs(_CatalogJobs):
    """Jobs that create categories of the catalog."""

    endpoint = "catalog-category-bulk-create-jobs"


class CatalogCategoryBulkDeleteJobs(_CatalogJobs):
    """Jobs that delete categories of the catalog."""

    endpoint = "catalog-category-bulk-delete-jobs"


class CatalogCategoryBulkUpdateJobs(_CatalogJobs):
    """Jobs that change categories of the catalog."""

    endpoint = "catalog-category-bulk-update-jobs"


class CatalogItemBulkCreateJobs(_CatalogJobs):
    """Jobs that create products of the catalog."""

    endpoint = "catalog-item-bulk-create-jobs"
    limit = L


class CatalogItemBulkDeleteJobs(_CatalogJobs):
    """Jobs that delete products of the catalog."""

    endpoint = "catalog-item-bulk-delete-jobs"


class CatalogItemBulkUpdateJobs(_CatalogJobs):
    """Jobs that change products of the catalog."""

    endpoint = "catalog-item-bulk-update-jobs"
    limit = L


class CatalogVariantBulkCreateJobs(_CatalogJobs):
    """Jobs that create variants of products."""

    endpoint = "catalog-variant-bulk-create-jobs"
    limit = L


class CatalogVariantBulkDeleteJobs(_CatalogJobs):
    """Jobs that delete variants of products."""

    endpoint = "catalog-variant-bulk-delete-jobs"


class CatalogVariantBulkUpdateJobs(_CatalogJobs):
    """Jobs that change variants of products."""

    endpoint = "catalog-variant-bulk-update-jobs"
    limit = L


class CouponCodeBulkCreateJobs(KlaviyoStream):
    """Jobs that create codes of coupons."""

    endpoint = "coupon-code-bulk-create-jobs"
    scopes = ("coupon-codes:read",)
    limit = L


class _ProfileJobs(NewestFirstStream):
    cursor_attribute = "created_at"
    arrives_late = True  # a job goes on changing after it was created


class ProfileBulkImportJobs(_ProfileJobs):
    """Jobs that import profiles, newest first."""

    endpoint = "profile-bulk-import-jobs"
    scopes = ("lists:read", "profiles:read")
    limit = M
    page_size = 100
    resource = "profile-bulk-import-job"


class ProfileBulkImportErrors(KlaviyoStream):
    """Rows that imports refused, with the reasons."""

    endpoint = "profile-bulk-import-jobs/{id}/import-errors"
    scopes = ("lists:read", "profiles:read")
    limit = M
    page_size = 100
    parent = ProfileBulkImportJobs
    parent_key = "job_id"
    keys = ("job_id", "id")


class ProfileBulkImportLists(KlaviyoStream):
    """The lists to which imports have added their profiles: ids only."""

    endpoint = "profile-bulk-import-jobs/{id}/relationships/lists"
    scopes = ("lists:read", "profiles:read")
    limit = M
    parent = ProfileBulkImportJobs
    parent_key = "job_id"
    keys = ("job_id", "id")
    derived = (IdAs("list_id"),)


class ProfileBulkImportProfiles(KlaviyoStream):
    """The profiles that imports have created or changed: ids only."""

    endpoint = "profile-bulk-import-jobs/{id}/relationships/profiles"
    scopes = ("lists:read", "profiles:read")
    limit = M
    page_size = 100
    parent = ProfileBulkImportJobs
    parent_key = "job_id"
    keys = ("job_id", "id")
    derived = (IdAs("profile_id"),)


class ProfileSuppressionBulkCreateJobs(_ProfileJobs):
    """Jobs that suppress profiles, newest first."""

    endpoint = "profile-suppression-bulk-create-jobs"
    scopes = ("subscriptions:read",)
    limit = L
    sort_key = "created"


class ProfileSuppressionBulkDeleteJobs(_ProfileJobs):
    """Jobs that lift the suppression of profiles, newest first."""

    endpoint = "profile-suppression-bulk-delete-jobs"
    scopes = ("subscriptions:read",)
    limit = L
    sort_key = "created"
