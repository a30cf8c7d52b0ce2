"""Settings of calico-kube-controllers (https://docs.tigera.io/calico/latest/reference/resources/kubecontrollersconfig)."""

from chaudit import KubernetesObject, Record, Source
from chaudit_network.kinds.calico import served_as

ENABLED = "Enabled"


class AutoHostEndpoints(Record, frozen=True, gc=False):
    """Whether host endpoints are made for nodes at all, and then one for all interfaces of each.

    Others may be made from templates, for some nodes and some of their addresses only.
    """

    auto_create: str = ""
    create_default_host_endpoint: str = ENABLED


class NodeController(Record, frozen=True, gc=False):
    """What is done for each node."""

    host_endpoint: AutoHostEndpoints | None = None


class Controllers(Record, frozen=True, gc=False):
    """The controllers; one that is absent does not run."""

    node: NodeController | None = None


class KubeControllersConfigurationSpec(Record, frozen=True, gc=False):
    """What calico-kube-controllers does."""

    controllers: Controllers = Controllers()


class KubeControllersConfiguration(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The one that counts is called `default`."""

    spec: KubeControllersConfigurationSpec = KubeControllersConfigurationSpec()

    @property
    def makes_host_endpoints(self) -> bool:
        """Whether a node is to get a host endpoint for all its interfaces."""
        node = self.spec.controllers.node
        made = node.host_endpoint if node else None
        return made is not None and ENABLED == made.auto_create == made.create_default_host_endpoint


KUBE_CONTROLLERS_CONFIGURATIONS = Source(
    "kube-controllers-configurations",
    KubeControllersConfiguration,
    served_as("kubecontrollersconfigurations", "KubeControllersConfiguration"),
)
