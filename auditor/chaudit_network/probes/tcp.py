"""The probe `tcp`: whether ways in answer when somebody comes by them from where chaudit runs."""

import errno
import socket
import time
from collections.abc import Iterable, Sequence
from enum import StrEnum

from chaudit import Asking, Probe, ProbeError, Record
from chaudit_network.exposure.candidates import Candidate, candidates


class Outcome(StrEnum):
    """What came back from an attempt to connect."""

    CONNECTED = "connected"
    REFUSED = "refused"
    TIMED_OUT = "timed out"
    UNREACHABLE = "unreachable"


class TcpAnswer(Record, frozen=True, gc=False):
    """What one address said at one port, and after how many seconds.

    `source` is the address from which it was tried, before anybody on the way may have translated it; empty where
    there is no route. `detail` is what the system says of the unreachable.
    """

    address: str
    port: int
    outcome: Outcome
    source: str = ""
    seconds: float = 0.0
    detail: str = ""


_OWN_TROUBLE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})
"""Errors that say something of the machine chaudit runs on and nothing of the target."""


def ask(targets: Sequence[Candidate], asking: Asking) -> Iterable[TcpAnswer]:
    """Connect to each, send nothing, and hang up.

    Raises:
        ProbeError: this machine has no sockets or ports left.
    """
    return asking.each(targets, lambda target: connect(target.address, target.port, asking.timeout_s))


def connect(address: str, port: int, timeout_s: float) -> TcpAnswer:
    """Try one address and port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    begun, source, detail = time.monotonic(), "", ""
    try:
        source = _source(family, address, port)
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.settimeout(timeout_s)
            tried.connect((address, port))
        outcome = Outcome.CONNECTED
    except TimeoutError:
        outcome = Outcome.TIMED_OUT
    except ConnectionRefusedError:
        outcome = Outcome.REFUSED
    except OSError as error:
        if error.errno in _OWN_TROUBLE:
            raise ProbeError(f"no socket for {address}: {error.strerror}") from error
        outcome, detail = Outcome.UNREACHABLE, error.strerror or str(error)
    return TcpAnswer(address, port, outcome, source, round(time.monotonic() - begun, 4), detail)


def _source(family: socket.AddressFamily, address: str, port: int) -> str:
    """Return the address that this machine uses to come there; to connect a datagram socket sends nothing."""
    with socket.socket(family, socket.SOCK_DGRAM) as routed:
        routed.connect((address, port))
        return str(routed.getsockname()[0])


TCP = Probe("tcp", TcpAnswer, candidates, ask, "whether TCP ways in to the cluster answer, from where chaudit runs")
"""Asks TCP ways in at the cluster's own addresses."""
