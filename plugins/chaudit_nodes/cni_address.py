"""Which address the CNI gives a node."""

from collections.abc import Sequence

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.addresses import IPAddress, IPInterface, families, parse_address
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.cni import CniAddresses, cni_addresses
from chaudit_network.views.starlingx import Platform, platform


@rule(
    "NET-003",
    "Kubelet and CNI use addresses of one network",
    severity=Severity.HIGH,
    each=NODES,
    using=(cni_addresses, platform),
    remediation="Pin the CNI's address detection to the cluster host network (Calico: `IP_AUTODETECTION_METHOD` of "
    "calico-node, or `nodeAddressAutodetectionV4` of the operator's Installation), then restart its agent on the node.",
    references=("https://docs.tigera.io/calico/latest/networking/ipam/ip-autodetection",),
    controls=(CLUSTER_HOST_NETWORK.at("S1", "S3"),),
)
def kubelet_and_cni_use_one_network(node: Node, cni: CniAddresses, known: Platform) -> Verdicts:
    """The CNI announces a node by an address of its own choosing.

    When that is not on the network of the node's InternalIP, pod traffic leaves the cluster host network: past its
    firewall, over an uplink that was not sized for it, or nowhere at all after the next re-cabling.
    """
    kubelet = [parse_address(address) for address in node.internal_ips]
    chosen = cni.of(node)
    shared = [family for family in families(kubelet) if family in families(chosen)]
    if not shared:
        yield Unknown(f"the kubelet reports {_listed(kubelet)}, the CNI {_listed(chosen)}: no address family in common")
    for family in shared:
        reported = [address for address in kubelet if address.version == family]
        announced = [interface for interface in chosen if interface.version == family]
        if any(interface.ip in reported for interface in announced):
            continue
        evidence = {"internal_ips": list(map(str, reported)), "cni_addresses": list(map(str, announced))}
        if any(address in interface.network for address in reported for interface in announced):
            if _floats(node, reported, known):
                continue
            yield Violation(
                f"the CNI uses {_listed(announced)}, another address in the network of InternalIP {_listed(reported)}",
                evidence,
                severity=Severity.LOW,
            )
        else:
            yield Violation(
                f"the CNI uses {_listed(announced)}, which is not on the network of InternalIP {_listed(reported)}",
                evidence,
            )


def _floats(node: Node, reported: Sequence[IPAddress], known: Platform) -> bool:
    """Whether the kubelet reports the floating address of a controller, as it is set up to on a system of one node."""
    return any(one.is_floating and one.address in reported for one in known.controllers.get(node.name, ()))


def _listed(addresses: Sequence[IPAddress | IPInterface]) -> str:
    return ", ".join(map(str, addresses)) or "none"
