{{ config(alias='event') }}

select
    events.id,
    {{ source_klaviyo.json_text('events.attributes', ['uuid']) }} as uuid,
    {{ source_klaviyo.utc_column('events.datetime') }} as datetime,
    {{ source_klaviyo.utc_column('events.datetime') }} as timestamp,
    events.metric_id,
    events.profile_id as person_id,
    events.metric_name as type,
    events.campaign_id,
    events.flow_id,
    case when events.flow_id is not null then events.message_id end as flow_message_id,
    events.variation_id as _variation,
    events.value as property_value,
    case
        when event_attributions.attributed_event_id is not null
        then '{"attributed_event_id": "' || event_attributions.attributed_event_id || '"}'
    end as property_attribution,
    false as _fivetran_deleted,
    events._airbyte_extracted_at as _fivetran_synced
from {{ source('klaviyo', 'events') }} as events
left join {{ source('klaviyo', 'event_attributions') }} as event_attributions
    on event_attributions.event_id = events.id
