"""Pods by what keeps them there, and what is kept of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from chaudit import CannotTellError
from chaudit_network.kinds.core import OwnerReference, Pod, PodAnnotations, PodMeta


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


def decoded(namespace: str = "edge", annotation: str | None = None) -> Pod:
    return msgspec.convert(
        {
            "metadata": {
                "name": "x",
                "namespace": namespace,
                "annotations": {"a": "b", **({"k8s.v1.cni.cncf.io/network-status": annotation} if annotation else {})},
            },
            "status": {
                "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]
            },
        },
        Pod,
    )


def test_since_when_containers_run_is_kept_in_kube_system_only() -> None:
    assert decoded("kube-system").running_since("main") == datetime(2026, 1, 1, tzinfo=UTC)
    assert decoded("kube-system").running_since("other") is None
    assert decoded("edge").status.container_statuses == ()


def test_of_annotations_only_networks_beside_the_default_one_are_kept() -> None:
    default = '{"name": "k8s-pod-network", "ips": ["10.0.0.1"], "default": true}'
    second = '{"name": "edge/macvlan", "interface": "net1", "ips": ["192.0.2.1"]}'

    assert decoded(annotation=f"[{default}]").metadata.annotations == PodAnnotations()
    assert [one.name for one in decoded(annotation=f"[{default}, {second}]").metadata.annotations.networks] == [
        "k8s-pod-network",
        "edge/macvlan",
    ]


def test_an_annotation_that_cannot_be_read_is_kept_and_says_so() -> None:
    annotations = decoded(annotation="[{").metadata.annotations

    with pytest.raises(CannotTellError, match="annotation network-status is not readable"):
        _ = annotations.networks
