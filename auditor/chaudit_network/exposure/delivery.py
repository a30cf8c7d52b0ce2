"""What kube-proxy does with a packet for a service, by the standpoint of its sender: the locality of endpoints decides.

The rules, with the numbers of the measurements they come from (kube-proxy 1.20 and 1.36, iptables and nftables, real
packets), differ from the documentation here and there; where they do, the packets are followed.
"""

from collections.abc import Sequence

import msgspec

from chaudit_network.addresses import parse_network
from chaudit_network.exposure.sources import SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.ways import Via, WayIn, families_of
from chaudit_network.intervals import Intervals
from chaudit_network.views.endpoints import Backend, Backends

Version = tuple[int, int]

SERVES_TERMINATING: Version = (1, 26)
"""From this kube-proxy on, endpoints that serve while they terminate are the last resort (KEP-1669)."""

_OLDEST_MEASURED: Version = (1, 20)
_NEWEST_MEASURED: Version = (1, 36)
"""Where these two differ, what lies between them is not known."""


class Entry(msgspec.Struct, frozen=True):
    """The node by which packets enter: its kube-proxy's version, and whether pods' addresses are hidden on the way.

    `has_endpoint` says whether the service has one on the node. `is_owned` says whether the packets' address is a
    node's own; None where a node may have it without anybody knowing. `leaves_out` says that some node's kube-proxy
    leaves the service out, or may, so that clients on it are not redirected there.
    """

    node: str
    version: Version | None
    hides_pods: bool
    has_endpoint: bool
    is_owned: bool | None
    leaves_out: bool = False


def usable(backends: Backends, version: Version | None) -> Sequence[Backend] | None:
    """Return the endpoints that get new connections; None where that depends on a version nobody knows."""
    if backends.ready or not backends.draining:
        return backends.ready
    if version is None:
        return None
    return backends.draining if version >= SERVES_TERMINATING else ()


def deliver(way: WayIn, backends: Backends, entry: Entry, source: SourceClass) -> Verdict:
    """Return whether packets that reach this node's address are handed to an endpoint."""
    found = usable(backends, entry.version)
    if found is None:
        return Verdict(Reach.UNKNOWN, ("only terminating endpoints are left, and kube-proxy's version is not known",))
    if not found:
        return Verdict(Reach.CLOSED, ("no usable endpoint: kube-proxy rejects",))
    if way.service is None or not way.service.is_local:
        return _other_rules(way, entry, source, Verdict(Reach.OPEN, (_anywhere(found),)))
    return _other_rules(way, entry, source, _local_policy(way, source, entry))


def receivers(way: WayIn, backends: Backends, entry: Entry, source: SourceClass) -> Sequence[Backend]:
    """Return the endpoints to which packets may be handed: under Local, outsiders get those of the node alone."""
    if way.service and way.service.is_local and source.standpoint is Standpoint.OUTSIDE:
        backends = Backends(_on(entry.node, backends.ready), _on(entry.node, backends.draining))
    return usable(backends, entry.version) or ()


def nodes_with_endpoint(backends: Backends, version: Version | None) -> frozenset[str]:
    """Return the nodes with an endpoint of their own; newer kube-proxies count terminating ones node by node (11)."""
    counted = [*backends.ready]
    if version and version >= SERVES_TERMINATING:
        counted += backends.draining
    return frozenset(backend.node for backend in counted if backend.node)


def health_check(way: WayIn, family: int, node_ports: Verdict, version: Version | None) -> Verdict:
    """Return where kube-proxy answers health checks, to everybody and with or without endpoints (10).

    Old ones answer on every address of both families, new ones where they serve node ports, in the service's families.
    """
    if version and version <= _OLDEST_MEASURED:
        return Verdict(Reach.OPEN, ("kube-proxy itself answers health checks on every address of every node",))
    is_own_family = way.service is not None and family in families_of(way.service)
    today = node_ports if is_own_family else Verdict(Reach.CLOSED, (f"the service has no IPv{family}",))
    if today.verdict is Reach.OPEN or (version and version >= _NEWEST_MEASURED):
        return today
    return Verdict(Reach.UNKNOWN, (*today.because, "how health checks are answered depends on kube-proxy's version"))


