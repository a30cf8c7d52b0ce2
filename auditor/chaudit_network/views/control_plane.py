"""The control plane: its nodes, by which address clients reach it, and whether etcd stands and falls with its nodes."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from chaudit import CannotTellError, Reading, Record, Subject, view
from chaudit_network.documents import parse_yaml
from chaudit_network.kinds.configuration import CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import NODES, PODS, Node, Pod

_ROLES = frozenset({"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"})
_NAMESPACE = "kube-system"
_PROGRAM = "kube-apiserver"
_KUBEADM = "kubeadm-config"


class _Local(Record, frozen=True, gc=False):
    """An etcd that runs on each control-plane node; that it is there is all that matters here."""


class _Etcd(Record, frozen=True, gc=False):
    """Where etcd runs: with the API servers, or elsewhere."""

    local: _Local | None = None


class _ClusterConfiguration(Record, frozen=True, gc=False):
    """What kubeadm keeps of how it set up the cluster, of all versions since v1beta1.

    See https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/.
    """

    control_plane_endpoint: str | None = None
    etcd: _Etcd | None = None


class ControlPlane(msgspec.Struct, frozen=True):
    """The nodes of the control plane, and kubeadm's word on it: None where there is none, or why it is not known."""

    subject: ClassVar[Subject] = Subject("Cluster")

    nodes: Sequence[Node]
    configuration: _ClusterConfiguration | CannotTellError | None

    @property
    def endpoint(self) -> str | None:
        """The host by which clients reach the API servers, empty where kubeadm was told none; None without kubeadm.

        Raises:
            CannotTellError: kubeadm's configuration was not read, or not understood.
        """
        if isinstance(self.configuration, CannotTellError):
            raise self.configuration
        return _host(self.configuration.control_plane_endpoint or "") if self.configuration else None

    @property
    def has_stacked_etcd(self) -> bool:
        """Whether each node of the control plane has a member of etcd, as far as that is known."""
        configured = self.configuration
        return isinstance(configured, _ClusterConfiguration) and bool(configured.etcd and configured.etcd.local)


@view(NODES, PODS.reading, CONFIG_MAPS.reading)
def control_plane(nodes: Sequence[Node], pods: Reading[Pod], config_maps: Reading[ConfigMap]) -> Sequence[ControlPlane]:
    """Find the control plane by the labels of its nodes, and where there are none by the pods of API servers."""
    found = [node for node in nodes if _ROLES & node.metadata.labels.keys()]
    if not found:
        names = {pod.spec.node_name for pod in pods.complete_records if _is_api_server(pod)}
        found = [node for node in nodes if node.name in names]
    try:
        configuration: _ClusterConfiguration | CannotTellError | None = _configuration(config_maps)
    except CannotTellError as gap:
        configuration = gap
    return (ControlPlane(found, configuration),)


def _configuration(config_maps: Reading[ConfigMap]) -> _ClusterConfiguration | None:
    for found in config_maps.complete_records:
        if found.name == _KUBEADM and (text := found.data.get("ClusterConfiguration")):
            try:
                return parse_yaml(text, _ClusterConfiguration)
            except CannotTellError as gap:
                raise CannotTellError(f"{found.subject} is not readable: {gap}") from gap
    return None


def _is_api_server(pod: Pod) -> bool:
    return pod.namespace == _NAMESPACE and any(one.name == _PROGRAM for one in pod.spec.containers)


def _host(endpoint: str) -> str:
    """Cut off the port: `192.0.2.1:6443`, `[fd00::1]:6443`, `api.example.org`."""
    if endpoint.startswith("["):
        return endpoint[1:].partition("]")[0]
    host, _, _ = endpoint.partition(":")
    return host if endpoint.count(":") <= 1 else endpoint
