{{ config(materialized='view') }}

select
    events.id as event_id,
    {{ source_klaviyo.utc_column('events.datetime') }} as occurred_at,
    {{ source_klaviyo.local_day(
        source_klaviyo.utc_column('events.datetime'), source_klaviyo.account_timezone()
    ) }} as occurred_on,
    events.metric_id,
    events.metric_name,
    events.profile_id,
    events.value,
    events.currency,
    events.campaign_id,
    {{ source_klaviyo.json_text('campaigns.attributes', ['name']) }} as campaign_name,
    events.flow_id,
    {{ source_klaviyo.json_text('flows.attributes', ['name']) }} as flow_name,
    events.message_id,
    events.variation_id,
    event_attributions.attributed_event_id
from {{ source('klaviyo', 'events') }} as events
cross join {{ source('klaviyo', 'accounts') }} as accounts
left join {{ source('klaviyo', 'event_attributions') }} as event_attributions
    on event_attributions.event_id = events.id
left join {{ source('klaviyo', 'campaigns') }} as campaigns on campaigns.id = events.campaign_id
left join {{ source('klaviyo', 'flows') }} as flows on flows.id = events.flow_id
