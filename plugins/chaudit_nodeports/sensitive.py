"""Whether services that trust their network are on node ports, judged by what they are called and where they listen."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from chaudit import NotApplicable, Settings, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.services import Service, ServicePort
from chaudit_network.views.services import exposed_services
from chaudit_network.views.unread import Unread

_BY_PORT = {
    2181: "ZooKeeper",
    2375: "Docker",
    2379: "etcd",
    5984: "CouchDB",
    6379: "Redis",
    8500: "Consul",
    9200: "Elasticsearch",
    10250: "kubelet",
    11211: "memcached",
    27017: "MongoDB",
}
"""Ports of services that ask nobody who they are unless they are set up to."""

_BY_NAME = {
    "etcd": "etcd",
    "redis": "Redis",
    "memcached": "memcached",
    "mongodb": "MongoDB",
    "elasticsearch": "Elasticsearch",
    "zookeeper": "ZooKeeper",
    "prometheus": "Prometheus",
    "alertmanager": "Alertmanager",
    "kubernetes-dashboard": "the Kubernetes dashboard",
    "docker-registry": "an image registry",
}


class SensitiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Services, as shell-style patterns of NAMESPACE/NAME, of which it is known that they ask who comes."""

    trusted: tuple[str, ...] = ()


@rule(
    "NPT-022",
    "No service that trusts its network is on a node port",
    severity=Severity.HIGH,
    each=exposed_services,
    using=(Settings(SensitiveSettings),),
    remediation="Make it a ClusterIP, and let people reach it through an ingress that authenticates them. If it asks "
    "for credentials itself, say so in `rules.NPT-022.settings.trusted`.",
    references=(
        "https://kubernetes.io/docs/concepts/security/",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
        "https://prometheus.io/docs/operating/security/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7"), NIST.at("CM-7")),
)
def services_that_trust_their_network_are_inside(service: Service | Unread, settings: SensitiveSettings) -> Verdicts:
    """Data stores and dashboards are made for a network of friends: many ask nobody who they are.

    On a node port that network is everybody who reaches a node. Name and port are hints, not proof: a port is the
    stronger of the two, and a name alone weighs little.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    if not any(port.node_port for port in service.spec.ports):
        yield NotApplicable("the service has no node port")
        return
    if any(fnmatchcase(f"{service.namespace}/{service.name}", pattern) for pattern in settings.trusted):
        return
    named = next((what for word, what in _BY_NAME.items() if word in service.name.lower()), "")
    for port in service.spec.ports:
        if port.node_port and (what := next(_listening(port), "")):
            yield Violation(
                f"node port {port.node_port}/{port.protocol} leads to port {port.target_port or port.port}, "
                f"where {what} listens by default",
                {"node_port": port.node_port, "looks_like": what},
            )
        elif port.node_port and named:
            yield Violation(
                f"node port {port.node_port}/{port.protocol} leads to a service that is called like {named}",
                {"node_port": port.node_port, "looks_like": named},
                severity=Severity.LOW,
            )


def _listening(port: ServicePort) -> Iterator[str]:
    for number in (port.target_port, port.port):
        if isinstance(number, int) and number in _BY_PORT:
            yield _BY_PORT[number]
