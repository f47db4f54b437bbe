"""Fifty visitors who browse, search and predict, for `python -m tests.bench.demo_load`, which says of what they ask."""

import itertools
import os
import random

from locust import HttpUser, between, task

GRAPH, RUN = os.environ["LOAD_GRAPH"], os.environ["LOAD_RUN"]
NUM_ARTICLES = int(os.environ["LOAD_ARTICLES"])
WORDS = ("network", "index", "parallel", "quue", "cache", "linux", "data")
_numbers = itertools.count()


class Visitor(HttpUser):
    """One person at an address of their own, who looks at an answer for a second or two before the next question."""

    wait_time = between(0.5, 2.0)

    def on_start(self):
        number = next(_numbers)
        self.client.headers["X-Forwarded-For"] = f"10.1.{number // 250}.{number % 250 + 1}"
        self.open_page()

    def ask(self, name, path, method="GET", **options):
        self.client.request(method, f"/api{path}", name=name, **options)

    @task(1)
    def open_page(self):
        self.client.get("/", name="page", headers={"Accept": "text/html"})

    @task(3)
    def search(self):
        word = random.choice(WORDS)
        for end in range(3, len(word) + 1):  # as one types
            self.ask("search", f"/graphs/{GRAPH}/articles?q={word[:end]}")

    @task(4)
    def walk(self):
        place = f"/graphs/{GRAPH}/articles/{random.randrange(NUM_ARTICLES)}"
        self.ask("article", f"{place}?run={RUN}")
        self.ask("neighbourhood", f"{place}/neighbourhood?run={RUN}")
        self.ask("links", f"{place}/links?run={RUN}")

    @task(3)
    def predict(self):
        articles = random.sample(range(NUM_ARTICLES), 20)
        self.ask("predict", f"/runs/{RUN}/predict", "POST", json={"articles": articles})

    @task(1)
    def look_at_runs(self):
        self.ask("runs", f"/runs?graph={GRAPH}")
        self.ask("curve", f"/metrics-since?run={RUN}:0:0")
