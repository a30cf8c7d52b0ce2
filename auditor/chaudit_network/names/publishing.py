"""What becomes of the names that an object asks for, when external-dns is to publish them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from chaudit import CannotTellError
from chaudit_network.kinds.external_dns import HOSTNAME
from chaudit_network.kinds.gateway_routes import Route
from chaudit_network.kinds.ingress import Ingress
from chaudit_network.kinds.services import Service
from chaudit_network.names.external_dns import Annotations, ExternalDNSes
from chaudit_network.names.publication import Asked, Port, Publication
from chaudit_network.names.records import canonical, listed, records


class Wish(msgspec.Struct, frozen=True):
    """An object of a kind that external-dns calls `source`, and what it makes of it: which names, which targets."""

    source: str
    by: Service | Ingress | Route
    taken: Callable[[Annotations], Iterable[str]]
    targets: Callable[[Annotations], Sequence[str]]


def annotated(owner: Service | Ingress | Route) -> frozenset[str]:
    """Return the names that annotations of any prefix ask for, whether or not somebody reads them."""
    return frozenset(
        canonical(host)
        for key, value in owner.metadata.annotations.items()
        if key.endswith(f"/{HOSTNAME}")
        for host in listed(value)
    )


def ask(wish: Wish, host: str, publishers: ExternalDNSes, ports: frozenset[Port]) -> Iterator[Asked]:
    """Yield a name with every publication of it, or with the reason why there is none."""
    by = wish.by.subject
    try:
        found = [
            tuple(records(wish.targets(said), said.ttl))
            for said in publishers.reading(wish.source, wish.by.metadata)
            if host in wish.taken(said) and said.by.takes(wish.by.namespace, host)
        ]
    except CannotTellError as gap:
        yield Asked(host, by, gap=str(gap), is_open=True, ports=ports)
        return
    for own in filter(None, found):
        yield Asked(host, by, Publication(f"external-dns (source {wish.source})", own), ports=ports)
    if not all(found):
        yield Asked(host, by, gap=f"{by} asks for it, but has no address that external-dns could publish", ports=ports)
    if not found:
        why = f"{by} asks for it, but {publishers.silence}"
        yield Asked(host, by, gap=why, is_open=not publishers.pods.is_complete, ports=ports)
