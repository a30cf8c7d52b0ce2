"""What the environment of calico-node says: whether nodes speak BGP at all, and what it sets against the objects."""

from collections.abc import Iterator

import msgspec

from chaudit import Reading, view
from chaudit_network.kinds.calico_node import (
    ADVERTISE_CLUSTER_IPS,
    CALICO_CONFIG,
    CALICO_NODE,
    NETWORKING_BACKEND,
    DaemonSet,
    EnvVar,
)
from chaudit_network.kinds.configuration import ConfigMap
from chaudit_network.views.unread import Unread, unread

_CONTAINER = "calico-node"
_BACKEND = "calico_backend"
_BIRD = "bird"


class CalicoNode(msgspec.Struct, frozen=True):
    """How calico-node runs. The backend is empty where nothing says it.

    `unread` is what might say more, and `backend_unread` what of that might name another backend.
    """

    backend: str = ""
    advertised_cluster_ips: str = ""
    unread: tuple[Unread, ...] = ()
    backend_unread: tuple[Unread, ...] = ()

    @property
    def may_speak_bgp(self) -> bool:
        """Whether nothing says that nodes do without BGP (https://docs.tigera.io/calico/latest/networking/)."""
        return self.backend in {"", _BIRD}


@view(CALICO_NODE.reading, CALICO_CONFIG.reading)
def calico_node(daemon_sets: Reading[DaemonSet], config_maps: Reading[ConfigMap]) -> CalicoNode:
    """Look into the DaemonSet, and into the ConfigMap of the manifests, to which it may refer."""
    gaps = (*unread(daemon_sets), *unread(config_maps))
    values = {variable.name: _value(variable, config_maps) for variable in _environment(daemon_sets)}
    configured = next((found.data.get(_BACKEND, "") for found in config_maps.objects), "")
    own = values.get(NETWORKING_BACKEND, "")
    backend_gaps = () if own and daemon_sets.is_complete else gaps
    return CalicoNode(own or configured, values.get(ADVERTISE_CLUSTER_IPS, ""), gaps, backend_gaps)


def _environment(daemon_sets: Reading[DaemonSet]) -> Iterator[EnvVar]:
    for found in daemon_sets.objects:
        for container in found.spec.template.spec.containers:
            if container.name == _CONTAINER:
                yield from container.env


def _value(variable: EnvVar, config_maps: Reading[ConfigMap]) -> str:
    """Return the value of a variable, if need be from the ConfigMap that it refers to."""
    reference = variable.value_from.config_map_key_ref if variable.value_from else None
    if reference is None:
        return variable.value
    values = (found.data.get(reference.key, "") for found in config_maps.objects if found.name == reference.name)
    return next(values, "")
