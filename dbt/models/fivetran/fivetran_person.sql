{{ config(alias='person') }}

select
    id,
    {% for name in ['email', 'phone_number', 'first_name', 'last_name', 'organization', 'title'] %}
    {{ source_klaviyo.json_text('attributes', [name]) }} as {{ name }},
    {% endfor %}
    {{ source_klaviyo.json_text('attributes', ['location', 'address1']) }} as address_1,
    {{ source_klaviyo.json_text('attributes', ['location', 'address2']) }} as address_2,
    {% for name in ['city', 'region', 'country', 'zip', 'timezone'] %}
    {{ source_klaviyo.json_text('attributes', ['location', name]) }} as {{ name }},
    {% endfor %}
    {% for name in ['latitude', 'longitude'] %}
    cast({{ source_klaviyo.json_text('attributes', ['location', name]) }} as {{ dbt.type_float() }})
        as {{ name }},
    {% endfor %}
    {{ source_klaviyo.utc_of('attributes', 'created') }} as created,
    {{ source_klaviyo.utc_of('attributes', 'updated') }} as updated,
    {{ source_klaviyo.utc_of('attributes', 'last_event_date') }} as last_event_date,
    false as _fivetran_deleted,
    _airbyte_extracted_at as _fivetran_synced
from {{ source('klaviyo', 'profiles') }}
