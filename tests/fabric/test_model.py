"""What the model says that nodes tell routers is what these hear: all prefixes, next hops and communities."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

import pytest

from auditor.network.views.evidence import Evidence
from chaudit_network.addresses import parse_address
from chaudit_network.views.bgp_advertisements import bgp_advertisements
from chaudit_network.views.bgp_passing import bgp_passing
from chaudit_network.views.bgp_routes import bgp_routes
from fabric.addresses import FAMILIES, PUBLIC, ROUTERS, address, public
from fabric.objects import NUMBERS, Manifest, bgp_filter, configuration, pool
from fabric.scene import Fabric
from lab.addresses import SERVICE_CIDRS

Ways = Mapping[str, set[tuple[str, str]]]
"""By prefix the ways to it: next hops, each with its communities."""

EXCLUDED = {"node.kubernetes.io/exclude-from-external-load-balancers": "true"}


def told(fabric: Fabric, router: str, family: int) -> Ways:
    """Return what the model says that a router is told."""
    evidence = Evidence(fabric.evidence())
    called = parse_address(address(router, family))
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in evidence.resolve(bgp_advertisements):
        assert not one.doubt
        hops = one.next_hops()
        for session in one.sessions():
            if session.peer.address == called:
                found[str(one.prefix)].add((str(hops[session.node]), " ".join(one.communities)))
    passing = evidence.resolve(bgp_passing)
    for route in evidence.resolve(bgp_routes).found:
        for passed in passing.of(route):
            assert not passed.doubt
            for session in passed.group.sessions:
                if session.peer.address == called and session.node in passed.nodes:
                    found[str(route.prefix)].add((str(session.local), " ".join(route.communities)))
    return found


def heard(fabric: Fabric, router: str, family: int) -> Ways:
    """Return what it has heard, as it shows it itself."""
    shown = fabric.routers[router]
    found: dict[str, set[tuple[str, str]]] = {}
    for prefix in json.loads(shown.table(family))["routes"]:
        details = json.loads(shown.ask(f"show bgp ipv{family} unicast {prefix} json"))
        found[prefix] = {
            (path["nexthops"][0]["ip"], path.get("community", {}).get("string", "")) for path in details["paths"]
        }
    return found


def every_range(**spec: object) -> Manifest:
    cidrs = [*PUBLIC.values(), *(f"{public(NUMBERS['web'], f)}/{32 if f == 4 else 128}" for f in FAMILIES)]
    return configuration(
        serviceClusterIPs=[{"cidr": cidr} for cidr in SERVICE_CIDRS.values()],
        serviceLoadBalancerIPs=[{"cidr": cidr} for cidr in cidrs],
        **spec,
    )


HOSTS = {"action": "Accept", "cidr": PUBLIC[4], "matchOperator": "In", "prefixLength": {"min": 32}}
OWN = {"action": "Reject", "source": "RemotePeers"}


APART, MESHED = False, True


@pytest.mark.parametrize(
    ("scene", "is_meshed"),
    [
        ("every range, and pods", MESHED),
        ("each by itself", MESHED),
        ("filtered", APART),
        ("excluded", MESHED),
    ],
)
def test_routers_hear_what_the_model_says(fabric: Fabric, scene: str, is_meshed: bool) -> None:
    mesh = {"nodeToNodeMeshEnabled": is_meshed}
    manifests: Mapping[str, Sequence[Manifest]] = {
        "every range, and pods": [every_range(**mesh), *(pool(family, is_held_back=False) for family in FAMILIES)],
        "each by itself": [every_range(serviceLoadBalancerAggregation="Disabled", **mesh)],
        "filtered": [every_range(**mesh), bgp_filter(HOSTS, OWN)],
        "excluded": [every_range(**mesh), fabric.node("n1", labels=EXCLUDED)],
    }
    fabric.apply(*manifests[scene])
    fabric.settle()

    for router in ROUTERS:
        for family in FAMILIES:
            expected = told(fabric, router, family)
            assert heard(fabric, router, family) == expected
            assert expected
