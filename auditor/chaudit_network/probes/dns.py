"""The probe `dns`: what resolvers, and the servers of its zone, say of a name."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import ip_address

from chaudit import Asking, Probe, Record, Subject, UsageError
from chaudit_network.names.wanted import Question, questions

_PORT = 53


class Outcome(StrEnum):
    """What became of one question to one server.

    `NO_DATA` is the answer that the name exists and has no records of this type.
    """

    ANSWERED = "answered"
    NO_DATA = "no such records"
    NXDOMAIN = "no such name"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"


class Said(Record, frozen=True, gc=False):
    """What one server said of the records of one type, A or AAAA.

    `aliases` are the names that CNAMEs lead to on the way, `addresses` those at its end; answered without any, the
    server does not know what is behind the last alias. `ttl` is the time, in seconds,
    until the first record of all these is to be forgotten: the whole of it where the server is `authoritative`, or
    what is left. `detail` says more of what went wrong.
    """

    server: str
    type: str
    outcome: Outcome
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ttl: int | None = None
    authoritative: bool = False
    detail: str = ""

    @property
    def is_an_answer(self) -> bool:
        """Whether the server knows, if only that there is nothing."""
        return self.outcome in {Outcome.ANSWERED, Outcome.NO_DATA, Outcome.NXDOMAIN}


class DnsAnswer(Record, frozen=True, gc=False):
    """All that was said of one name: by the resolvers, and by the servers of its zone where these were asked.

    `problem` says why these could not be asked, or not all of them.
    """

    host: str
    resolvers: tuple[Said, ...] = ()
    zone: str = ""
    authorities: tuple[Said, ...] = ()
    problem: str = ""

    @property
    def subject(self) -> Subject:
        """The name."""
        return Subject("Hostname", name=self.host)


class Server(Record, frozen=True, gc=False):
    """A server of DNS by address and port."""

    address: str
    port: int = _PORT

    def __str__(self) -> str:
        """Return `192.0.2.53`, with a port that is not the usual one `192.0.2.53:5353` and `[fd00::53]:5353`."""
        if self.port == _PORT:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def servers(argument: str) -> Sequence[Server]:
    """Return the resolvers that the probe's argument names: addresses with commas, each with a port if need be.

    Raises:
        UsageError: one of them is none.
    """
    return [_server(text.strip()) for text in argument.split(",")] if argument else []


def _server(text: str) -> Server:
    host, port = text, str(_PORT)
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        port = port.removeprefix(":") or (closed and str(_PORT))
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        return Server(ip_address(host).compressed, _port(port))
    except ValueError as error:
        raise UsageError(f"'{text}' is no resolver: name its address, or [ADDRESS]:PORT ({error})") from error


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 1 << 16:
        raise ValueError(f"{number} is no port")
    return number


def ask(targets: Sequence[Question], asking: Asking) -> Iterable[DnsAnswer]:
    """Ask all resolvers for the A and AAAA records of each name.

    Raises:
        ProbeError: there is no resolver to ask.
    """
    from chaudit_network.names.questions import Questions  # noqa: PLC0415 - dnspython takes a while to load

    asked = Questions.to(servers(asking.argument), asking)
    return asking.each(targets, asked.about)


DNS = Probe("dns", DnsAnswer, questions, ask, "what DNS says of the names that lead to the cluster", servers)
"""Asks DNS for the names of the intent and of objects."""
