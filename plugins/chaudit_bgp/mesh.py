"""Whether the mesh of nodes fits its size, and who can reach the port on which nodes speak BGP."""

from collections.abc import Sequence

import msgspec

from chaudit import DoesNotApplyError, Settings, Severity, Subject, Unknown, Verdicts, Violation, rule, view
from chaudit_network.frameworks import NIST
from chaudit_network.policy.felix import Direction, Felix, felix
from chaudit_network.views.bgp_sessions import CalicoConfiguration, Sessions, bgp_sessions, calico_configuration
from chaudit_network.views.calico_node import CalicoNode, calico_node
from chaudit_network.views.unread import Unread

_BGP_PORT = 179
_DEFAULT = "default"
_ANY_NODE = ""
_ONE_ADDRESS = "NodeIP"


class MeshSize(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How many nodes a full mesh may have; Calico recommends route reflectors beyond a hundred."""

    nodes: int = 100


class Speaking(msgspec.Struct, frozen=True):
    """Calico's BGP as the whole cluster has it."""

    mesh: frozenset[str]
    unread_nodes: tuple[Unread, ...]
    configuration: CalicoConfiguration
    runs: CalicoNode

    @property
    def subject(self) -> Subject:
        """The configuration of all nodes, whether or not the object exists."""
        return Subject("BGPConfiguration", name=_DEFAULT)


@view(bgp_sessions, calico_configuration, calico_node)
def calico_bgp(sessions: Sessions, configuration: CalicoConfiguration, runs: CalicoNode) -> Sequence[Speaking]:
    """Return Calico's BGP.

    Raises:
        DoesNotApplyError: no node speaks BGP for Calico.
    """
    if not runs.may_speak_bgp and not runs.unread:
        raise DoesNotApplyError(f"calico-node runs with backend {runs.backend}, which does without BGP")
    unread = sessions.cluster.unread
    if not unread and not any(node.addresses for node in sessions.cluster.nodes):
        raise DoesNotApplyError("Calico gives no node an address to speak from")
    return [Speaking(sessions.calico.mesh, unread, configuration, runs)]


@rule(
    "BGP-012",
    "The BGP mesh is of a size that works, and its port is not open on every address",
    severity=Severity.LOW,
    each=calico_bgp,
    using=(felix, Settings(MeshSize)),
    remediation="Make some nodes route reflectors and set `nodeToNodeMeshEnabled: false`. Set `bindMode: NodeIP` and "
    "restart calico-node, or give the failsafe port 179 a `net` in the FelixConfiguration that holds the peers.",
    references=(
        "https://docs.tigera.io/calico/latest/networking/configuring/bgp",
        "https://docs.tigera.io/calico/latest/reference/resources/bgpconfig",
        "https://docs.tigera.io/calico/latest/reference/host-endpoints/failsafe",
    ),
    controls=(NIST.at("CM-7"),),
)
def mesh_fits(judged: Speaking, settings: Felix, size: MeshSize) -> Verdicts:
    """In a full mesh each node speaks with every other, so that sessions grow with the square of the nodes.

    The port of BGP is among the failsafe ports, which host policy does not close: unless BIRD listens on one address
    only, it is open on all of them, to anybody.
    """
    if gaps := (*judged.configuration.unread, *judged.runs.unread):
        yield from (Unknown(str(gap)) for gap in gaps)
        return
    if judged.runs.backend == "" and (judged.mesh or judged.unread_nodes):
        yield Unknown("whether nodes speak BGP is not known: neither calico-node nor calico-config says its backend")
        return
    if len(judged.mesh) > size.nodes:
        yield Violation(f"{len(judged.mesh)} nodes form a full mesh, expected {size.nodes} at most without reflectors")
    yield from (Unknown(str(node)) for node in judged.unread_nodes)
    if judged.configuration.default.bind_mode != _ONE_ADDRESS and _is_failsafe(settings):
        yield Violation("bindMode is not NodeIP, and failsafe port 179 is open on every address, to anybody")


def _is_failsafe(settings: Felix) -> bool:
    ports = settings.failsafe_ports(_ANY_NODE, Direction.INBOUND).value
    return any(one.port == _BGP_PORT and one.protocol.lower() == "tcp" and not one.net for one in ports)
