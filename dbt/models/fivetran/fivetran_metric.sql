{{ config(alias='metric') }}

select
    id,
    {{ source_klaviyo.json_text('attributes', ['name']) }} as name,
    {{ source_klaviyo.utc_of('attributes', 'created') }} as created,
    {{ source_klaviyo.utc_of('attributes', 'updated') }} as updated,
    {{ source_klaviyo.json_text('attributes', ['integration', 'id']) }} as integration_id,
    {{ source_klaviyo.json_text('attributes', ['integration', 'name']) }} as integration_name,
    -- Klaviyo writes the category of some integrations as text, that of others as an object.
    coalesce(
        {{ source_klaviyo.json_text('attributes', ['integration', 'category', 'name']) }},
        {{ source_klaviyo.json_text('attributes', ['integration', 'category']) }}
    ) as integration_category,
    {{ source_klaviyo.deleted('metrics') }} as _fivetran_deleted,
    _airbyte_extracted_at as _fivetran_synced
from {{ source('klaviyo', 'metrics') }} as metrics
