"""The networks beside the pod network to which pods are attached, and where these lead."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Reading, Record, Subject, printable, view
from chaudit_network.addresses import parse_interface
from chaudit_network.kinds.core import NODES, PODS, Node, Pod
from chaudit_network.kinds.secondary_networks import NETWORK_ATTACHMENT_DEFINITIONS, NetworkAttachmentDefinition
from chaudit_network.views.attachments import NodeAttachments, attachments
from chaudit_network.views.networks import Networks, networks
from chaudit_network.views.unread import Unread, unread

_ENDED = frozenset({"Succeeded", "Failed"})


class Plugin(Record, frozen=True, gc=False):
    """A CNI plugin and, where it builds on one, the interface of the host below it."""

    type: str = ""
    master: str = ""
    device: str = ""
    bridge: str = ""

    @property
    def interface(self) -> str:
        """The interface of the host by which packets leave, empty where the configuration does not name it."""
        return self.master or self.device or self.bridge


class _Configuration(Plugin, frozen=True, gc=False):
    """One plugin, or a list of which the first makes the interface."""

    plugins: tuple[Plugin, ...] | None = None


class Use(msgspec.Struct, frozen=True):
    """A pod that is attached, with its addresses there."""

    pod: Pod
    ips: Sequence[str]


class SecondaryNetwork(msgspec.Struct, frozen=True):
    """A network with the pods that are attached to it; `definition` is None where there is none of its name."""

    subject: Subject
    definition: NetworkAttachmentDefinition | None
    uses: Sequence[Use]

    @property
    def plugin(self) -> Plugin:
        """What makes the interface.

        Raises:
            CannotTellError: there is no definition, or it is not readable.
        """
        if self.definition is None:
            raise CannotTellError("pods are attached to it, but it is not defined in the cluster")
        if not self.definition.spec.config.strip():
            raise CannotTellError("its configuration is a file on each node")
        try:
            found = msgspec.json.decode(self.definition.spec.config, type=_Configuration)
        except (msgspec.DecodeError, RecursionError) as error:
            raise CannotTellError(f"its configuration is not readable: {printable(str(error))}") from error
        return found.plugins[0] if found.plugins else found


class Destinations(msgspec.Struct, frozen=True):
    """Where attachments lead: to the networks of their addresses, and to those of the host's interface below."""

    networks: Networks
    attachments: NodeAttachments
    nodes: dict[str, Node]

    def of(self, use: Use, interface: str) -> frozenset[str]:
        """Return the names of the networks, none where it is not known."""
        return frozenset((*self._of_addresses(use), *self._of_interface(use, interface)))

    def _of_addresses(self, use: Use) -> Iterator[str]:
        for text in use.ips:
            with suppress(CannotTellError):
                if found := self.networks.of(parse_interface(text).ip):
                    yield found.name

    def _of_interface(self, use: Use, interface: str) -> Iterator[str]:
        node = self.nodes.get(use.pod.spec.node_name)
        for one in self.attachments.on(node).attachments if node and interface else ():
            if one.interface == interface:
                yield from one.networks


@view(networks, attachments, NODES)
def destinations(known: Networks, attached: NodeAttachments, nodes: Sequence[Node]) -> Destinations:
    """Know what networks and interfaces lead to."""
    return Destinations(known, attached, {node.name: node for node in nodes})


@view(NETWORK_ATTACHMENT_DEFINITIONS.reading, PODS)
def secondary_networks(
    definitions: Reading[NetworkAttachmentDefinition], pods: Sequence[Pod]
) -> Sequence[SecondaryNetwork | Unread]:
    """Gather the networks that are defined or in use.

    Raises:
        DoesNotApplyError: Multus is not installed.
        CannotTellError: the definitions were not read.
    """
    if definitions.is_absent:
        raise DoesNotApplyError(definitions.reason)
    known = {one.subject: one for one in definitions.records}
    malformed = {gap.subject: gap for gap in unread(definitions)}
    uses: dict[Subject, list[Use]] = defaultdict(list)
    unreadable: list[Unread] = []
    for pod in pods:
        if pod.status.phase in _ENDED:
            continue
        try:
            for network in pod.metadata.annotations.networks:
                if not network.default:
                    uses[_named(network.name, pod)].append(Use(pod, network.ips))
        except CannotTellError as gap:
            unreadable.append(Unread(pod.subject, str(gap)))
    return [
        *(
            SecondaryNetwork(subject, known.get(subject), uses.get(subject, ()))
            for subject in (known | uses)
            if subject not in malformed
        ),
        *malformed.values(),
        *unreadable,
    ]


def _named(name: str, pod: Pod) -> Subject:
    """Return the definition that a pod's annotation names, in the pod's own namespace where it names none."""
    namespace, slash, rest = name.partition("/")
    return Subject(NetworkAttachmentDefinition.__name__, *((namespace, rest) if slash else (pod.namespace, name)))
