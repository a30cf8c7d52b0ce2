"""What kind of cluster a draft is of: its profiles, its topology and its BGP peers."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import Reading, enumerated, plural, view
from chaudit_init.writing import comment, mapping, remark, sequence
from chaudit_network.bgp.peers import Peer, Peerings
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.metallb_addresses import IP_ADDRESS_POOLS, IPAddressPool
from chaudit_network.kinds.starlingx_hosts import SYSTEMS, System
from chaudit_network.views.attachments import NodeAttachments, attachments
from chaudit_network.views.bgp_peerings import external_peerings

_HIGHEST_ASN = 4_294_967_295


class ShapeDraft(msgspec.Struct):
    """What tells the kinds of a cluster apart."""

    nodes: Reading[Node]
    systems: Reading[System]
    pools: Reading[IPAddressPool]
    attachments: NodeAttachments
    peerings: Peerings

    @property
    def peers(self) -> Sequence[tuple[str, Peer]]:
        """The BGP peers outside whose address is known, each with the object that configures it."""
        return [(str(subject), peer) for subject, peer in self.peerings.peers if peer.address]

    def profiles(self) -> Iterator[str]:
        """Yield the line that names the profiles."""
        found = dict(self._platform())
        if self.pools.objects:
            found["metallb"] = plural(len(self.pools.objects), "IPAddressPool")
        if self.peers:
            found["baremetal-bgp"] = plural(len(self.peers), "BGP peer") + " outside the cluster"
        because = "; ".join(f"{name}: {why}" for name, why in found.items())
        yield remark(f"profile: {sequence(found)}", because)

    def topology(self) -> Iterator[str]:
        """Yield the section."""
        if self.peers:
            yield remark("  cluster-host: external", f"the nodes have BGP peers outside, such as {self.peers[0][1]}")
        else:
            yield remark("  cluster-host: internal", "no BGP peer outside the cluster is configured")
        names = [node.name for node in self.nodes.records]
        yield remark(
            f"  single-node: {'true' if len(names) == 1 else 'false'}", f"there is {enumerated(names, 'node')}"
        )

    def bgp(self) -> Iterator[str]:
        """Yield the peers."""
        for gap in self.peerings.unread:
            yield from comment(f"Not known in full: {gap}", "  ")
        if not self.peers:
            return
        yield "  peers:"
        written = set()
        for subject, peer in self.peers:
            asn = {"asn": peer.asn} if peer.asn and peer.asn <= _HIGHEST_ASN else {}
            entry = mapping({"address": str(peer.address), **asn})
            if entry not in written:
                yield remark(f"    - {entry}", subject)
            written.add(entry)

    def _platform(self) -> Iterator[tuple[str, str]]:
        """Yield the profile of the platform: a StarlingX system says itself of which kind it is."""
        for system in self.systems.objects:
            mode, kind = system.status.system_mode, system.status.system_type
            why = f"{system.subject} is {mode or 'of no known mode'}, {kind or 'of no known type'}"
            if mode == "simplex":
                yield "starlingx-aio-sx", why
            elif kind:
                yield "starlingx-standard" if kind.lower() == "standard" else "starlingx-aio-dx", why
            else:
                continue
            return
        if not self.attachments.name_networks:
            yield "generic", "nothing of StarlingX is in the cluster"
        elif len(self.nodes.objects) == 1:
            yield "starlingx-aio-sx", "interfaces are labelled as on StarlingX, and there is one node"
        elif all(node.is_control_plane for node in self.nodes.objects):
            yield "starlingx-aio-dx", "interfaces are labelled as on StarlingX, and all nodes are controllers"
        else:
            yield "starlingx-standard", "interfaces are labelled as on StarlingX, and there are workers"


shape_draft = view(NODES.reading, SYSTEMS.reading, IP_ADDRESS_POOLS.reading, attachments, external_peerings)(ShapeDraft)
"""The view that answers with `ShapeDraft`."""
