with campaigns as (
    select
        campaigns.id,
        {{ source_klaviyo.json_text('campaigns.attributes', ['name']) }} as campaign_name,
        {{ source_klaviyo.local_day(
            source_klaviyo.utc_of('campaigns.attributes', 'send_time'),
            source_klaviyo.account_timezone()
        ) }} as sent_on
    from {{ source('klaviyo', 'campaigns') }} as campaigns
    cross join {{ source('klaviyo', 'accounts') }} as accounts
)

select
    -- A sending that goes on into the next month has a row there as well, on its first day.
    case
        when campaigns.sent_on between reports.period_start and reports.period_end
        then campaigns.sent_on
        else reports.period_start
    end as day,
    reports.conversion_metric_id,
    reports.campaign_id,
    campaigns.campaign_name,
    reports.campaign_message_id as message_id,
    {{ source_klaviyo.json_text('messages.attributes', ['definition', 'content', 'subject']) }}
        as subject,
    reports.send_channel,
    reports.variation,
    {{ source_klaviyo.report_counts() }}
from {{ source('klaviyo', 'campaign_values_reports') }} as reports
left join campaigns on campaigns.id = reports.campaign_id
left join {{ source('klaviyo', 'campaign_messages') }} as messages
    on messages.id = reports.campaign_message_id
