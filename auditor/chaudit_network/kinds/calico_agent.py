"""How calico-node, the agent on every node, is started: the environment of its DaemonSet.

What stands there is stronger than any FelixConfiguration
(https://docs.tigera.io/calico/latest/reference/felix/configuration).
"""

from chaudit import KubernetesObject, ObjectName, Record, Resource, Source


class EnvironmentSource(Record, frozen=True, gc=False):
    """From where a variable has its value; that it is not written in place is all that matters here."""


class EnvironmentVariable(Record, frozen=True, gc=False):
    """A variable, with its value in place or from elsewhere."""

    name: str
    value: str = ""
    value_from: EnvironmentSource | None = None


class ConfigMapReference(Record, frozen=True, gc=False):
    """A ConfigMap of the same namespace."""

    name: str = ""


class EnvironmentFrom(Record, frozen=True, gc=False):
    """Variables that are all entries of a ConfigMap, or of a Secret."""

    config_map_ref: ConfigMapReference | None = None


class AgentContainer(Record, frozen=True, gc=False):
    """A container by its environment."""

    name: str
    env: tuple[EnvironmentVariable, ...] = ()
    env_from: tuple[EnvironmentFrom, ...] = ()


class AgentPodSpec(Record, frozen=True, gc=False):
    """The containers of the agent's pods."""

    containers: tuple[AgentContainer, ...] = ()


class AgentPodTemplate(Record, frozen=True, gc=False):
    """What the agent's pods are made from."""

    spec: AgentPodSpec = AgentPodSpec()


class AgentSpec(Record, frozen=True, gc=False):
    """What the DaemonSet runs."""

    template: AgentPodTemplate = AgentPodTemplate()


class DaemonSet(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """apps/v1 DaemonSet of an agent, by its environment."""

    spec: AgentSpec = AgentSpec()


CALICO_AGENTS = Source(
    "calico-agents",
    DaemonSet,
    served_as=(Resource("apps", "v1", "daemonsets", "DaemonSet"),),
    only=(
        ObjectName("calico-node", "kube-system"),
        ObjectName("calico-node", "calico-system"),
        ObjectName("canal", "kube-system"),
        ObjectName("rke2-canal", "kube-system"),
    ),
)
"""By the names that Calico's manifests, its operator, Canal and RKE2 give it. Read one by one, never listed."""
