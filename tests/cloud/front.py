"""The front of a service: passes connections on from one port of this machine to another, until it is killed.

`python -m tests.cloud.front PORT TARGET_PORT`; what it stands before keeps what it was told.
"""

import asyncio
import sys
from contextlib import suppress


async def _copy(reader, writer):
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def _serve(port, target):
    async def join(reader, writer):
        try:
            there, back = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    server = await asyncio.start_server(join, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(*map(int, sys.argv[1:3])))
