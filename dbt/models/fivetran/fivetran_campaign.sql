{{ config(alias='campaign') }}

with messages as (
    select
        *,
        row_number() over (partition by campaign_id order by id) as place
    from {{ source('klaviyo', 'campaign_messages') }}
)

select
    campaigns.id,
    campaigns.channel as campaign_type,
    {{ source_klaviyo.json_text('campaigns.attributes', ['name']) }} as name,
    {{ source_klaviyo.json_text('campaigns.attributes', ['status']) }} as status,
    cast(null as {{ dbt.type_string() }}) as status_id,
    cast(null as {{ dbt.type_string() }}) as status_label,
    {{ source_klaviyo.flag_of('campaigns.attributes', 'archived') }} as archived,
    {{ source_klaviyo.json_text('messages.attributes', ['definition', 'content', 'subject']) }}
        as subject,
    {{ source_klaviyo.json_text('messages.attributes', ['definition', 'content', 'from_email']) }}
        as from_email,
    {{ source_klaviyo.json_text('messages.attributes', ['definition', 'content', 'from_label']) }}
        as from_name,
    messages.template_id as email_template_id,
    {{ source_klaviyo.utc_of('campaigns.attributes', 'created_at') }} as created,
    {{ source_klaviyo.utc_of('campaigns.attributes', 'updated_at') }} as updated,
    {{ source_klaviyo.utc_of('campaigns.attributes', 'scheduled_at') }} as scheduled,
    {{ source_klaviyo.utc_of('campaigns.attributes', 'send_time') }} as send_time,
    case
        when {{ source_klaviyo.json_text('campaigns.attributes', ['status']) }} = 'Sent'
        then {{ source_klaviyo.utc_of('campaigns.attributes', 'send_time') }}
    end as sent_at,
    {{ source_klaviyo.deleted('campaigns') }} as _fivetran_deleted,
    campaigns._airbyte_extracted_at as _fivetran_synced
from {{ source('klaviyo', 'campaigns') }} as campaigns
left join messages on messages.campaign_id = campaigns.id and messages.place = 1
