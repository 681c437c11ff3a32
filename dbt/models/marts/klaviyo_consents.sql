with states as (
    {% for channel in ['email', 'sms'] %}
    select
        id as profile_id,
        '{{ channel }}' as channel,
        {{ source_klaviyo.json_text(
            'attributes', ['subscriptions', channel, 'marketing', 'consent']
        ) }} as state,
        cast(null as {{ dbt.type_string() }}) as reason,
        {{ source_klaviyo.utc(source_klaviyo.json_text(
            'attributes', ['subscriptions', channel, 'marketing', 'consent_timestamp']
        )) }} as since
    from {{ source('klaviyo', 'profiles') }}

    union all

    {% endfor %}
    select
        id as profile_id,
        'email' as channel,
        'SUPPRESSED' as state,
        {{ source_klaviyo.json_text(
            'attributes', ['subscriptions', 'email', 'marketing', 'suppression', 0, 'reason']
        ) }} as reason,
        {{ source_klaviyo.utc(source_klaviyo.json_text(
            'attributes', ['subscriptions', 'email', 'marketing', 'suppression', 0, 'timestamp']
        )) }} as since
    from {{ source('klaviyo', 'profiles') }}
)

select
    profile_id,
    channel,
    state,
    reason,
    since as valid_from,
    lead(since) over (
        partition by profile_id, channel
        order by since, case when state = 'SUPPRESSED' then 1 else 0 end
    ) as valid_to
from states
where since is not null
