"""The addresses that the CNI gives to nodes: Calico's annotations, or Cilium's own node objects."""

from collections.abc import Mapping

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Reading, view
from chaudit_network.addresses import IPInterface, parse_interface
from chaudit_network.kinds.calico import NODE_ADDRESS_ANNOTATIONS
from chaudit_network.kinds.cilium import CILIUM_NODES, CiliumNode
from chaudit_network.kinds.core import PODS, Node, Pod


class CniAddresses(msgspec.Struct, frozen=True):
    """What each node is called by the CNI that runs on it. Evidence is asked for only where it decides."""

    cilium_nodes: Reading[CiliumNode]
    pods: Reading[Pod]

    def of(self, node: Node) -> tuple[IPInterface, ...]:
        """Return the CNI's addresses of a node with their prefixes; Cilium publishes none, so its are host routes.

        Raises:
            DoesNotApplyError: neither Calico nor Cilium runs on the node.
            CannotTellError: one of them does but has not published an address, or that cannot be seen.
        """
        if annotated := self._annotated(node.annotations):
            return annotated
        if published := self._published_by_cilium(node.name):
            return published
        if self._runs_calico(node.name):
            raise CannotTellError("calico-node runs on the node but has not published an address in its annotations")
        raise DoesNotApplyError("neither Calico nor Cilium gives this node an address")

    @staticmethod
    def _annotated(annotations: Mapping[str, str]) -> tuple[IPInterface, ...]:
        return tuple(parse_interface(annotations[key]) for key in NODE_ADDRESS_ANNOTATIONS if key in annotations)

    def _published_by_cilium(self, node_name: str) -> tuple[IPInterface, ...]:
        return tuple(
            parse_interface(address.ip)
            for found in self.cilium_nodes.complete_records
            if found.name == node_name
            for address in found.spec.addresses
            if address.type == "InternalIP"
        )

    def _runs_calico(self, node_name: str) -> bool:
        return any(
            pod.spec.node_name == node_name and pod.metadata.labels.get("k8s-app") == "calico-node"
            for pod in self.pods.complete_records
        )


cni_addresses = view(CILIUM_NODES.reading, PODS.reading)(CniAddresses)
"""The view that answers with `CniAddresses`."""
