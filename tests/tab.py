"""A tab of the app without a browser: Streamlit's protocol over its websocket, for many of them at once."""

import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

FAILED = "This page failed"  # how `streamlit_app.report_error` begins


@dataclass
class Drawn:
    """What one run of a page's script drew."""

    errors: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    uploader: str = ""  # the widget that takes files
    fields: list[str] = field(default_factory=list)  # the widgets that take a text
    elements: int = 0
    seconds: float = 0.0

    @property
    def failures(self):
        """What no visitor should read: an exception, or that the page failed."""
        return self.exceptions + [text for text in self.errors if text.startswith(FAILED)]

    def take(self, element):
        self.elements += 1
        kind = element.WhichOneof("type")
        if kind == "alert" and element.alert.format == Alert.ERROR:
            self.errors.append(element.alert.body)
        elif kind == "exception":
            self.exceptions.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "file_uploader":
            self.uploader = element.file_uploader.id
        elif kind == "text_input":
            self.fields.append(element.text_input.id)
        elif kind == "code":
            self.texts.append(element.code.code_text)
        elif kind in ("markdown", "heading", "progress"):
            self.texts.append(getattr(element, kind).text if kind == "progress" else getattr(element, kind).body)


class Tab:
    """One session of the app at `url`. Use it in a `with` block."""

    def __init__(self, url, *, timeout=60.0):
        self.url, self.timeout = url, timeout
        self.session_id, self.page = "", ""
        self.opened = ExitStack()

    def __enter__(self):
        self.http = self.opened.enter_context(requests.Session())
        self.http.get(f"{self.url}/_stcore/health", timeout=self.timeout)  # which gives a cookie against forgery
        self.xsrf = self.http.cookies.get("_streamlit_xsrf", "")
        address = f"ws://{urlsplit(self.url).netloc}/_stcore/stream"
        options = {"max_size": None, "open_timeout": self.timeout, "proxy": None, "origin": self.url}
        options["subprotocols"] = ["streamlit", self.xsrf]
        options["additional_headers"] = {"Cookie": f"_streamlit_xsrf={self.xsrf}"}
        self.socket = self.opened.enter_context(connect(address, **options))
        return self

    def __exit__(self, *_):
        self.opened.close()

    def open(self, page="", query=""):
        """Runs a page's script to its end, as who opens its address."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        self.page = page
        return self._run(message)

    def enter(self, key, text):
        """Enters a text into the widget with this key, of the open page."""
        message = BackMsg()
        message.rerun_script.page_name = self.page
        widget = next(name for name in self.drawn.fields if name.endswith(f"-{key}"))
        message.rerun_script.widget_states.widgets.add(id=widget, string_value=text)
        return self._run(message)

    def _run(self, message):
        began = time.monotonic()
        self.socket.send(message.SerializeToString())
        self.drawn = self._read_run()
        self.drawn.seconds = time.monotonic() - began
        return self.drawn

    def upload(self, uploader, files):
        """Sends files (contents by name) as its uploader does, and runs the page that takes them."""
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add(id=uploader).file_uploader_state_value
        for name, content in files.items():
            state.uploaded_file_info.add(**self._send(name, content))
        self.page = ""
        return self._run(message)

    def put(self, upload_url, name, content, **headers):
        """The answer to one file that is sent."""
        headers = {"X-Xsrftoken": self.xsrf, "Origin": self.url} | headers
        address = upload_url if "://" in upload_url else f"{self.url}{upload_url}"
        return self.http.put(address, files={name: (name, content)}, headers=headers, timeout=self.timeout)

    def ask_for_url(self, name):
        """Where one file may be sent."""
        message = BackMsg()
        message.file_urls_request.request_id = secrets.token_hex(8)
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session_id
        self.socket.send(message.SerializeToString())
        while True:
            answer = self._receive()
            if answer.WhichOneof("type") == "file_urls_response":
                return answer.file_urls_response.file_urls[0]

    def _send(self, name, content):
        urls = self.ask_for_url(name)
        answer = self.put(urls.upload_url, name, content)
        assert answer.status_code == 204, answer.text
        return {"file_id": urls.file_id, "file_urls": urls, "name": name, "size": len(content)}

    def _read_run(self):
        drawn, begun = Drawn(), False
        while True:
            message = self._receive()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                begun = True
                self.session_id = message.new_session.initialize.session_id or self.session_id
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                drawn.take(message.delta.new_element)
            elif kind == "script_finished" and begun:
                early = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
                if early:  # what was drawn is drawn anew
                    drawn, begun = Drawn(), False
                else:
                    return drawn

    def _receive(self):
        return ForwardMsg.FromString(self.socket.recv(timeout=self.timeout, decode=False))
