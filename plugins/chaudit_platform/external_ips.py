"""Which services claim addresses with externalIPs."""

import msgspec

from chaudit import CannotTellError, Settings, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.addresses import holds, parse_address, parse_network
from chaudit_network.frameworks import CIS, NIST
from chaudit_network.kinds.services import Service
from chaudit_network.views.external_ips import Holders, holders, services_with_external_ips
from chaudit_network.views.unread import Unread


class ExternalIPSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The networks, in CIDR form, from which services may take addresses that are nobody's yet."""

    allowed: tuple[str, ...] = ()


@rule(
    "X-001",
    "No service claims addresses with externalIPs",
    severity=Severity.CRITICAL,
    each=services_with_external_ips,
    using=(holders, Settings(ExternalIPSettings)),
    remediation="Use a service of type LoadBalancer whose addresses come from a pool that an administrator owns, then "
    "remove `spec.externalIPs`. Where there is no other way, declare the range in `rules.X-001.settings.allowed`.",
    references=(
        "https://github.com/kubernetes/kubernetes/issues/97076",
        "https://kubernetes.io/docs/concepts/services-networking/service/#external-ips",
        "https://github.com/kubernetes/enhancements/issues/5707",
    ),
    controls=(CIS.at("1.2.3"), NIST.at("AC-3", "SC-7")),
)
def no_service_claims_external_ips(service: Service | Unread, known: Holders, settings: ExternalIPSettings) -> Verdicts:
    """Every node sends packets for an externalIP to the service, whoever the address belongs to (CVE-2020-8554).

    Whoever may write services takes over traffic of pods and nodes to that address: of a node, of another service, or
    of a host outside. Kubernetes checks none of it, and no patch can: the field works as designed.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    allowed = [parse_network(text) for text in settings.allowed]
    for text in service.spec.external_ips:
        address = parse_address(text)
        owners = [*known.services_at(address, service)]
        try:
            owners += known.nodes_at(address)
        except CannotTellError as gap:
            yield Unknown(f"whether {address} is an address of a node is not known: {gap}")
        if owners:
            yield Violation(
                f"externalIPs lists {address}, which is {' and '.join(owners)}",
                {"external_ip": text, "belongs_to": owners},
            )
        elif not holds(allowed, address):
            yield Violation(
                f"externalIPs lists {address}, expected none", {"external_ip": text}, severity=Severity.HIGH
            )
