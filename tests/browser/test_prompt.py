"""The app's own answers leave at once."""

import time
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

DELAYED_ACKNOWLEDGEMENT_SECONDS = 0.04  # of Linux, once a connection has answered the first few at once


def test_c05_a_small_answer_waits_for_no_acknowledgement(app):
    connection = HTTPConnection(urlsplit(app.url).netloc)
    seconds = []
    for _ in range(60):
        began = time.perf_counter()
        connection.request("GET", "/_stcore/health")
        assert connection.getresponse().read() == b"ok"
        seconds.append(time.perf_counter() - began)
    connection.close()
    assert median(seconds[20:]) < DELAYED_ACKNOWLEDGEMENT_SECONDS
