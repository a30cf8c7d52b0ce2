"""What the policies of the pods behind a way in let through, with the address by which they see the client.

A pod sees the client's own address with externalTrafficPolicy Local, at a host port, and where the node by which
packets enter has the endpoint. Elsewhere kube-proxy has put that node's address in its place
(https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy), so that a policy which lets
nodes in lets everybody in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chaudit import CannotTellError
from chaudit_network.addresses import parse_address
from chaudit_network.exposure.delivery import Entry
from chaudit_network.exposure.guard import reach
from chaudit_network.exposure.sources import NODES, SourceClass
from chaudit_network.exposure.verdict import Reach, Verdict, either_way
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.pods import PodPolicies
from chaudit_network.views.endpoints import Backend, Backends


@dataclass(frozen=True)
class PodGuards:
    """The policies of all pods, and the addresses of the nodes, by which masqueraded packets come."""

    policies: PodPolicies
    sources: Sequence[SourceClass]

    def restrict(self, backends: Backends) -> bool:
        """Whether any endpoint is a pod with a policy of its own, or one whose policies cannot be told."""
        named = (backend.pod for backend in (*backends.ready, *backends.draining))
        return any(pod is not None and self.policies.restrict(pod) for pod in named)

    def passing(self, way: WayIn, backends: Sequence[Backend], entry: Entry, source: SourceClass) -> Verdict:
        """Return who passes the policies of the pods, whichever of them gets the packet."""
        return either_way(self._past(way, one, entry, source) for one in backends) if backends else Verdict(Reach.OPEN)

    def _past(self, way: WayIn, backend: Backend, entry: Entry, source: SourceClass) -> Verdict:
        if backend.pod is None or not self.policies.restrict(backend.pod):
            return Verdict(Reach.OPEN)
        address = parse_address(backend.address)
        try:
            passage = self.policies.passage(backend.pod, Packet(address, way.protocol, backend.port))
        except CannotTellError as gap:
            return Verdict(Reach.UNKNOWN, tuple(gap.reasons))
        keeps_client = way.via is Via.HOST_PORT or (way.service and way.service.is_local) or backend.node == entry.node
        if keeps_client:
            return reach(passage, source, address.version)
        verdict = reach(passage, self._nodes, address.version)
        return Verdict(
            verdict.verdict, (*verdict.because, "the pod sees the address of the node by which packets came")
        )

    @property
    def _nodes(self) -> SourceClass:
        return next(source for source in self.sources if source.name == NODES)
