# syntax=docker/dockerfile:1
# The app as one image: docker build -t wikics-explorer . && docker run -p 8080:8080 wikics-explorer
FROM python:3.11-slim AS build
# An index with CPU builds of PyTorch; build with --build-arg TORCH_INDEX= for the CUDA build.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_EXTRA_INDEX_URL=${TORCH_INDEX} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY core core
RUN pip install --constraint constraints.txt --editable . && python -m compileall -q core

# A graph and a trained model go along, so that the first visitor finds something to ask.
FROM build AS demo
ENV WIKICS_HOME=/srv/wikics
RUN wikics graph --graph twin && wikics train --graph twin --preset gcn

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 app && mkdir -p /srv/wikics && chown app /srv/wikics
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY --from=build /app ./
COPY --chown=app --from=demo /srv/wikics /srv/wikics
COPY .streamlit .streamlit
COPY streamlit_app.py ./
COPY pages pages
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WIKICS_HOME=/srv/wikics PORT=8080
USER app
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
# serve replaces itself by the server, which therefore gets SIGTERM and drains.
CMD ["wikics", "serve", "--address", "0.0.0.0"]
