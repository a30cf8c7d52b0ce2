"""The load balancers outside of the cluster, as the intent declares them."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from chaudit import INTENT, Intent, Subject, view


class Balancer(msgspec.Struct, frozen=True):
    """A load balancer, where it tells of its backends and which of them count, and the names that lead to it.

    `wanted` is how many destinations the most demanding of these is meant to have.
    """

    address: str
    statistics: str
    backend: str
    names: Sequence[str]
    wanted: int

    @property
    def subject(self) -> Subject:
        """The load balancer as the subject of a finding: one may have several sets of backends."""
        return Subject("LoadBalancer", name=self.address, port="" if self.backend == "*" else self.backend)


@view(INTENT)
def balancers(intent: Intent) -> Sequence[Balancer]:
    """Gather them, each with all of its names."""
    names: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    wanted: dict[tuple[str, str, str], int] = defaultdict(int)
    for name in intent.names:
        for one in name.balancers:
            key = str(one.address), one.statistics, one.backend
            names[key].append(name.host)
            wanted[key] = max(wanted[key], name.targets)
    return [Balancer(*key, hosts, wanted[key]) for key, hosts in sorted(names.items())]


@view(balancers)
def places_of_statistics(found: Sequence[Balancer]) -> Sequence[str]:
    """Select where statistics are to be had, each place once."""
    return list(dict.fromkeys(one.statistics for one in found if one.statistics))
