"""Who is on the networks beside the nodes: load balancers, and whoever else an exhibit names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from chaudit_network.exhibits.bgp import RouterEntry
from chaudit_network.exhibits.names import PublishedNames
from chaudit_network.exhibits.network import LoadBalancerEntry
from chaudit_reports.page.bgp import summary_of
from chaudit_reports.page.ways import Level, Ways


class Neighbour(msgspec.Struct, frozen=True):
    """A mark (`LB`), an address or name, what it is, a short note, and how many ports outsiders find open there."""

    mark: str
    address: str
    what: str
    note: str = ""
    ports: int = 0


def routers(entries: Iterable[RouterEntry]) -> Iterator[tuple[str, Neighbour]]:
    """Yield the routers that nodes speak BGP with, each with the name of its network."""
    for entry in entries:
        asn = f"AS {entry.asn}" if entry.asn else "any AS"
        yield entry.network, Neighbour("BGP", entry.name, summary_of(entry), asn)


def hostnames(known: PublishedNames) -> Iterator[tuple[str, Neighbour]]:
    """Yield the names of applications, each with the network of an address that it leads to."""
    networks = {entry.address: entry.network for entry in known.destinations}
    for name in known.names:
        addresses = [address for one in name.publications for address in one.addresses]
        if addresses:
            yield networks[addresses[0]], Neighbour("DNS", name.host, ", ".join(dict.fromkeys(addresses)))


def load_balancers(entries: Iterable[LoadBalancerEntry], ways: Ways | None) -> Iterator[tuple[str, Neighbour]]:
    """Yield the addresses of load balancers, each once and with the name of its network."""
    opened = Counter(
        way.address for way in (ways.known if ways else ()) if way.level in {Level.OPEN, Level.PART} and way.address
    )
    services: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for entry in entries:
        if entry.address:
            services[entry.network, entry.address][f"{entry.service.namespace}/{entry.service.name}"] = None
    for (network, address), names in services.items():
        yield network, Neighbour("LB", address, ", ".join(names), ports=opened[address])
