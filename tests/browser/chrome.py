"""Debian's Chromium under Playwright, and a witness of everything that a page asks for and complains of."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
]
# Streamlit asks for these below the page's own path on a deep link, then at the root.
KNOWN_404 = ("/_stcore/health", "/_stcore/host-config")


def has_chromium():
    return Path(CHROMIUM).exists()


def launch(playwright):
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Witness:
    """Records a context's requests, console errors and uncaught exceptions."""

    def __init__(self, context):
        self.errors, self.requests = [], []
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("page", lambda page: page.on("dialog", self._dismiss))

    def _hear(self, message):
        url = message.location.get("url", "")
        is_known = message.text.startswith("Failed to load resource") and urlsplit(url).path.endswith(KNOWN_404)
        if message.type == "error" and not is_known:
            self.errors.append(f"{message.text} ({url})")

    def _dismiss(self, dialog):
        self.errors.append(f"a dialog said {dialog.message!r}")
        dialog.dismiss()

    def strangers(self, *origins):
        """Requests to a server that is none of these origins."""
        hosts = {urlsplit(origin).netloc for origin in origins}
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).netloc not in hosts
        ]