def _local_policy(way: WayIn, source: SourceClass, entry: Entry) -> Verdict:
    """Local binds outsiders; clients inside are bound at node ports only, and not all (5-7)."""
    here = f"{'an' if entry.has_endpoint else 'no'} endpoint on the node"
    if source.standpoint is Standpoint.OUTSIDE:
        reach = Reach.OPEN if entry.has_endpoint else Reach.CLOSED
        return Verdict(reach, (f"externalTrafficPolicy Local: {here}",))
    is_sent_on = way.via is Via.EXTERNAL_IP and source.standpoint is Standpoint.NODE and not _is_newest(entry)
    if way.via is not Via.NODE_PORT and not is_sent_on:
        if entry.leaves_out and not entry.has_endpoint:
            because = "clients inside are not bound only where the kube-proxy of their own node has the service"
            return Verdict(Reach.PARTIAL, (f"externalTrafficPolicy Local: {here}", because))
        return Verdict(Reach.OPEN, (f"externalTrafficPolicy Local does not bind clients inside at a {way.via}",))
    if entry.has_endpoint and (source.standpoint is Standpoint.NODE or entry.hides_pods):
        return Verdict(Reach.OPEN, (f"externalTrafficPolicy Local: {here}",))
    return Verdict(
        Reach.PARTIAL, (f"externalTrafficPolicy Local: {here}; only the node's own clients get any endpoint",)
    )


def _other_rules(way: WayIn, entry: Entry, source: SourceClass, so_far: Verdict) -> Verdict:
    if so_far.verdict is Reach.CLOSED or way.service is None:
        return so_far
    if way.via is Via.LOAD_BALANCER_IP and (ranges := way.service.spec.load_balancer_source_ranges):
        return _source_ranges(ranges, way, source, so_far)
    if way.via is Via.EXTERNAL_IP and source.standpoint is Standpoint.NODE:
        return _own_process(entry, so_far)
    return so_far


def _on(node: str, backends: Sequence[Backend]) -> Sequence[Backend]:
    return [backend for backend in backends if backend.node == node]


def _is_newest(entry: Entry) -> bool:
    return entry.version is not None and entry.version >= _NEWEST_MEASURED


def _source_ranges(ranges: Sequence[str], way: WayIn, source: SourceClass, so_far: Verdict) -> Verdict:
    """The ranges guard the load balancer address alone, and a family only if they name a network of it (9)."""
    family = next(iter(way.families))
    allowed = Intervals.addresses((parse_network(text.strip()) for text in ranges), family)
    if not allowed:
        return Verdict(so_far.verdict, (*so_far.because, f"loadBalancerSourceRanges name no IPv{family} network"))
    said = f"loadBalancerSourceRanges are {', '.join(text.strip() for text in ranges)}"
    if source.standpoint is not Standpoint.OUTSIDE:
        return Verdict(Reach.PARTIAL, (*so_far.because, said, "clients inside may send from one of several addresses"))
    clients = source.addresses[family]
    if not clients & allowed:
        return Verdict(Reach.CLOSED, (said,))
    reach = so_far.verdict if clients <= allowed else Reach.PARTIAL
    return Verdict(reach, (*so_far.because, said))


def _own_process(entry: Entry, so_far: Verdict) -> Verdict:
    """Old kube-proxies do not redirect a node's own processes to an external IP that no node owns (8)."""
    if entry.is_owned or _is_newest(entry):
        return so_far
    if entry.is_owned is None:
        return Verdict(Reach.UNKNOWN, (*so_far.because, "whether the address is a node's own is not known"))
    if entry.version and entry.version <= _OLDEST_MEASURED:
        return Verdict(Reach.CLOSED, ("this kube-proxy does not redirect a node's own processes to external IPs",))
    return Verdict(
        Reach.UNKNOWN, (*so_far.because, "whether a node's own processes are redirected depends on the version")
    )


def _anywhere(found: Sequence[Backend]) -> str:
    nodes = sorted({backend.node for backend in found if backend.node})
    return f"any node hands over to {len(found)} usable endpoint(s)" + (f" on {', '.join(nodes[:3])}" if nodes else "")
