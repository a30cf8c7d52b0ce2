"""Tries addresses and ports from the host that it runs in; a script without imports of ours.

Reads ``{"seconds": ..., "at_once": ..., "tries": [[mark, address, protocol, port], ...]}`` and prints for each try,
in their order, a line ``[outcome, said]``: ``answered`` with what was said, else ``silent`` (connected, but nothing
said), ``refused`` or ``timeout``.
"""

import asyncio
import json
import socket
import sys

_ANSWER_BYTES = 256
# Servers of HTTP wait for a request; those of the lab take any.
_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
_KINDS = {"TCP": socket.SOCK_STREAM, "UDP": socket.SOCK_DGRAM}


async def attempt(mark: int, address: str, protocol: str, port: int, seconds: float) -> tuple[str, str]:
    """Connect, ask, and wait for an answer; no step may last longer than ``seconds``."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    outcome = "timeout"
    with socket.socket(family, _KINDS[protocol]) as client:
        client.setblocking(False)
        if mark:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, mark)
        try:
            await asyncio.wait_for(loop.sock_connect(client, (address, port)), seconds)
            outcome = "silent" if protocol == "TCP" else "timeout"
            await asyncio.wait_for(loop.sock_sendall(client, _REQUEST), seconds)
            said = await asyncio.wait_for(loop.sock_recv(client, _ANSWER_BYTES), seconds)
        except TimeoutError:
            return outcome, ""
        except OSError as error:
            return "refused", error.strerror or ""
    return ("answered" if said else outcome), said.decode(errors="replace").partition("\r\n")[0]


async def main() -> None:
    """Do all tries, a bounded number of them at once."""
    order = json.load(sys.stdin)
    gate = asyncio.Semaphore(order["at_once"])

    async def one(mark: int, address: str, protocol: str, port: int) -> tuple[str, str]:
        async with gate:
            return await attempt(mark, address, protocol, port, order["seconds"])

    for outcome in await asyncio.gather(*(one(*each) for each in order["tries"])):
        print(json.dumps(outcome))  # noqa: T201 - the answer of the script


if __name__ == "__main__":
    asyncio.run(main())
