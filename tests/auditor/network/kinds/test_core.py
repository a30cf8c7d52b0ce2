"""Pods by what keeps them there."""

from collections.abc import Mapping

import pytest

from chaudit_network.kinds.core import OwnerReference, Pod, PodMeta


@pytest.mark.parametrize(
    ("owners", "workload"),
    [
        pytest.param((), "Pod edge/web-5d4f8c7b9-x2x7k", id="nothing"),
        pytest.param(
            (OwnerReference("ReplicaSet", "web-5d4f8c7b9", controller=True),), "Deployment edge/web", id="Deployment"
        ),
        pytest.param((OwnerReference("ReplicaSet", "web", controller=True),), "ReplicaSet edge/web", id="ReplicaSet"),
        pytest.param((OwnerReference("DaemonSet", "web", controller=True),), "DaemonSet edge/web", id="DaemonSet"),
        pytest.param(
            (OwnerReference("Node", "node-1", controller=True),), "Pod edge/web-5d4f8c7b9-x2x7k", id="static pod"
        ),
        pytest.param(
            (OwnerReference("Backup", "nightly"), OwnerReference("StatefulSet", "web", controller=True)),
            "StatefulSet edge/web",
            id="an owner that keeps nothing there",
        ),
    ],
)
def test_a_pod_names_what_keeps_it_there(owners: tuple[OwnerReference, ...], workload: str) -> None:
    labels: Mapping[str, str] = {"pod-template-hash": "5d4f8c7b9"}
    pod = Pod(metadata=PodMeta(name="web-5d4f8c7b9-x2x7k", namespace="edge", labels=labels, owner_references=owners))

    assert str(pod.workload) == workload


def test_a_replica_set_that_ends_in_anything_but_the_hash_is_nobodys() -> None:
    owners = (OwnerReference("ReplicaSet", "web-None", controller=True),)

    pod = Pod(metadata=PodMeta(name="web", namespace="edge", owner_references=owners))

    assert str(pod.workload) == "ReplicaSet edge/web-None"
