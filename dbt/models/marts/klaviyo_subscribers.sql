with joined as (
    select
        list_profiles.list_id,
        {{ source_klaviyo.local_day(
            source_klaviyo.utc_column('list_profiles.joined_group_at'),
            source_klaviyo.account_timezone()
        ) }} as day
    from {{ source('klaviyo', 'list_profiles') }} as list_profiles
    cross join {{ source('klaviyo', 'accounts') }} as accounts
),

list_days as (
    select list_id, day, count(*) as joined from joined group by list_id, day
)

select
    list_days.day,
    'list' as kind,
    list_days.list_id as group_id,
    {{ source_klaviyo.json_text('lists.attributes', ['name']) }} as group_name,
    list_days.joined,
    cast(null as {{ dbt.type_int() }}) as departed,
    sum(list_days.joined) over (partition by list_days.list_id order by list_days.day) as members
from list_days
left join {{ source('klaviyo', 'lists') }} as lists on lists.id = list_days.list_id

union all

select
    reports.date as day,
    'segment' as kind,
    reports.segment_id as group_id,
    {{ source_klaviyo.json_text('segments.attributes', ['name']) }} as group_name,
    reports.members_added as joined,
    reports.members_removed as departed,
    reports.total_members as members
from {{ source('klaviyo', 'segment_series_reports') }} as reports
left join {{ source('klaviyo', 'segments') }} as segments on segments.id = reports.segment_id
