"""What a server of this process writes leaves at once."""

import asyncio
import socket
from contextlib import closing

import pytest

from core.http.promptness import send_at_once


def listen(family, address):
    """A socket that leaves its protocol to the system, as Streamlit and uvicorn bind them."""
    listener = socket.socket(family)
    listener.bind(address)
    return listener


async def read_option(listener):
    """Whether what it accepts waits for nothing before it sends."""
    accepted = asyncio.get_running_loop().create_future()

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport):
            taken = transport.get_extra_info("socket")
            accepted.set_result(
                taken.family == socket.AF_INET and taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
            )
            transport.close()

    server = await asyncio.get_running_loop().create_server(Protocol, sock=listener)
    with closing(server), socket.socket(listener.family) as client:
        client.connect(listener.getsockname())
        return await asyncio.wait_for(accepted, 10)


@pytest.mark.parametrize("is_prompt", [False, True])
def test_c05_what_is_written_is_not_kept_back_until_more_has_come(is_prompt):
    """And alone it would be."""

    async def serve():
        if is_prompt:
            send_at_once(asyncio.get_running_loop())
        return await read_option(listen(socket.AF_INET, ("127.0.0.1", 0)))

    assert asyncio.run(serve()) is is_prompt


def test_c05_a_socket_of_this_machine_alone_has_nothing_to_wait_for(tmp_path):
    async def serve():
        send_at_once(asyncio.get_running_loop())
        return await read_option(listen(socket.AF_UNIX, str(tmp_path / "socket")))

    assert asyncio.run(serve()) is False
