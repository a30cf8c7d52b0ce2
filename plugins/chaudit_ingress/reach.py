"""Whether the controllers that let HTTP in are reached where they are meant to be, and nowhere else."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from chaudit import NotApplicable, Reading, Settings, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_ingress.configuration import configuration
from chaudit_ingress.fronts import Front, Fronts, fronts
from chaudit_ingress.ports import Purpose
from chaudit_network.addresses import parse_network
from chaudit_network.exposure.verdict import Reach
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NSA_NETWORK
from chaudit_network.kinds.configuration import INGRESS_CONFIG_MAPS, ConfigMap
from chaudit_network.views.ingress_controllers import IngressController, ingress_controllers
from chaudit_network.views.known_controllers import INGRESS_NGINX
from chaudit_network.views.unread import Unread

_STATUS = ("nginx-status-ipv4-whitelist", "nginx-status-ipv6-whitelist")
"""Who may read /nginx_status at the ports of HTTP; loopback alone where nothing is said.

See https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/.
"""


class ReachSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Networks, as shell-style patterns of their names: the external ones for HTTP, and those that are to be closed."""

    open_on: tuple[str, ...] = ("*",)
    closed_on: tuple[str, ...] = ("admin", "management", "mgmt", "pxeboot", "storage")


@rule(
    "ING-006",
    "Ingress controllers are reached on the networks that are meant for them, and on no other",
    severity=Severity.HIGH,
    each=ingress_controllers,
    using=(fronts, INGRESS_CONFIG_MAPS.reading, Settings(ReachSettings)),
    remediation="A controller on the network of its hosts is guarded by the policy for the hosts' own processes: let a "
    "GlobalNetworkPolicy without applyOnForward allow 80 and 443 where clients come, on StarlingX with the selector "
    "`iftype contains 'oam'`, and nothing of it on management networks. One behind a service is guarded by a policy "
    "with preDNAT. Bind webhook and metrics to an address of the cluster. Which networks are meant is said in "
    "`rules.ING-006.settings.open-on` and `closed-on`.",
    references=(
        "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
        "https://docs.starlingx.io/security/kubernetes/security-default-firewall-rules.html",
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/summary",
        "https://kubernetes.io/blog/2025/03/24/ingress-nginx-cve-2025-1974/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S6", "S9"), NSA_NETWORK),
)
def ingress_controller_is_reached_where_meant(
    controller: IngressController | Unread,
    before: Fronts,
    config_maps: Reading[ConfigMap],
    settings: ReachSettings,
) -> Verdicts:
    """Applications are published where the controller is reached, and so is what it offers beside them.

    A management network is no place for customers' requests. The admission webhook takes a configuration from whoever
    reaches it, and metrics and status tell of every application. On the network of its hosts the controller is a
    process of theirs: what guards node ports does not guard it, and what guards it does not guard node ports.
    """
    if isinstance(controller, Unread):
        yield Unknown(controller.reason)
    elif controller.gap:
        yield Unknown(controller.gap)
    elif not controller.pods:
        yield NotApplicable("no pod of its controller is there")
    else:
        yield from _judged(controller, before, config_maps, settings)


def _judged(
    controller: IngressController, before: Fronts, config_maps: Reading[ConfigMap], settings: ReachSettings
) -> Verdicts:
    gaps = list(dict.fromkeys(before.gaps(controller)))
    yield from map(Unknown, gaps)
    found = before.of(controller)
    if not found and not gaps:
        yield NotApplicable("it is not on the network of its hosts, and no exposed service leads to it")
    for front in found:
        if not _is_meant(front, settings):
            yield from _too_far(front)
    for_clients = [one for one in found if one.purpose is Purpose.HTTP and one.is_outside]
    yield from _far_enough(for_clients)
    if any(front.opening.lets_in for front in for_clients):
        yield from _status(controller, config_maps)


def _is_meant(front: Front, settings: ReachSettings) -> bool:
    """Whether a port may be open there: to outsiders HTTP alone, to hosts of a network unless it is to be closed."""
    if not front.is_outside:
        return not _is_among(front.opening.network, settings.closed_on)
    is_open_network = not front.opening.network or _is_among(front.opening.network, settings.open_on)
    return front.purpose is Purpose.HTTP and is_open_network


def _too_far(front: Front) -> Iterator[Violation | Unknown]:
    if front.opening.reach is Reach.UNKNOWN:
        yield Unknown(str(front))
    elif front.opening.lets_in:
        yield Violation(
            str(front),
            {"network": front.opening.network, "ports": front.ports, "because": front.opening.because},
            severity=Severity.MEDIUM if front.purpose is Purpose.METRICS else None,
        )


def _far_enough(fronts: Sequence[Front]) -> Iterator[Violation | Unknown]:
    """Yield that no client of an application comes in, where some should."""
    if not fronts or any(front.opening.lets_in for front in fronts):
        return
    if unknown := [front for front in fronts if front.opening.reach is Reach.UNKNOWN]:
        yield from (Unknown(str(front)) for front in unknown)
        return
    yield from (Violation(f"{front}, and nowhere open to outsiders", severity=Severity.LOW) for front in fronts[:1])


def _status(controller: IngressController, config_maps: Reading[ConfigMap]) -> Iterator[Violation]:
    if controller.product is not INGRESS_NGINX:
        return
    where, data = configuration(controller.pods[0], config_maps, "who may read the status of ingress-nginx")
    for key in _STATUS:
        networks = [parse_network(text.strip()) for text in data.get(key, "").split(",") if text.strip()]
        if any(not network.prefixlen for network in networks):
            said = printable(f"{key} is {data[key]} in {where}")
            yield Violation(f"whoever reaches HTTP may read its status: {said}", severity=Severity.LOW)


def _is_among(network: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(network, pattern) for pattern in patterns)
