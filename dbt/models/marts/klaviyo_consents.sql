with consents as (
    select *, max(updated) over (partition by profile_id) as newest
    from {{ source('klaviyo', 'profile_consents') }}
),

states as (
    select
        *,
        consent as entered,
        cast(null as {{ dbt.type_string() }}) as because,
        {{ source_klaviyo.utc_column('consent_timestamp') }} as since,
        0 as place
    from consents
    where consent is not null and consent_timestamp is not null

    union all

    select
        *,
        'SUPPRESSED' as entered,
        reason as because,
        {{ source_klaviyo.utc_column('suppressed_at') }} as since,
        1 as place
    from consents
    where suppressed_at is not null
)

select
    profile_id,
    channel,
    purpose,
    list_id,
    entered as state,
    because as reason,
    since as valid_from,
    coalesce(
        lead(since) over (
            partition by profile_id, channel, purpose, list_id order by since, place
        ),
        -- A suppression that came no more with the newest rows of its profile has been lifted.
        case when updated < newest then {{ source_klaviyo.utc_column('newest') }} end
    ) as valid_to
from states
