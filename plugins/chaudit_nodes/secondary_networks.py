"""Whether pods have ways out of the cluster that nothing in this audit looks at."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from chaudit import INTENT, Intent, Settings, Severity, Unknown, Verdicts, Violation, enumerated, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST, NSA_NETWORK
from chaudit_network.views.networks import external_names
from chaudit_network.views.secondary_networks import (
    Destinations,
    SecondaryNetwork,
    Use,
    destinations,
    secondary_networks,
)
from chaudit_network.views.unread import Unread

_PAST_THE_HOST = frozenset({"macvlan", "ipvlan", "host-device", "sriov", "ib-sriov", "bridge", "vlan", "ovs", "tap"})
"""Plugins whose interfaces packets leave by without meeting kube-proxy, and mostly no policy either."""

_WITHIN = frozenset({"calico", "cilium-cni", "flannel", "ptp", "dummy", "loopback"})
"""Plugins whose packets go through the host like those of the pod network, or nowhere."""


class SecondaryNetworks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Networks that are meant to lead outside: shell-style patterns of `namespace/name`."""

    allowed: tuple[str, ...] = ()


@rule(
    "NET-011",
    "No secondary network takes pods past the boundary",
    severity=Severity.MEDIUM,
    each=secondary_networks,
    using=(INTENT, destinations, Settings(SecondaryNetworks)),
    remediation="Declare the network in `rules.NET-011.settings.allowed` where pods are meant to be on it, with a "
    "MultiNetworkPolicy that says who may reach them; declare its addresses under `networks` where they are not known.",
    references=(
        "https://github.com/k8snetworkplumbingwg/multus-cni/blob/master/docs/how-to-use.md",
        "https://github.com/k8snetworkplumbingwg/multi-networkpolicy",
        "https://www.cni.dev/plugins/current/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S6"), NSA_NETWORK, NIST.at("SC-7", "AC-4")),
)
def secondary_networks_stay_inside(
    found: SecondaryNetwork | Unread, intent: Intent, known: Destinations, settings: SecondaryNetworks
) -> Verdicts:
    """What a pod opens on a macvlan or SR-IOV interface is open to that network, whatever policy says of the pod.

    Neither kube-proxy nor Calico sees these packets. None of it is in the exposure that this report shows.
    """
    if isinstance(found, Unread):
        yield Unknown(found.reason)
        return
    name = f"{found.subject.namespace}/{found.subject.name}"
    if not found.uses or any(fnmatchcase(name, pattern) for pattern in settings.allowed):
        return
    plugin = found.plugin
    if plugin.type in _WITHIN:
        return
    if plugin.type not in _PAST_THE_HOST:
        yield Unknown(f"what the CNI plugin '{printable(plugin.type)}' does is not known")
        return
    external, outside, nowhere = external_names(intent), [], []
    for use in found.uses:
        leads_to = known.of(use, plugin.interface)
        if leads_to & external:
            outside.append((use, leads_to & external))
        elif not leads_to:
            nowhere.append(use)
    if outside:
        names = sorted({name for _, leads_to in outside for name in leads_to})
        yield Violation(
            f"{_pods([use for use, _ in outside])} attached to {', '.join(map(printable, names))} by {plugin.type}, "
            "past kube-proxy and host policy",
            {"networks": names, "pods": [str(use.pod.subject) for use, _ in outside]},
            severity=Severity.LOW,
        )
    if nowhere:
        yield Unknown(
            f"to which network {_pods(nowhere)} attached by {plugin.type} is not known: declare its addresses"
        )


def _pods(uses: Sequence[Use]) -> str:
    return enumerated([f"{use.pod.namespace}/{use.pod.name}" for use in uses], "pod")
