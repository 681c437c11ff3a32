{{ config(alias='flow') }}

select
    id,
    {{ source_klaviyo.json_text('attributes', ['name']) }} as name,
    {{ source_klaviyo.json_text('attributes', ['status']) }} as status,
    {{ source_klaviyo.json_text('attributes', ['trigger_type']) }} as trigger_type,
    {{ source_klaviyo.flag_of('attributes', 'archived') }} as archived,
    {{ source_klaviyo.utc_of('attributes', 'created') }} as created,
    {{ source_klaviyo.utc_of('attributes', 'updated') }} as updated,
    {{ source_klaviyo.deleted('flows') }} as _fivetran_deleted,
    _airbyte_extracted_at as _fivetran_synced
from {{ source('klaviyo', 'flows') }} as flows
