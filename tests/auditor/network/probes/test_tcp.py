"""What an attempt to connect tells, with real sockets on loopback."""

import resource
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from chaudit import ProbeError
from chaudit.evidence.asking import Asking, Limits
from chaudit_network.exposure.candidates import Candidate
from chaudit_network.probes.tcp import Outcome, ask, connect

PATIENT_S = 30.0
HASTY_S = 0.2


@contextmanager
def listener(address: str, *, is_full: bool = False) -> Iterator[int]:
    """Listen on a free port; where the queue is full, further clients get no answer at all."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ExitStack() as open_sockets:
        server = open_sockets.enter_context(socket.socket(family, socket.SOCK_STREAM))
        server.bind((address, 0))
        server.listen(0)
        port: int = server.getsockname()[1]
        for _ in range(4 if is_full else 0):
            client = open_sockets.enter_context(socket.socket(family, socket.SOCK_STREAM))
            client.setblocking(False)
            client.connect_ex((address, port))
        yield port


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_whoever_listens_is_connected_from_the_address_that_leads_there(address: str) -> None:
    with listener(address) as port:
        answer = connect(address, port, PATIENT_S)

    assert (answer.outcome, answer.source, answer.detail) == (Outcome.CONNECTED, address, "")
    assert (answer.address, answer.port) == (address, port)


def test_a_port_where_nobody_listens_refuses() -> None:
    with listener("127.0.0.1") as port:
        pass

    answer = connect("127.0.0.1", port, PATIENT_S)

    assert (answer.outcome, answer.source) == (Outcome.REFUSED, "127.0.0.1")


def test_silence_is_waited_for_as_long_as_allowed() -> None:
    with listener("127.0.0.1", is_full=True) as port:
        answer = connect("127.0.0.1", port, HASTY_S)

    assert answer.outcome is Outcome.TIMED_OUT
    assert answer.seconds >= HASTY_S


def test_an_address_that_cannot_be_connected_to_is_unreachable_in_the_words_of_the_system() -> None:
    answer = connect("255.255.255.255", 80, PATIENT_S)

    assert (answer.outcome, answer.source) == (Outcome.UNREACHABLE, "")
    assert answer.detail


def test_a_machine_without_sockets_left_fails_the_probe_instead_of_the_target() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))

    try:
        with pytest.raises(ProbeError, match=r"no socket for 127\.0\.0\.1: Too many open files"):
            connect("127.0.0.1", 80, PATIENT_S)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_all_targets_are_asked_and_answered_in_their_order() -> None:
    with listener("127.0.0.1") as first, listener("::1") as second:
        targets: Sequence[Candidate] = [Candidate("127.0.0.1", first), Candidate("::1", second)]

        answers = list(ask(targets, Asking(limits=Limits(timeout_s=PATIENT_S))))

    assert [(one.address, one.port, one.outcome) for one in answers] == [
        ("127.0.0.1", first, Outcome.CONNECTED),
        ("::1", second, Outcome.CONNECTED),
    ]
