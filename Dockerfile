ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.0.2@sha256:9fdb1888c4264cf6fee473649ecb593f56f58e5d0096a87ee0b231777e2e3e73
FROM ${BASE_IMAGE}

WORKDIR /airbyte/integration_code
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md ./
COPY source_klaviyo source_klaviyo
RUN pip install --no-cache-dir --no-deps .

ENV AIRBYTE_ENTRYPOINT="source-klaviyo"
ENTRYPOINT ["source-klaviyo"]
