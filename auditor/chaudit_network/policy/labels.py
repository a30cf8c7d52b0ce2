"""The labels by which Calico's selectors find endpoints: their own, and those of their namespace and service account.

Felix adds labels of its own to a pod's, and hands down those of namespace and service account under a prefix. See
libcalico-go/lib/backend/k8s/conversion (constants.go, conversion.go, workload_endpoint_default.go).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.kinds.calico_policy import NetworkSet
from chaudit_network.kinds.core import NAMESPACES, Namespace, Pod

Labels = Mapping[str, str]
"""Labels that may not all be known: to ask for one that is not raises CannotTellError."""

NAMESPACE = "projectcalico.org/namespace"
ORCHESTRATOR = "projectcalico.org/orchestrator"
SERVICE_ACCOUNT = "projectcalico.org/serviceaccount"

KUBERNETES = "k8s"
"""The orchestrator of every pod. Nothing else has one."""

OF_NAMESPACE = "pcns."
OF_SERVICE_ACCOUNT = "pcsa."
"""Prefixes of inherited labels. Labels of a pod's own that begin so are dropped, lest it feign another namespace."""

_INHERITED = (OF_NAMESPACE, OF_SERVICE_ACCOUNT)

NAME = "projectcalico.org/name"
"""A label that every namespace and every service account hands down: its name."""


class _Known(Labels):
    """A mapping by way of a look-up; it is asked for single labels and never listed."""

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Unread(_Known):
    """The labels of something that was not read: known is only what all of its kind have, and what they never have.

    `lacks` are names of labels, or the beginnings of names.
    """

    reason: str
    has: Mapping[str, str] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()

    def __getitem__(self, label: str) -> str:
        if label in self.has or label.startswith(self.lacks):
            return self.has[label]
        raise CannotTellError(self.reason)


@dataclass(frozen=True, eq=False)
class _Namespaced(_Known):
    """Own labels together with the inherited ones."""

    own: Labels
    namespace: str
    service_account: str
    labels_of: "EndpointLabels"

    def __getitem__(self, label: str) -> str:
        if label.startswith(OF_NAMESPACE):
            inherited = label.removeprefix(OF_NAMESPACE)
            return self.namespace if inherited == NAME else self.labels_of.namespace(self.namespace)[inherited]
        if self.service_account and label.startswith(OF_SERVICE_ACCOUNT):
            if label != OF_SERVICE_ACCOUNT + NAME:
                raise CannotTellError(f"the labels of service accounts are not read: {label}")
            return self.service_account
        return self.own[label]


class EndpointLabels(msgspec.Struct, dict=True):
    """The labels of endpoints; those of their namespaces are looked up only when a selector asks for them."""

    namespaces: Reading[Namespace]

    def pod(self, pod: Pod) -> Labels:
        """Return a pod's labels."""
        account = pod.spec.service_account_name
        own = {key: value for key, value in pod.metadata.labels.items() if not key.startswith(_INHERITED)}
        own |= {NAMESPACE: pod.namespace, ORCHESTRATOR: KUBERNETES}
        if account:
            own[SERVICE_ACCOUNT] = account
        return _Namespaced(own, pod.namespace, account, self)

    def unread_pod(self, namespace: str, reason: str) -> Labels:
        """Return what is known of a pod's labels when nothing but its namespace is."""
        own = Unread(reason, {NAMESPACE: namespace, ORCHESTRATOR: KUBERNETES})
        return _Namespaced(own, namespace, "", self)

    def network_set(self, network_set: NetworkSet) -> Labels:
        """Return a network set's labels."""
        own = {**network_set.metadata.labels, NAMESPACE: network_set.namespace}
        return _Namespaced(own, network_set.namespace, "", self)

    def namespace(self, name: str) -> Mapping[str, str]:
        """Return a namespace's labels.

        Raises:
            CannotTellError: it was not read, or is not in the list.
        """
        if name not in self._by_name:
            raise CannotTellError(f"{self.namespaces.source}: {printable(name)} is not in the list or malformed")
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Mapping[str, str]]:
        return {namespace.name: namespace.metadata.labels for namespace in self.namespaces.records}


endpoint_labels = view(NAMESPACES.reading)(EndpointLabels)
"""The view that answers with `EndpointLabels`."""
