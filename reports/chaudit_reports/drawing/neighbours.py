"""Who is on the networks beside the nodes: load balancers, and whoever else an exhibit names."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chaudit_network.exhibits.network import LoadBalancerEntry
from chaudit_reports.page.ways import Level, Ways


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A mark (`LB`), an address or name, what it is, and how many ports outsiders find open there."""

    mark: str
    address: str
    what: str
    ports: int = 0


def load_balancers(entries: Iterable[LoadBalancerEntry], ways: Ways | None) -> Mapping[str, Sequence[Neighbour]]:
    """Return the addresses of load balancers by the name of their network, each once."""
    opened = Counter(
        way.address for way in (ways.known if ways else ()) if way.level in {Level.OPEN, Level.PART} and way.address
    )
    services: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for entry in entries:
        if entry.address:
            services[entry.network, entry.address][f"{entry.service.namespace}/{entry.service.name}"] = None
    found: dict[str, list[Neighbour]] = defaultdict(list)
    for (network, address), names in services.items():
        found[network].append(Neighbour("LB", address, ", ".join(names), opened[address]))
    return found
