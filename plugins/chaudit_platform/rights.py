"""Who may change what the other rules judge: addresses of services, and the host firewall."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from chaudit import Settings, Severity, Subject, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import NIST
from chaudit_network.views.rights import Holder, address_givers, firewall_writers
from chaudit_network.views.unread import Unread

_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"

_PLATFORM = frozenset(
    {
        "calico-apiserver",
        "calico-system",
        "cilium",
        "frr-k8s-system",
        "kube-system",
        "kube-vip",
        "metallb-system",
        "purelb",
        "tigera-operator",
    }
)
"""Namespaces of the platform and of load balancer controllers; whoever may act in them is an administrator already."""

_EVERYBODY = frozenset(
    {"system:authenticated", "system:unauthenticated", "system:anonymous", "system:serviceaccounts", "system:nodes"}
)
"""Names that stand for whoever comes, whatever pod runs, or whichever node is taken over."""

_ALL_PODS_OF = "system:serviceaccounts:"

_OF_STARLINGX = "ClusterRole cluster-node-admin-firewall"
"""The role by which StarlingX lets every node write its own host endpoints and policies."""


class Writers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who else may: shell-style patterns of `User NAME`, `Group NAME` or `ServiceAccount NAMESPACE/NAME`."""

    allowed: tuple[str, ...] = ()


@rule(
    "X-003",
    "Only load balancer controllers can set the addresses of services",
    severity=Severity.HIGH,
    each=address_givers,
    using=(Settings(Writers),),
    remediation="Take `services/status` and `*` out of the role, or delete the binding. A load balancer controller "
    "that is not known is declared in `rules.X-003.settings.allowed`: `ServiceAccount NAMESPACE/NAME`.",
    references=(
        "https://github.com/kubernetes/kubernetes/issues/97076",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        _RBAC,
    ),
    controls=(NIST.at("AC-6"),),
)
def only_controllers_set_addresses(holder: Holder | Unread, settings: Writers) -> Verdicts:
    """Every node sends what is for a load balancer's address to the service whose status names it (CVE-2020-8554).

    Nothing checks the address, and DenyServiceExternalIPs does not look at it. Whoever may write the status of services
    can have for himself what nodes and pods send to any host.
    """
    if isinstance(holder, Unread):
        yield Unknown(holder.reason)
        return
    if _is_meant_to(holder.subject, settings.allowed):
        return
    everybody = _is_everybody(holder.subject)
    for held in holder.holdings:
        if held.is_administrator and not held.namespace and not everybody:
            continue
        if "services/status" not in held.resources:
            yield Violation(f"may do everything to {held}", severity=None if everybody else Severity.LOW)
        else:
            milder = Severity.MEDIUM if held.namespace and not everybody else None
            yield Violation(f"may write {held}", severity=milder)
    yield from map(Unknown, holder.doubts)


@rule(
    "X-004",
    "Only administrators can rewrite the host firewall",
    severity=Severity.HIGH,
    each=firewall_writers,
    using=(Settings(Writers),),
    remediation="Bind the role to the few who administer the network, never to a group that every node, pod or "
    "account is in. Declare them in `rules.X-004.settings.allowed`: `Group NAME`, `ServiceAccount NAMESPACE/NAME`.",
    references=(
        "https://docs.tigera.io/calico/latest/network-policy/policy-tiers/rbac-tiered-policies",
        "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
        _RBAC,
    ),
    controls=(NIST.at("AC-6", "CM-5"),),
)
def only_administrators_rewrite_the_firewall(holder: Holder | Unread, settings: Writers) -> Verdicts:
    """One global policy or host endpoint opens every port of every node, or cuts all of them off.

    Calico serves the same objects in two API groups, and rights in either do. On StarlingX any node's credentials
    suffice: whoever takes over one node can open the others.
    """
    if isinstance(holder, Unread):
        yield Unknown(holder.reason)
        return
    if _is_meant_to(holder.subject, settings.allowed):
        return
    everybody = _is_everybody(holder.subject)
    for held in holder.holdings:
        if everybody:
            shipped = held.role == _OF_STARLINGX
            why = ", as StarlingX ships it" if shipped else ""
            yield Violation(f"may write {held}{why}", severity=Severity.LOW if shipped else None)
        elif not held.is_administrator:
            yield Violation(f"may write {held}, and is not declared to", severity=Severity.LOW)
    yield from map(Unknown, holder.doubts)


def _is_meant_to(who: Subject, allowed: Sequence[str]) -> bool:
    """Whether it is a part of Kubernetes or of the platform, or is declared."""
    if who.kind == "ServiceAccount":
        is_platform = who.namespace in _PLATFORM
    else:
        is_platform = who.name.startswith("system:") and not _is_everybody(who)
    return is_platform or any(fnmatchcase(str(who), pattern) for pattern in allowed)


def _is_everybody(who: Subject) -> bool:
    if who.kind == "ServiceAccount":
        return False
    namespace = who.name.removeprefix(_ALL_PODS_OF)
    return who.name in _EVERYBODY or (namespace != who.name and namespace not in _PLATFORM)
