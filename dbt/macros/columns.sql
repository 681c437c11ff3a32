{# What several models write alike. #}

{# The time at a key of a JSON column, in UTC. #}
{% macro utc_of(column, key) -%}
  {{ source_klaviyo.utc(source_klaviyo.json_text(column, [key])) }}
{%- endmacro %}

{# The true or false at a key of a JSON column. #}
{% macro flag_of(column, key) -%}
  ({{ source_klaviyo.json_text(column, [key]) }} = 'true')
{%- endmacro %}

{# The timezone in which the account's days begin, where `accounts` is joined. #}
{% macro account_timezone() -%}
  {{ source_klaviyo.json_text('accounts.attributes', ['timezone']) }}
{%- endmacro %}

{# The counts of a report's rows, which is to be named `reports`. #}
{% macro report_counts() -%}
  reports.recipients,
  reports.delivered,
  reports.bounced,
  reports.opens,
  reports.opens_unique,
  reports.clicks,
  reports.clicks_unique,
  reports.unsubscribes,
  reports.spam_complaints,
  reports.conversions,
  reports.conversion_uniques,
  reports.conversion_value
{%- endmacro %}

{# Whether a row of a stream is the tombstone of a deleted one. Not all streams have tombstones. #}
{% macro deleted(stream) -%}
  {%- set found = [] -%}
  {%- if execute and flags.INTROSPECT -%}
    {%- set columns = adapter.get_columns_in_relation(source('klaviyo', stream)) -%}
    {%- set found = columns | map(attribute='name') | map('lower') | list -%}
  {%- endif -%}
  {{ stream ~ '._ab_cdc_deleted_at is not null' if '_ab_cdc_deleted_at' in found else 'false' }}
{%- endmacro %}
