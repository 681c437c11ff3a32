with orders as (
    select
        profile_id,
        occurred_at,
        value,
        row_number() over (partition by profile_id order by occurred_at desc, event_id) as place
    from {{ ref('klaviyo_events') }}
    where metric_name = '{{ var("source_klaviyo_order_metric") }}'
),

totals as (
    select
        profile_id,
        count(*) as orders,
        sum(coalesce(value, 0)) as lifetime_value,
        min(occurred_at) as first_order_at,
        max(occurred_at) as last_order_at,
        max(case when place = 1 then value end) as last_order_value
    from orders
    group by profile_id
)

select
    profiles.id as profile_id,
    {% for name in ['email', 'phone_number', 'first_name', 'last_name'] %}
    {{ source_klaviyo.json_text('profiles.attributes', [name]) }} as {{ name }},
    {% endfor %}
    {{ source_klaviyo.json_text('profiles.attributes', ['location', 'country']) }} as country,
    {{ source_klaviyo.utc_of('profiles.attributes', 'created') }} as created_at,
    {{ source_klaviyo.utc_of('profiles.attributes', 'last_event_date') }} as last_event_at,
    coalesce(totals.orders, 0) as orders,
    coalesce(totals.lifetime_value, 0) as lifetime_value,
    totals.first_order_at,
    totals.last_order_at,
    totals.last_order_value,
    {% for channel in ['email', 'sms'] %}
    {{ source_klaviyo.json_text(
        'profiles.attributes', ['subscriptions', channel, 'marketing', 'consent']
    ) }} as {{ channel }}_consent,
    ({{ source_klaviyo.json_text(
        'profiles.attributes',
        ['subscriptions', channel, 'marketing', 'can_receive_' ~ channel ~ '_marketing'],
    ) }} = 'true') as can_receive_{{ channel }},
    {% endfor %}
    {{ source_klaviyo.utc_of('profiles.attributes', 'updated') }} as updated_at
from {{ source('klaviyo', 'profiles') }} as profiles
left join totals on totals.profile_id = profiles.id
