"""Rules that become true of a run, and the webhook that is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.app.alerts import LOOK_SECONDS, QUIET_SECONDS, SENT_SECONDS, Alerts, load_rules, send_json
from core.errors import ConfigError, QueryError, UnavailableError

RULES = """
webhook: https://hooks.example.org/secret
rules:
  low: epoch > 2 and val_acc < 80%
  over: state = finished
  fell: fallen > 50%
"""


@pytest.fixture
def rules(tmp_path):
    (tmp_path / "alerts.yaml").write_text(RULES, "utf-8")
    return load_rules(tmp_path / "alerts.yaml")


@pytest.fixture
def look(explorer, rules, tmp_path):
    """Looks at a time, as a new process each time; what was told then, by rule and run."""

    def look_(at, *, refuses=False):
        told = []

        def send(address, message):
            if refuses:
                raise UnavailableError("not now")
            told.append((address, message["rule"], message["run"]))

        alerts = Alerts(explorer.runs, rules, tmp_path / "alerts.json", send=send, now=lambda: at)
        alerts._began_at = 0.0  # so that a run which ended before counts as one that ends now
        assert not alerts.look()
        return told

    return look_


def test_row_24_each_rule_is_told_of_a_run_once_a_day(look, make_run):
    address = "https://hooks.example.org/secret"
    run_id = make_run(wrong=(2, 7))  # validation accuracy 50 %
    with pytest.raises(UnavailableError):
        look(1000.0, refuses=True)
    first = [(address, "low", run_id), (address, "over", run_id)]
    assert look(1000.0) == first
    assert look(1001.0) == look(999.0 + QUIET_SECONDS) == []
    assert look(1001.0 + QUIET_SECONDS) == first


def test_row_24_a_webhook_is_reached_within_five_seconds():
    assert LOOK_SECONDS + SENT_SECONDS <= 5.0


def test_row_24_runs_that_ended_before_the_app_began_are_not_told(explorer, rules, make_run, tmp_path):
    make_run()
    told = []
    alerts = Alerts(explorer.runs, rules, tmp_path / "alerts.json", send=lambda *message: told.append(message))
    assert (alerts.look(), told) == (False, [])
    assert Alerts(explorer.runs, load_rules(None), tmp_path / "alerts.json", send=send_json).look()  # no rule: done


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", ConfigError, "names no webhook"),
        ("webhook: ftp://x.org\nrules: {a: gcn}", ConfigError, "names no webhook"),
        ("webhook: https://x.org", ConfigError, "has no rules"),
        ("webhook: https://x.org\nrules: {a: 7}", ConfigError, "says 'a: 7': expected a name and a query"),
        ("webhook: https://x.org\nrules: {a: 'split >'}", QueryError, "a value is expected"),
        ("a: [", ConfigError, "cannot be read"),
    ],
)
def test_row_24_what_is_no_rule_is_said_with_the_way_on(tmp_path, text, error, words):
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    with pytest.raises(error, match=words):
        load_rules(tmp_path / "a.yaml")
    with pytest.raises(ConfigError, match="No such file"):
        load_rules(tmp_path / "b.yaml")


def test_row_24_a_webhook_gets_json_and_its_address_is_in_no_error():
    taken = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200 if self.path == "/secret" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    send_json(f"{address}/secret", {"text": "low"})
    with pytest.raises(UnavailableError, match="answered 404") as refused:
        send_json(f"{address}/secret/other", {})
    server.shutdown()
    server.server_close()
    with pytest.raises(UnavailableError, match="cannot be reached") as gone:
        send_json(f"{address}/secret", {})
    assert taken == [{"text": "low"}, {}]
    assert "secret" not in str(refused.value) + str(gone.value)
