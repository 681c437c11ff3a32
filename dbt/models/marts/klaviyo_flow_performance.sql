select
    reports.date as day,
    reports.conversion_metric_id,
    reports.flow_id,
    {{ source_klaviyo.json_text('flows.attributes', ['name']) }} as flow_name,
    reports.flow_message_id as message_id,
    reports.send_channel,
    reports.variation,
    {{ source_klaviyo.report_counts() }}
from {{ source('klaviyo', 'flow_series_reports') }} as reports
left join {{ source('klaviyo', 'flows') }} as flows on flows.id = reports.flow_id
