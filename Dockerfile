# docker build -t wflint . && docker run --rm -v "$PWD:/code:ro" wflint check --no-cache
FROM python:3.13-slim

# git tells which files are ignored, and what a file was in another revision. Debian has one version
# of it at a time, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends -y git \
    && rm -rf /var/lib/apt/lists/*

COPY . /tmp/wflint
RUN pip install --no-cache-dir /tmp/wflint && rm -rf /tmp/wflint

USER 1000:1000
WORKDIR /code
ENTRYPOINT ["wflint"]
CMD ["check"]
