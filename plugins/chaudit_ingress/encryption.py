"""Whether HTTP is encrypted on its way to the controllers."""

from collections.abc import Iterator

import msgspec

from chaudit import NotApplicable, Settings, Severity, Unknown, Verdicts, Violation, printable, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.gateway import Gateway
from chaudit_network.kinds.ingress import Ingress
from chaudit_network.views.ingress import ingresses_and_gateways
from chaudit_network.views.routed_path import common_host
from chaudit_network.views.unread import Unread

_PASSTHROUGH = "/ssl-passthrough"
_TRAEFIK = "traefik.ingress.kubernetes.io/router.tls"
_ENCRYPTED = frozenset({"HTTPS", "TLS"})

_SOLVER = "acme.cert-manager.io/http01-solver"
"""A label of the Ingresses by which cert-manager proves that a host is its own, which is done in plain HTTP."""


class Upstream(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Whether TLS ends in front of the cluster, at a load balancer or a proxy that it knows nothing of."""

    terminated_upstream: bool = False


@rule(
    "ING-007",
    "Every host of an Ingress or a Gateway is served by TLS",
    severity=Severity.MEDIUM,
    each=ingresses_and_gateways,
    using=(Settings(Upstream),),
    remediation="List the host in `spec.tls` of the Ingress with a Secret that holds its certificate; give the Gateway "
    "a listener of protocol HTTPS. Where TLS ends in front of the cluster, say so in "
    "`rules.ING-007.settings.terminated-upstream`.",
    references=(
        "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
        "https://gateway-api.sigs.k8s.io/guides/tls/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9"), NIST.at("SC-8")),
)
def hosts_are_served_by_tls(route: Ingress | Gateway | Unread, upstream: Upstream) -> Verdicts:
    """Passwords, cookies and tokens go over the network for everybody on it to read and to use.

    The certificate that a controller shows for hosts that it has none for proves nothing to a client and does not
    count. Whether the Secret of a certificate is there is not looked at: Secrets are never read.
    """
    if isinstance(route, Unread):
        yield Unknown(route.reason)
    elif upstream.terminated_upstream:
        yield NotApplicable("the intent says that TLS ends in front of the cluster (terminated-upstream)")
    elif isinstance(route, Gateway):
        yield from _gateway(route)
    elif route.metadata.labels.get(_SOLVER) == "true":
        yield NotApplicable("it answers the challenges of a certificate authority, which come in plain HTTP")
    elif not _is_passed_through(route):
        yield from _ingress(route)


def _ingress(ingress: Ingress) -> Verdicts:
    for host in dict.fromkeys(_hosts(ingress)):
        if not any(_covers(certified, host) for tls in ingress.spec.tls for certified in tls.hosts or ("",)):
            name = f"host {printable(host)}" if host else "requests for every host"
            yield Violation(f"spec.tls does not cover {name}", {"host": host}, severity=Severity.LOW)


def _gateway(gateway: Gateway) -> Verdicts:
    encrypted = [one.hostname for one in gateway.spec.listeners if one.protocol in _ENCRYPTED]
    for listener in gateway.spec.listeners:
        if listener.protocol == "HTTP" and all(common_host(listener.hostname, host) is None for host in encrypted):
            hosts = f"host {printable(listener.hostname)}" if listener.hostname else "any host"
            yield Violation(
                f"listener {printable(listener.name)} serves HTTP, and no listener serves HTTPS for {hosts}",
                {"listener": listener.name, "hostname": listener.hostname},
                severity=Severity.LOW,
            )


def _hosts(ingress: Ingress) -> Iterator[str]:
    yield from (rule.host for rule in ingress.spec.rules)
    if ingress.default_backend:
        yield ""


def _covers(certified: str, host: str) -> bool:
    """Whether a host of `spec.tls` means one of a rule: every one where it names none, and `*.` exactly one label."""
    if certified in {"", host}:
        return True
    return certified.startswith("*.") and host.partition(".")[2] == certified.removeprefix("*.")


def _is_passed_through(ingress: Ingress) -> bool:
    """Whether annotations of the common controllers bring TLS to the backend, or to every host."""
    return any(
        value == "true" and (key.endswith(_PASSTHROUGH) or key == _TRAEFIK)
        for key, value in ingress.metadata.annotations.items()
    )
