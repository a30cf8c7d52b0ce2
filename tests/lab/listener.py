"""Answers on TCP and UDP ports of the host that it runs in, with the host's name; a script without imports of ours.

Its arguments are that name and the ports; it prints ``ready`` as soon as it listens.
"""

import asyncio
import contextlib
import socket
import sys

_REQUEST_BYTES = 2048
_REQUEST_SECONDS = 5
_CONTROL_BYTES = 128
_IP_PKTINFO = 8  # ip(7); Python has no name for it before 3.14
# Ask for the address that a datagram was sent to, so that the answer comes from there (ip(7), RFC 3542 section 6).
_WHERE_TO = {
    socket.AF_INET: (socket.IPPROTO_IP, _IP_PKTINFO),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO),
}
_NO_INTERFACE = bytes(4)


def bound(family: socket.AddressFamily, kind: socket.SocketKind, port: int) -> socket.socket:
    """Return a socket for every address of one family."""
    server = socket.socket(family, kind)
    server.setblocking(False)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind(("", port))
    return server


def answer_datagram(server: socket.socket, name: bytes) -> None:
    """Answer from the address that was asked, by whichever interface leads back to the sender."""
    with contextlib.suppress(OSError):
        _, [(level, option, asked)], _, sender = server.recvmsg(_REQUEST_BYTES, _CONTROL_BYTES)
        # The index of the interface stands before IPv4 addresses and behind the IPv6 address.
        source = _NO_INTERFACE + asked[4:] if server.family == socket.AF_INET else asked[:16] + _NO_INTERFACE
        server.sendmsg([name], [(level, option, source)], 0, sender)


async def main() -> None:
    """Listen until the process is ended."""
    name = sys.argv[1].encode()
    ports = [int(port) for port in sys.argv[2:]]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            # What is left unread when the connection is closed would make the kernel reset it.
            await asyncio.wait_for(reader.read(_REQUEST_BYTES), _REQUEST_SECONDS)
            writer.write(name)
            await writer.drain()
        writer.close()

    servers = []
    for family, (level, option) in _WHERE_TO.items():
        for port in ports:
            listening = bound(family, socket.SOCK_STREAM, port)
            servers.append(await asyncio.start_server(answer, sock=listening, backlog=1024))
            server = bound(family, socket.SOCK_DGRAM, port)
            server.setsockopt(level, option, 1)
            asyncio.get_running_loop().add_reader(server, answer_datagram, server, name)
    print("ready", flush=True)  # noqa: T201 - that is how it says so
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
