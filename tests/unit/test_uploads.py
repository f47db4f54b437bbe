"""Files that a browser sends to Streamlit's own address: from whom, how many bytes, how slowly."""

import asyncio
import tomllib
from pathlib import Path

import orjson
import pytest

from core.app.access import MAX_ADMITTED, Access
from core.settings import Secret
from pages.ui import uploads
from pages.ui.uploads import MAX_FILE_BYTES, MAX_VISITOR_BYTES, GuardedUploads

ROOT = Path(__file__).parents[2]
OPEN, OFF, TOKEN = Access("open", None), Access("off", None), Access("token", Secret("secret"))


async def take(scope, receive, send):
    """As Streamlit does: reads the whole body, then answers."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})


def put(access, *, session="mine", kept=None, parts=(b"a", b"b"), method="PUT", path="/_stcore/upload_file", **headers):
    """The status, the sentence, and how many parts were read."""
    messages = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]
    given, sent = iter(messages), []

    async def receive():
        if (message := next(given, None)) is None:
            await asyncio.sleep(3600)
        return message

    async def send(message):
        sent.append(message)

    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": f"{path}/{session}/file", "headers": named}
    guarded = GuardedUploads(take, lambda: access, lambda: kept or {})
    asyncio.run(guarded(scope, receive, send))
    assert guarded.coming == {}
    detail = orjson.loads(sent[1]["body"])["detail"] if len(sent) > 1 else ""
    return sent[0]["status"], detail, len(parts) - len(list(given))


def test_n05_no_upload_is_read_where_training_is_off():
    refusal = "no file is taken while training is switched off: run your own copy to open a graph or import runs"
    assert put(OFF) == put(OFF, path="/wikics/_stcore/upload_file") == (403, refusal, 0)
    assert put(OFF, authorization="Bearer secret")[0] == 403
    assert put(OPEN) == (204, "", 2)


def test_n05_uploads_need_the_token_where_training_does():
    refusal = "this app takes files only from holders of its token: enter it on Train first"
    assert (
        put(TOKEN) == put(TOKEN, authorization="secret") == put(TOKEN, authorization="Bearer no") == (403, refusal, 0)
    )
    assert put(TOKEN, authorization="Bearer secret") == (204, "", 2)
    TOKEN.admit("mine")
    assert [put(TOKEN)[0], put(TOKEN, session="other")[0]] == [204, 403]
    OFF.admit("mine")
    assert put(OFF)[0] == 403


def test_n05_what_is_no_upload_is_left_alone():
    assert put(OFF, method="OPTIONS")[0] == put(OFF, path="/_stcore/health")[0] == 204


def test_n06_no_more_is_taken_than_memory_bears():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] << 20 == MAX_FILE_BYTES
    much = {"mine": MAX_VISITOR_BYTES - 5}
    assert put(OPEN, kept=much, **{"content-length": "6"}) == (
        413, "at most 200 MB are taken of one visitor: reload the page", 0
    )  # fmt: skip
    assert put(OPEN, kept=much)[0] == put(OPEN, kept=much, **{"content-length": "-1"})[0] == 413
    assert put(OPEN, kept=much, **{"content-length": "5"})[0] == put(OPEN, kept=much, session="other")[0] == 204
    everybody = {str(number): MAX_FILE_BYTES for number in range(10)}
    assert put(OPEN, kept=everybody)[0] == 503


def test_n06_who_sends_too_slowly_is_given_up(monkeypatch):
    monkeypatch.setattr(uploads, "SILENT_SECONDS", 0.01)
    assert put(OPEN, parts=(b"a", b"b", b""), method="PUT")[0] == 204

    async def endless(scope, receive, send):
        while True:
            await receive()

    monkeypatch.setitem(globals(), "take", endless)
    assert put(OPEN) == (408, "the file did not come within 0 seconds of its last part: send it again", 2)


def test_n06_of_very_many_sessions_the_first_are_forgotten():
    access = Access("token", Secret("secret"))
    for number in range(MAX_ADMITTED + 1):
        access.admit(str(number))
    assert [access.admits(str(number)) for number in (0, 1, MAX_ADMITTED)] == [False, True, True]


@pytest.mark.parametrize("access", [OPEN, OFF])
def test_n05_sessions_count_for_the_token_alone(access):
    access.admit("mine")
    assert access.admits("mine") == access.admits("other") == (access is OPEN)
