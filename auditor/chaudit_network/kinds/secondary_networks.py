"""NetworkAttachmentDefinition, by which Multus attaches pods to further networks.

See https://github.com/k8snetworkplumbingwg/multi-net-spec.
"""

from chaudit import KubernetesObject, Record, Resource, Source


class NetworkAttachmentDefinitionSpec(Record, frozen=True, gc=False):
    """The CNI configuration as text; where there is none, it is a file of this name on each node."""

    config: str = ""


class NetworkAttachmentDefinition(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A network that pods can ask for."""

    spec: NetworkAttachmentDefinitionSpec = NetworkAttachmentDefinitionSpec()


NETWORK_ATTACHMENT_DEFINITIONS = Source(
    "network-attachment-definitions",
    NetworkAttachmentDefinition,
    served_as=(Resource("k8s.cni.cncf.io", "v1", "network-attachment-definitions", "NetworkAttachmentDefinition"),),
)
