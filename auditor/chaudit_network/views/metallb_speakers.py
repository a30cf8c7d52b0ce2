"""The pods that announce for MetalLB, one on each node that may."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.flags import flags_of
from chaudit_network.kinds.core import PODS, Pod


class Speakers(msgspec.Struct, dict=True):
    """The running speakers by node, and what they were told by flags."""

    pods: Reading[Pod]

    @cached_property
    def by_node(self) -> Mapping[str, Sequence[Pod]]:
        """The speakers of each node that has one.

        Raises:
            CannotTellError: the pods were not all read.
        """
        found: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.pods.complete_records:
            if is_speaker(pod):
                found[pod.spec.node_name].append(pod)
        return found

    @property
    def ready(self) -> frozenset[str]:
        """The nodes with a speaker that is ready.

        Raises:
            CannotTellError: the pods were not all read, or none of them is known as a speaker.
        """
        if not self.by_node:
            raise CannotTellError("pods: none is labelled as a speaker of MetalLB")
        return frozenset(name for name, pods in self.by_node.items() if any(pod.is_ready for pod in pods))

    def values(self, flag: str) -> frozenset[str]:
        """Return the values that a flag has, of all speakers; without it there is none."""
        containers = (one for pods in self.by_node.values() for pod in pods for one in pod.spec.containers)
        found = (flags_of(one).get(flag, ()) for one in containers)
        return frozenset(values[-1] for values in found if values)


speakers = view(PODS.reading)(Speakers)
"""The view that answers with `Speakers`."""


def is_speaker(pod: Pod) -> bool:
    """Whether a pod is labelled as a running speaker, by MetalLB's chart or by its manifests and operator."""
    labels = pod.metadata.labels
    component = labels.get("component") or labels.get("app.kubernetes.io/component")
    app = labels.get("app") or labels.get("app.kubernetes.io/name")
    return (app, component) == ("metallb", "speaker") and pod.status.phase == "Running"
