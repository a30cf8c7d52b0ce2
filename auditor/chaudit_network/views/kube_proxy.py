"""The view of kube-proxy on all nodes. Nothing is looked up before somebody asks, and pods only where they decide."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from chaudit import Reading, view
from chaudit_network.addresses import IPAddress
from chaudit_network.kinds.calico_policy import FELIX_CONFIGURATIONS, FelixConfiguration
from chaudit_network.kinds.configuration import CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import PODS, Node, Pod
from chaudit_network.views.kube_proxy_configuration import (
    Configurations,
    Replacement,
    find_configurations,
    find_replacement,
)
from chaudit_network.views.node_proxy import Mode, NodeProxy, Served, Version, version_of


class KubeProxy(msgspec.Struct, dict=True):
    """The kube-proxies of all nodes."""

    config_maps: Reading[ConfigMap]
    pods: Reading[Pod]
    felix: Reading[FelixConfiguration]
    _on: dict[str, NodeProxy] = msgspec.field(default_factory=dict)

    def on(self, node: Node) -> NodeProxy:
        """Return a node's kube-proxy, with the configuration that it has or is to have after its next start.

        Raises:
            CannotTellError: the configuration is not known, or something else than kube-proxy serves services.
        """
        if node.name not in self._on:
            self._on[node.name] = NodeProxy(self._configurations.on(node.name), node)
        return self._on[node.name]

    @cached_property
    def replacement(self) -> Replacement | None:
        """What serves services in place of kube-proxy.

        Raises:
            CannotTellError: whether something does was not read.
        """
        return find_replacement(self.config_maps, self.felix)

    @property
    def written_in(self) -> ConfigMap | None:
        """The object in which the configuration of all is written, None where each has flags of its own."""
        return self._configurations.written_in

    def mode(self, node: Node) -> Mode:
        """Return the mode of a node's kube-proxy.

        Raises:
            CannotTellError: as for `on`, or the mode is not modelled.
        """
        return self.on(node).mode

    def version(self, node: Node) -> Version | None:
        """Return the minor version of a node's kube-proxy, which is taken to be the kubelet's; None if not known."""
        return version_of(node)

    def judge(self, address: IPAddress, node: Node, own: Sequence[IPAddress]) -> Served:
        """Return whether NodePorts are served on an address of a node; `own` are all that it is known to have.

        Raises:
            CannotTellError: as for `on`, or the configuration cannot be understood.
        """
        return self.on(node).judge(address, own)

    @cached_property
    def _configurations(self) -> Configurations:
        return find_configurations(self.config_maps, self.pods, self.felix)


kube_proxy = view(CONFIG_MAPS.reading, PODS.reading, FELIX_CONFIGURATIONS.reading)(KubeProxy)
"""The view that answers with `KubeProxy`."""
