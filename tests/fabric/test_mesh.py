"""Nodes that also speak with one another pass on what they heard, and routers send to nodes without an endpoint."""

from collections.abc import Callable, Iterable

import pytest

from fabric.addresses import FAMILIES, ROUTERS, address
from fabric.findings import Findings
from fabric.objects import Manifest, bgp_filter, configuration, peers
from fabric.scene import Fabric
from fabric.wording import CALL, failed

MESH = configuration(nodeToNodeMeshEnabled=True)


def test_a_node_without_an_endpoint_draws_traffic_and_drops_it(fabric: Fabric, healthy: Findings) -> None:
    assert fabric.answers("call").keys() == {"answered"}
    fabric.apply(MESH)
    fabric.settle()

    told = (f"{CALL[f]} is passed on to {', '.join(address(r, f) for r in ROUTERS)}" for f in FAMILIES)
    assert fabric.scan().changes(healthy) == {
        "BGP-017 Service lab/call": failed(*(f"{one} by nodes without an endpoint: n3" for one in told)),
    }
    assert fabric.answers("call").keys() > {"answered"}
    assert fabric.answers("web").keys() == {"answered"}


@pytest.mark.parametrize(
    "remedy",
    [
        lambda: peers(nextHopMode="Keep"),
        lambda: [bgp_filter({"action": "Reject", "source": "RemotePeers"})],
    ],
    ids=["next hops are kept", "what was heard is filtered"],
)
def test_what_the_rule_advises_helps(
    fabric: Fabric, healthy: Findings, remedy: Callable[[], Iterable[Manifest]]
) -> None:
    fabric.apply(MESH, *remedy())
    fabric.settle()

    assert fabric.scan().changes(healthy) == {}
    assert fabric.answers("call").keys() == {"answered"}
