"""How many node ports the cluster opens."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

import msgspec

from chaudit import Settings, Severity, Verdicts, Violation, plural, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.views.node_ports import NodePorts, node_ports

_TOP = 5
"""How many of the largest contributors a violation names."""


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many node ports there may be; a number that is open for two protocols counts twice."""

    budget: Annotated[int, msgspec.Meta(ge=0)] = 10


@rule(
    "NPT-010",
    "The cluster keeps within its budget of node ports",
    severity=Severity.MEDIUM,
    each=node_ports,
    using=(Settings(Budget),),
    remediation="Put HTTP(S) applications behind an ingress controller or a gateway and make their services ClusterIP; "
    "set `allocateLoadBalancerNodePorts: false` on load balancers that need no node ports, and remove the `nodePort` "
    "fields they already have. If the ports are meant to be there, raise `rules.NPT-010.settings.budget`.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-nodeport-allocation",
        "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9"), NIST.at("CM-7")),
)
def node_ports_stay_within_budget(opened: NodePorts, settings: Budget) -> Verdicts:
    """A node port is open on every node, by default on every interface that a node has.

    Each one has to be known to firewalls and to their owners, and each is one more thing to attack. Past a handful
    nobody remembers what they are for, and a new one is not noticed.
    """
    count = len(opened.distinct)
    if count <= settings.budget:
        return
    namespaces: Counter[str] = Counter()
    services: Counter[str] = Counter()
    for (namespace, name), ports in opened.by_service.items():
        namespaces[printable(namespace)] += len(ports)
        services[printable(f"{namespace}/{name}")] += len(ports)
    most = _most(services)
    yield Violation(
        f"{plural(count, 'node port')} open, expected at most {settings.budget}; "
        f"most by {', '.join(f'{service} ({ports})' for service, ports in most.items())}",
        {"node_ports": count, "budget": settings.budget, "namespaces": _most(namespaces), "services": most},
    )


def _most(counts: Counter[str]) -> Mapping[str, int]:
    """Return the largest, equals by name."""
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:_TOP])
