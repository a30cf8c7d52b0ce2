"""What serves services on every node: kube-proxy's pods, or what replaces them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import ClassVar

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Reading, Subject, plural, view
from chaudit_network.kinds.core import NODES, PODS, Node, Pod
from chaudit_network.views.cni_agents import none_of
from chaudit_network.views.kube_proxy import KubeProxy, kube_proxy
from chaudit_network.views.kube_proxy_configuration import kube_proxies_in
from chaudit_network.views.node_proxy import Mode

Manner = tuple[Mode, tuple[str, ...]]
"""How a kube-proxy serves: its mode and `nodePortAddresses`."""


class ServiceProxies(msgspec.Struct, dict=True):
    """What serves services, node by node. Evidence is asked for only where it decides."""

    nodes: Reading[Node]
    pods: Reading[Pod]
    kube_proxy: KubeProxy

    @property
    def run_as_pods(self) -> bool:
        """Whether kube-proxy runs as a pod on any node.

        Raises:
            CannotTellError: the pods were not all read, and none of those that were is one.
        """
        return bool(self._by_node or none_of(self.pods))

    def on(self, node: Node) -> Sequence[Pod]:
        """Return kube-proxy's pods on a node.

        Raises:
            CannotTellError: pods that may be such were not read.
        """
        return self._by_node.get(node.name) or none_of(self.pods)

    def manner(self, node: Node) -> Manner:
        """Return how a node's kube-proxy serves.

        Raises:
            CannotTellError: that is not known.
        """
        proxy = self.kube_proxy.on(node)
        return proxy.mode, proxy.configuration.node_port_addresses or ()

    @cached_property
    def usual_manner(self) -> Manner:
        """How most kube-proxies serve.

        Raises:
            CannotTellError: those of which it is not known could tip the balance.
        """
        manners: Counter[Manner] = Counter()
        unknown = len(self.nodes.rejected)
        for node in self.nodes.objects:
            try:
                manners[self.manner(node)] += 1
            except CannotTellError:
                unknown += not node.is_virtual
        ranked = sorted(manners, key=lambda manner: (manners[manner], manner), reverse=True)
        most, second = ([manners[manner] for manner in ranked] + [0, 0])[:2]
        if unknown and most <= second + unknown:
            raise CannotTellError(f"how most kube-proxies serve is not known: {plural(unknown, 'node')} may decide it")
        return ranked[0]

    @cached_property
    def _by_node(self) -> Mapping[str, Sequence[Pod]]:
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods.records:
            if kube_proxies_in(pod):
                found[pod.spec.node_name].append(pod)
        return found


service_proxies = view(NODES.reading, PODS.reading, kube_proxy)(ServiceProxies)
"""The view that answers with `ServiceProxies`."""


class ProxyModes(msgspec.Struct, frozen=True):
    """The nodes by the mode of their kube-proxy, and those of which it is not known, by the reason."""

    subject: ClassVar[Subject] = Subject("Cluster")

    nodes: Mapping[Mode, Sequence[str]]
    unknown: Mapping[str, Sequence[str]]


@view(NODES, kube_proxy)
def proxy_modes(nodes: Sequence[Node], proxy: KubeProxy) -> Sequence[ProxyModes]:
    """Sort nodes by mode; mostly all have one."""
    if proxy.replacement:
        raise DoesNotApplyError(f"{proxy.replacement.name} serves services in place of kube-proxy")
    found: dict[Mode, list[str]] = defaultdict(list)
    unknown: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        try:
            found[proxy.mode(node)].append(node.name)
        except CannotTellError as gap:
            unknown[str(gap)].append(node.name)
    return (ProxyModes(found, unknown),)
