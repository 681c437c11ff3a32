"""The list of all streams, in the order in which users read them: by name."""

from typing import Final

from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.billing_usage import BillingUsage
from source_klaviyo.streams.brands import (
    BrandButtons,
    BrandColors,
    BrandEmailDefaults,
    BrandLogos,
    BrandSocialGroups,
    BrandVoices,
)
from source_klaviyo.streams.bulk_jobs import (
    CatalogCategoryBulkCreateJobs,
    CatalogCategoryBulkDeleteJobs,
    CatalogCategoryBulkUpdateJobs,
    CatalogItemBulkCreateJobs,
    CatalogItemBulkDeleteJobs,
    CatalogItemBulkUpdateJobs,
    CatalogVariantBulkCreateJobs,
    CatalogVariantBulkDeleteJobs,
    CatalogVariantBulkUpdateJobs,
    CouponCodeBulkCreateJobs,
    ProfileBulkImportErrors,
    ProfileBulkImportJobs,
    ProfileBulkImportLists,
    ProfileBulkImportProfiles,
    ProfileSuppressionBulkCreateJobs,
    ProfileSuppressionBulkDeleteJobs,
)
from source_klaviyo.streams.campaigns import (
    CampaignMessages,
    CampaignRecipientEstimations,
    Campaigns,
    CampaignsDetailed,
    CampaignSendJobs,
)
from source_klaviyo.streams.catalogs import (
    CatalogCategories,
    CatalogCategoryItems,
    CatalogItems,
    CatalogVariants,
)
from source_klaviyo.streams.coupons import CouponCodes, Coupons
from source_klaviyo.streams.custom_objects import (
    DataSources,
    ObjectIngestionLogs,
    ObjectRecords,
    ObjectSchemas,
    ObjectTypeLinks,
    ObjectTypeProfileLinks,
    ObjectTypes,
)
from source_klaviyo.streams.events import EventAttributions, Events, EventsDetailed
from source_klaviyo.streams.flows import FlowActions, FlowDefinitions, FlowMessages, Flows
from source_klaviyo.streams.forms import FormDefinitions, Forms, FormVersions
from source_klaviyo.streams.images import Images
from source_klaviyo.streams.lists import ListProfiles, Lists, ListsDetailed
from source_klaviyo.streams.metric_aggregates import MetricAggregates
from source_klaviyo.streams.metrics import CustomMetrics, MappedMetrics, MetricProperties, Metrics
from source_klaviyo.streams.omnichannel_campaigns import (
    CampaignAudiences,
    CampaignVariations,
    OmnichannelCampaignMessages,
    OmnichannelCampaigns,
)
from source_klaviyo.streams.profiles import (
    GlobalExclusions,
    ProfileConversations,
    ProfilePredictiveAnalytics,
    Profiles,
)
from source_klaviyo.streams.push_tokens import PushTokens
from source_klaviyo.streams.reports import (
    CampaignValuesReports,
    FlowSeriesReports,
    FlowValuesReports,
    FormSeriesReports,
    FormValuesReports,
    SegmentSeriesReports,
    SegmentValuesReports,
)
from source_klaviyo.streams.reviews import Reviews
from source_klaviyo.streams.segments import SegmentProfiles, Segments
from source_klaviyo.streams.tags import TagGroups, TagLinks, Tags
from source_klaviyo.streams.templates import (
    EmailTemplates,
    MessageTemplates,
    TemplateUniversalContent,
)
from source_klaviyo.streams.text_messaging import TextMessagingConfigurations, TextMessagingSenders
from source_klaviyo.streams.tracking_settings import TrackingSettings
from source_klaviyo.streams.translations import Translations, TranslationValues
from source_klaviyo.streams.web_feeds import WebFeeds
from source_klaviyo.streams.webhooks import Webhooks, WebhookTopics

STREAMS: Final[tuple[type[KlaviyoStream], ...]] = (
    Accounts,
    BillingUsage,
    BrandButtons,
    BrandColors,
    BrandEmailDefaults,
    BrandLogos,
    BrandSocialGroups,
    BrandVoices,
    CampaignAudiences,
    CampaignMessages,
    CampaignRecipientEstimations,
    CampaignSendJobs,
    CampaignValuesReports,
    CampaignVariations,
    Campaigns,
    CampaignsDetailed,
    CatalogCategories,
    CatalogCategoryBulkCreateJobs,
    CatalogCategoryBulkDeleteJobs,
    CatalogCategoryBulkUpdateJobs,
    CatalogCategoryItems,
    CatalogItemBulkCreateJobs,
    CatalogItemBulkDeleteJobs,
    CatalogItemBulkUpdateJobs,
    CatalogItems,
    CatalogVariantBulkCreateJobs,
    CatalogVariantBulkDeleteJobs,
    CatalogVariantBulkUpdateJobs,
    CatalogVariants,
    CouponCodeBulkCreateJobs,
    CouponCodes,
    Coupons,
    CustomMetrics,
    DataSources,
    EmailTemplates,
    EventAttributions,
    Events,
    EventsDetailed,
    FlowActions,
    FlowDefinitions,
    FlowMessages,
    FlowSeriesReports,
    FlowValuesReports,
    Flows,
    FormDefinitions,
    FormSeriesReports,
    FormValuesReports,
    FormVersions,
    Forms,
    GlobalExclusions,
    Images,
    ListProfiles,
    Lists,
    ListsDetailed,
    MappedMetrics,
    MessageTemplates,
    MetricAggregates,
    MetricProperties,
    Metrics,
    ObjectIngestionLogs,
    ObjectRecords,
    ObjectSchemas,
    ObjectTypeLinks,
    ObjectTypeProfileLinks,
    ObjectTypes,
    OmnichannelCampaignMessages,
    OmnichannelCampaigns,
    ProfileBulkImportErrors,
    ProfileBulkImportJobs,
    ProfileBulkImportLists,
    ProfileBulkImportProfiles,
    ProfileConversations,
    ProfilePredictiveAnalytics,
    ProfileSuppressionBulkCreateJobs,
    ProfileSuppressionBulkDeleteJobs,
    Profiles,
    PushTokens,
    Reviews,
    SegmentProfiles,
    SegmentSeriesReports,
    SegmentValuesReports,
    Segments,
    TagGroups,
    TagLinks,
    Tags,
    TemplateUniversalContent,
    TextMessagingConfigurations,
    TextMessagingSenders,
    TrackingSettings,
    TranslationValues,
    Translations,
    WebFeeds,
    WebhookTopics,
    Webhooks,
)
