"""What the browser's timers tell: that time has passed, and nothing of what a person does at that moment."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState

_PATH: Final = "/_stcore/stream"
_HAPPENINGS: Final = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")


class QuietTimers:
    """ASGI middleware: the request of a timer answers nothing that a person's own request has not answered before.

    The browser notes a click or a value at once and sends it a moment later. Where a part of the page that follows a
    run asks for news within this moment, Streamlit lets its request tell the click as well, which is then acted upon
    twice: one click began two runs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].endswith(_PATH):
            await self.app(scope, receive, send)
            return
        answered: dict[str, WidgetState] = {}

        async def receive_quiet() -> Message:
            nonlocal answered
            message = await receive()
            if request := _read_request(message):
                if request.rerun_script.is_auto_rerun:
                    _silence(request.rerun_script, answered)
                    return {**message, "bytes": request.SerializeToString()}
                answered = {state.id: state for state in request.rerun_script.widget_states.widgets}
            return message

        await self.app(scope, receive_quiet, send)


def _read_request(message: Message) -> BackMsg | None:
    """The request for a script's run that a websocket's message is, if it is one."""
    content = message.get("bytes")
    if message["type"] != "websocket.receive" or not content:
        return None
    try:
        request = BackMsg.FromString(content)
    except Exception:  # noqa: BLE001  # the parser's own error; Streamlit says that it is no request
        return None
    return request if request.WhichOneof("type") == "rerun_script" else None


def _silence(told: ClientState, answered: dict[str, WidgetState]) -> None:
    """Takes out of a request what differs from these answers, and whatever is no lasting value but happens once."""
    widgets = told.widget_states.widgets
    for place in reversed(range(len(widgets))):
        state = widgets[place]
        if state.WhichOneof("value") in _HAPPENINGS or answered.get(state.id) != state:
            del widgets[place]
