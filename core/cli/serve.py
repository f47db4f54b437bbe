"""`wikics serve`: the app in the browser."""

import os
import platform
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

import core
from core.errors import InvalidInputError, UnavailableError
from core.graph.titles import shorten
from core.settings import load_settings

serve_app = typer.Typer(add_completion=False)


@serve_app.command()
def serve(
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Open the app in the browser (from a checkout or an image)."""
    script = Path(core.__file__).parents[1] / "streamlit_app.py"
    if not script.exists():
        raise InvalidInputError(
            f"{script.name} is not beside the package: run 'wikics serve' from a checkout or an image"
        )
    if not address.strip():
        raise InvalidInputError("--address is empty: name the address to listen on, 127.0.0.1 or 0.0.0.0 for all")
    load_settings()  # a wrong setting is said here, not in a browser
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, TypeError, UnicodeError) as error:  # the latter two: a name that no host can have
            reason = getattr(error, "strerror", None) or error
            raise UnavailableError(
                f"port {port} of {shorten(address)} cannot be used ({reason}): "
                "stop the program that holds it, or choose another with --port"
            ) from error
    os.chdir(script.parent)
    sys.argv = [
        *("streamlit", "run", str(script)),
        f"--server.port={port}",
        f"--server.address={address}",
        f"--server.headless={str(not _has_screen()).lower()}",  # with a screen the browser opens by itself
        "--server.showEmailPrompt=false",
    ]
    from core.cli.connections import guard_connections  # a tenth of a second, which no other command waits for

    guard_connections()
    # In this process, whose imports the app needs too: a second start would cost a second.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _has_screen() -> bool:
    if platform.system() == "Linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
