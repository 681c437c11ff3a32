{# What the four warehouses write differently: texts in JSON, times, days of a timezone. #}

{# The text at a path in a JSON column, null where nothing is there. Keys are names, or numbers for
   places in a list: json_text('attributes', ['location', 'city']). #}
{% macro json_text(column, path) -%}
  {{ adapter.dispatch('json_text', 'source_klaviyo')(column, path) }}
{%- endmacro %}

{% macro _json_path(path, quote='"') -%}
  {%- for key in path -%}
    {{ '[' ~ key ~ ']' if key is number else '.' ~ quote ~ key ~ quote }}
  {%- endfor -%}
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
  json_extract_string({{ column }}, '${{ source_klaviyo._json_path(path) }}')
{%- endmacro %}

{% macro postgres__json_text(column, path) -%}
  ({{ column }} #>> '{ {{- path | join(',') -}} }')
{%- endmacro %}

{% macro bigquery__json_text(column, path) -%}
  json_value({{ column }}, '${{ source_klaviyo._json_path(path) }}')
{%- endmacro %}

{% macro snowflake__json_text(column, path) -%}
  get_path({{ column }}, '{{ source_klaviyo._json_path(path)[1:] }}')::varchar
{%- endmacro %}


{# A time in text as a timestamp without timezone, in UTC. Klaviyo writes an offset in every time. #}
{% macro utc(time) -%}
  {{ adapter.dispatch('utc', 'source_klaviyo')(time) }}
{%- endmacro %}

{% macro default__utc(time) -%}
  (cast({{ time }} as timestamptz) at time zone 'UTC')
{%- endmacro %}

{% macro bigquery__utc(time) -%}
  cast({{ time }} as timestamp)
{%- endmacro %}

{% macro snowflake__utc(time) -%}
  convert_timezone('UTC', to_timestamp_tz({{ time }}::varchar))::timestamp_ntz
{%- endmacro %}


{# The same of a column of times, whether the destination keeps their timezone or not. #}
{% macro utc_column(column) -%}
  {{ adapter.dispatch('utc_column', 'source_klaviyo')(column) }}
{%- endmacro %}

{% macro duckdb__utc_column(column) -%}
  make_timestamp(epoch_us({{ column }}))
{%- endmacro %}

{% macro postgres__utc_column(column) -%}
  (to_timestamp(extract(epoch from {{ column }})) at time zone 'UTC')
{%- endmacro %}

{% macro bigquery__utc_column(column) -%}
  cast({{ column }} as timestamp)
{%- endmacro %}

{% macro snowflake__utc_column(column) -%}
  convert_timezone('UTC', {{ column }}::timestamp_tz)::timestamp_ntz
{%- endmacro %}


{# The day of a time in UTC, in the timezone that an expression names. #}
{% macro local_day(utc, timezone) -%}
  {{ adapter.dispatch('local_day', 'source_klaviyo')(utc, timezone) }}
{%- endmacro %}

{% macro default__local_day(utc, timezone) -%}
  cast((({{ utc }}) at time zone 'UTC') at time zone {{ timezone }} as date)
{%- endmacro %}

{% macro bigquery__local_day(utc, timezone) -%}
  date({{ utc }}, {{ timezone }})
{%- endmacro %}

{% macro snowflake__local_day(utc, timezone) -%}
  convert_timezone('UTC', {{ timezone }}, {{ utc }})::date
{%- endmacro %}
