"""What a timer's request lets through of what a person does."""

import asyncio

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.scriptrunner_utils.script_requests import _TRIGGER_PROTO_FIELDS

from pages.ui.timers import _HAPPENINGS, QuietTimers

STREAM = {"type": "websocket", "path": "/below/_stcore/stream"}


def ask(*, timer=False, **values):
    message = BackMsg()
    message.rerun_script.is_auto_rerun = timer
    message.rerun_script.fragment_id = "part" if timer else ""
    for name, (kind, value) in values.items():
        message.rerun_script.widget_states.widgets.add(id=name, **{kind: value})
    return {"type": "websocket.receive", "bytes": message.SerializeToString()}


def pass_on(*messages, scope=STREAM):
    """What an app behind the middleware is told."""
    waiting, told = list(messages), []

    async def receive():
        return waiting.pop(0)

    async def app(_scope, receive, _send):
        told.extend([await receive() for _ in messages])

    asyncio.run(QuietTimers(app)(scope, receive, None))
    return told


def read(message):
    told = BackMsg.FromString(message["bytes"]).rerun_script
    return {state.id: getattr(state, state.WhichOneof("value")) for state in told.widget_states.widgets}


def test_a_click_is_told_by_its_own_request_alone():
    told = pass_on(
        ask(epochs=("double_value", 200.0)),
        ask(timer=True, epochs=("double_value", 200.0), start=("trigger_value", True)),
        ask(epochs=("double_value", 200.0), start=("trigger_value", True)),
        ask(timer=True, epochs=("double_value", 200.0), start=("trigger_value", True)),
    )
    assert [read(message) for message in told] == [
        {"epochs": 200.0},
        {"epochs": 200.0},
        {"epochs": 200.0, "start": True},
        {"epochs": 200.0},
    ]


def test_a_value_is_told_by_its_own_request_first():
    told = pass_on(
        ask(epochs=("double_value", 200.0), name=("string_value", "a")),
        ask(timer=True, epochs=("double_value", 30.0), name=("string_value", "a"), more=("bool_value", True)),
        ask(epochs=("double_value", 30.0), more=("bool_value", True)),
        ask(timer=True, epochs=("double_value", 30.0), more=("bool_value", True)),
    )
    assert [read(message) for message in told] == [
        {"epochs": 200.0, "name": "a"},
        {"name": "a"},
        {"epochs": 30.0, "more": True},
        {"epochs": 30.0, "more": True},
    ]


def test_what_happens_once_is_what_streamlit_takes_for_it():
    assert set(_HAPPENINGS) == _TRIGGER_PROTO_FIELDS


def test_what_happens_once_never_comes_with_a_timer():
    happenings = {
        "pressed": ("trigger_value", True),
        "drawn": ("json_trigger_value", '{"event": "ended"}'),
    }
    assert read(pass_on(ask(timer=True, **happenings))[0]) == {}


def test_all_else_goes_by_as_it_is():
    stop = BackMsg(stop_script=True).SerializeToString()
    others = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "bytes": b"\xff\xff"},
        {"type": "websocket.receive", "bytes": None, "text": "ping"},
        {"type": "websocket.receive", "bytes": stop},
        {"type": "websocket.disconnect", "code": 1001},
    ]
    assert pass_on(*others) == others
    timer = ask(timer=True, start=("trigger_value", True))
    assert pass_on(timer, scope={"type": "websocket", "path": "/other"}) == [timer]
    assert pass_on({"type": "http.request"}, scope={"type": "http", "path": "/_stcore/stream"})
