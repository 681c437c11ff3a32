# The connector's image, in the form that Airbyte runs. To build it without a network, see
# CONTRIBUTING.md. No BuildKit is needed.
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.0.2@sha256:9fdb1888c4264cf6fee473649ecb593f56f58e5d0096a87ee0b231777e2e3e73

FROM ${BASE_IMAGE} AS build
USER root
WORKDIR /build
COPY requirements/install.py requirements/run.txt requirements/build.txt requirements/
# Wheels that were downloaded to wheels/, if any, are taken instead of the index's.
COPY requirements/run.txt wheel[s]/ wheels/
RUN set -eu; \
    if ls wheels/*.whl >/dev/null 2>&1; then export PIP_NO_INDEX=1 PIP_FIND_LINKS=/build/wheels; fi; \
    export PIP_NO_CACHE_DIR=1; \
    python requirements/install.py /opt/source-klaviyo run; \
    python requirements/install.py builder build; \
    find /opt/source-klaviyo -type d -name tests -prune -exec rm -rf {} +
# airbyte-cdk asks for packages that only its other kinds of source import: file readers, a server, the
# Connector Builder. They are 140 of 250 MB.
COPY pyproject.toml README.md LICENSE ./
COPY source_klaviyo source_klaviyo
RUN set -eu; \
    builder/bin/python -m hatchling build -t wheel; \
    pip=/opt/source-klaviyo/bin/pip; \
    $pip install --no-cache-dir --no-index --no-deps dist/*.whl; \
    $pip check; \
    $pip uninstall -q -y grpcio nltk numpy pandas rapidfuzz pip

FROM ${BASE_IMAGE}
COPY --from=build /opt/source-klaviyo /opt/source-klaviyo
ENV PATH=/opt/source-klaviyo/bin:$PATH
ENV AIRBYTE_ENTRYPOINT=source-klaviyo
WORKDIR /airbyte/integration_code
USER airbyte
ENTRYPOINT ["source-klaviyo"]
LABEL io.airbyte.name=airbyte/source-klaviyo
LABEL io.airbyte.version=4.0.0
