"""A cluster with a database that policies are to guard."""

from collections.abc import Mapping

from auditor.network.policy.clusters import Object, addresses, facts, from_yaml, namespace, packet, pod
from chaudit.evidence.reading import State
from chaudit_network.policy.pods import PodPolicies, pod_policies

DB, WEB, PROBE, OUTSIDE, OFFICE = "10.0.0.1", "10.0.0.2", "10.0.0.3", "203.0.113.9", "192.0.2.1"
EVERYBODY = [DB, WEB, PROBE, OUTSIDE, OFFICE]
NAME = ("shop", "db")

CLUSTER = [
    namespace("shop", team="a"),
    namespace("ops", team="b"),
    pod("db", DB, "fd00::1", namespace="shop", app="db", ports={"sql": (5432, "TCP")}),
    pod("web", WEB, namespace="shop", app="web"),
    pod("probe", PROBE, namespace="ops", app="probe"),
]
ISOLATED = """
  apiVersion: networking.k8s.io/v1
  kind: NetworkPolicy
  metadata: {name: isolated, namespace: shop}
  spec: {podSelector: {}, policyTypes: [Ingress]}
"""


def calico(name: str, spec: str, kind: str = "GlobalNetworkPolicy", within: str = "") -> str:
    return f"""
      apiVersion: projectcalico.org/v3
      kind: {kind}
      metadata: {{name: {name}{f", namespace: {within}" if within else ""}}}
      spec: {spec}
    """


def policies(*said: str, unread: Mapping[str, State] | None = None) -> PodPolicies:
    objects: list[Object] = [*CLUSTER, *(one for text in said for one in from_yaml(text))]
    return facts(objects, unread).get(pod_policies)


def judged(*said: str, port: int = 5432, unread: Mapping[str, State] | None = None) -> tuple[list[str], list[str]]:
    """Return who is let in to the database, and who is not."""
    passage = policies(*said, unread=unread).passage(NAME, packet(DB, port))
    return addresses(passage.open, EVERYBODY), addresses(passage.closed, EVERYBODY)
