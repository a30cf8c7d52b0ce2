"""Policies of administrators are noticed: they leave undecided what they may be about, and nothing else."""

import pytest

from auditor.network.policy.shop import EVERYBODY, ISOLATED, OFFICE, OUTSIDE, calico, judged
from chaudit.evidence.reading import State


def admin(kind: str, spec: str) -> str:
    return f"""
      apiVersion: policy.networking.k8s.io/{"v1beta1" if kind == "ClusterNetworkPolicy" else "v1alpha1"}
      kind: {kind}
      metadata: {{name: rule}}
      spec: {spec}
    """


@pytest.mark.parametrize("kind", ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"])
def test_policies_of_administrators_leave_undecided_what_pods_may_and_nothing_else(kind: str) -> None:
    rule = admin(kind, "{subject: {namespaces: {matchLabels: {team: a}}}, ingress: [{action: Deny}]}")

    assert judged(rule) == ([OUTSIDE, OFFICE], [])
    assert judged(rule, ISOLATED) == ([], [OUTSIDE, OFFICE])


def test_sets_of_networks_in_namespaces_are_as_undecided_as_pods() -> None:
    rule = admin("ClusterNetworkPolicy", "{subject: {namespaces: {}}, ingress: [{action: Deny}]}")
    in_namespace = calico("branch", f"{{nets: [{OFFICE}]}}", "NetworkSet", within="ops")
    of_all = calico("branch", f"{{nets: [{OFFICE}]}}", "GlobalNetworkSet")

    assert judged(rule, in_namespace) == ([OUTSIDE], [])
    assert judged(rule, of_all) == ([OUTSIDE, OFFICE], [])


@pytest.mark.parametrize(
    ("spec", "is_decided"),
    [
        ("{subject: {namespaces: {}}, ingress: [{}]}", False),
        ("{subject: {namespaces: {matchLabels: {team: b}}}, ingress: [{}]}", True),
        ("{subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: db}}}}, ingress: [{}]}", False),
        ("{subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}, ingress: [{}]}", True),
        ("{subject: {namespaces: {}}, ingress: [], egress: [{}]}", True),
    ],
)
def test_policies_of_administrators_are_about_their_subjects_and_what_comes_in(spec: str, is_decided: bool) -> None:
    assert judged(admin("AdminNetworkPolicy", spec)) == (EVERYBODY if is_decided else [OUTSIDE, OFFICE], [])


def test_policies_of_administrators_that_were_not_read_may_be_about_any_pod() -> None:
    assert judged(unread={"admin-network-policies": State.DENIED}) == ([OUTSIDE, OFFICE], [])
    assert judged(unread={"admin-network-policies": State.ABSENT}) == (EVERYBODY, [])
