"""Tries ways into the cluster from the hosts of the clients, and says who answered."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from lab.addresses import NODES, number, owner
from lab.namespaces import Namespaces
from lab.scripts import script
from lab.topology import CLIENT_NODE, CLIENT_POD_NODE, HOST_OF_CLIENT

_SECONDS = 0.7
_AT_ONCE = 256


class Way(NamedTuple):
    """An address, a protocol and a port that somebody may try."""

    address: str
    protocol: str
    port: int


@dataclass(frozen=True, slots=True)
class Try:
    """One client's try of a way; ``entry`` is the node by which packets to an address that nobody owns come in."""

    client: str
    entry: str
    way: Way

    def __str__(self) -> str:
        """Return the try in words: `oam -> 10.10.10.11 TCP/30080`."""
        by = f" by {self.entry}" if self.entry else ""
        return f"{self.client} -> {self.way.address} {self.way.protocol}/{self.way.port}{by}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try: ``answered`` with the name of who did, ``silent``, ``refused`` or ``timeout``."""

    outcome: str
    said: str

    @property
    def is_answered(self) -> bool:
        """Whether the other side said anything."""
        return self.outcome == "answered"


def tries(ways: Iterable[Way]) -> list[Try]:
    """Return every client's tries of these ways: of addresses that nobody owns, once by each node it can go by."""
    return [
        Try(client, entry, way)
        for way in dict.fromkeys(ways)
        for client in HOST_OF_CLIENT
        for entry in _entries(client, way.address)
    ]


def _entries(client: str, address: str) -> Sequence[str]:
    if owner(address):
        return ("",)
    return {"node": (CLIENT_NODE,), "pod": (CLIENT_POD_NODE,)}.get(client, NODES)


def probe(hosts: Namespaces, wanted: Sequence[Try]) -> dict[Try, Answer]:
    """Do all tries, all clients at once, and those that failed a second time: a lost packet is not a closed port."""
    with ThreadPoolExecutor(len(HOST_OF_CLIENT)) as clients:

        def each_client(remaining: Sequence[Try]) -> dict[Try, Answer]:
            of_client = [[one for one in remaining if one.client == client] for client in HOST_OF_CLIENT]
            outcomes = clients.map(lambda own: _probe_from(hosts, own), of_client)
            return {one: answer for found in outcomes for one, answer in found.items()}

        first = each_client(wanted)
        second = each_client([one for one in wanted if not first[one].is_answered])
    return first | second


def _probe_from(hosts: Namespaces, own: Sequence[Try]) -> dict[Try, Answer]:
    if not own:
        return {}
    order = {
        "seconds": _SECONDS,
        "at_once": _AT_ONCE,
        "tries": [[_mark(one), *one.way] for one in own],
    }
    printed = hosts.run(HOST_OF_CLIENT[own[0].client], *script("prober"), text=json.dumps(order))
    answers = [Answer(*json.loads(line)) for line in printed.splitlines()]
    return dict(zip(own, answers, strict=True))


def _mark(one: Try) -> int:
    """Return the mark by which the client's own routes choose the node."""
    return number(one.entry) if one.entry and one.client not in {"node", "pod"} else 0
