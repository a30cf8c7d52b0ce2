"""The node ports that a cluster opens, as one sum."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from chaudit import Subject, view
from chaudit_network.kinds.services import SERVICES, Service
from chaudit_network.views.services import Via, exposures

NodePort = tuple[int, str]
"""A port number on the nodes, with its protocol: the same number may be open for TCP and for UDP."""

_ON_NODES = frozenset({Via.NODE_PORT, Via.HEALTH_CHECK_NODE_PORT})


class NodePorts(msgspec.Struct, frozen=True):
    """The node ports of the cluster, by namespace and name of the service that opens them."""

    subject: ClassVar[Subject] = Subject("Cluster")

    by_service: Mapping[tuple[str, str], frozenset[NodePort]]

    @property
    def distinct(self) -> frozenset[NodePort]:
        """Each node port once."""
        return frozenset[NodePort]().union(*self.by_service.values())


@view(SERVICES)
def node_ports(services: Sequence[Service]) -> Sequence[NodePorts]:
    """Sum up the node ports of all services, health check node ports included."""
    by_service = {
        (service.namespace, service.name): frozenset(
            (found.port, found.protocol) for found in exposures(service) if found.via in _ON_NODES
        )
        for service in services
    }
    return (NodePorts({name: ports for name, ports in by_service.items() if ports}),)
