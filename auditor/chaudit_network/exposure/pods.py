"""What the policies of the pods behind a way in let through, with the address by which they see the client.

A pod sees the client's own address with externalTrafficPolicy Local, at a host port, and where the node by which
packets enter has the endpoint. Elsewhere kube-proxy has put that node's address in its place
(https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy), so that a policy which lets
nodes in lets everybody in. What a process of the pod's own node sends is not asked at all.
"""

from collections.abc import Hashable, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError
from chaudit_network.exposure.delivery import Entry
from chaudit_network.exposure.guard import reach
from chaudit_network.exposure.sources import NODES, SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.policy.pods import PodPolicies
from chaudit_network.views.endpoints import Backend


class PodGuards(msgspec.Struct, frozen=True, dict=True):
    """The policies of all pods, and the addresses of the nodes, by which masqueraded packets come."""

    policies: PodPolicies
    sources: Sequence[SourceClass]

    def identity(self, way: WayIn, backend: Backend) -> Hashable:
        """Return a key that is equal for backends whose policies let the same through."""
        if backend.pod is None or not self.policies.restrict(backend.pod):
            return None
        try:
            return id(self.policies.passage(backend.pod, backend.packet(way.protocol)))
        except CannotTellError as gap:
            return tuple(gap.reasons)

    def passing(self, way: WayIn, backend: Backend, entry: Entry, source: SourceClass) -> Verdict:
        """Return who passes the policies of a pod."""
        if backend.pod is None or not self.policies.restrict(backend.pod):
            return Verdict(Reach.OPEN)
        packet = backend.packet(way.protocol)
        try:
            passage = self.policies.passage(backend.pod, packet)
        except CannotTellError as gap:
            return Verdict(Reach.UNKNOWN, tuple(gap.reasons))
        is_here = backend.node == entry.node
        if is_masqueraded(way, backend, entry):
            verdict = reach(passage, self.masqueraded, packet.family)
            because = "the pod sees the address of the node by which packets came"
            return Verdict(verdict.verdict, (*verdict.because, because))
        verdict = reach(passage, source, packet.family)
        if is_here and source.standpoint is Standpoint.NODE and verdict.verdict is Reach.CLOSED:
            because = "what a process of the pod's own node sends is not asked"
            return Verdict(Reach.PARTIAL, (*verdict.because, because))
        return verdict

    @cached_property
    def masqueraded(self) -> SourceClass:
        """Whoever comes with the address of a node that the packets entered before."""
        nodes = next(source for source in self.sources if source.name == NODES)
        return replace(nodes, standpoint=Standpoint.OUTSIDE)


def is_masqueraded(way: WayIn, backend: Backend, entry: Entry) -> bool:
    """Whether packets come to an endpoint with the address of the node that they entered before."""
    keeps_addresses = way.via is Via.HOST_PORT or (way.service is not None and way.service.is_local)
    return not keeps_addresses and backend.node != entry.node
