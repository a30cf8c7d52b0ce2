"""MetalLB and FRR-K8s: with whom their routers speak, and what they tell."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.network.views.bgp_world import EXCLUDED, prefixes, service, slice_of, told
from auditor.network.views.evidence import Evidence, Object
from chaudit_network.addresses import parse_address
from chaudit_network.bgp.advertisements import Advertisements
from chaudit_network.views.bgp_sessions import bgp_sessions
from fixtures_folder import fixture

GOLDEN = "files/internal/bgp/frrk8s/testdata"
LEAF: dict[str, Any] = {"myASN": 64501, "peerASN": 64500, "peerAddress": "192.0.2.2"}


def metallb(kind: str, name: str, version: str = "v1beta1", **spec: object) -> Object:
    return {
        "apiVersion": f"metallb.io/{version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": "metallb-system", "labels": {"pool": name}},
        "spec": spec,
    }


def peer(name: str = "leaf", **spec: object) -> Object:
    return metallb("BGPPeer", name, "v1beta2", **{**LEAF, **spec})


def node(name: str, **labels: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **labels}},
    }


def on(*names: str) -> list[dict[str, dict[str, str]]]:
    return [{"matchLabels": {"kubernetes.io/hostname": name}} for name in names]


def speaker(name: str, phase: str = "Running") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"speaker-{name}",
            "namespace": "metallb-system",
            "labels": {"app": "metallb", "component": "speaker"},
        },
        "spec": {"nodeName": name},
        "status": {"phase": phase},
    }


NODES = [node("a"), node("b"), node("c")]
POOL = metallb("IPAddressPool", "first-pool", addresses=["198.51.100.0/24"])
SHOP = [service("shop", "198.51.100.10"), slice_of("shop", "a")]


def test_an_address_is_told_by_every_node_that_is_selected_runs_a_speaker_and_is_not_excluded() -> None:
    nodes = [node("a"), node("b", **{EXCLUDED: "false"}), node("c"), node("d"), node("e")]
    pods = [*map(speaker, "abd"), speaker("e", "Pending")]
    advertisement = metallb("BGPAdvertisement", "some", nodeSelectors=on("a", "b", "c", "d"))

    found = told([*nodes, *pods, peer(), POOL, advertisement, *SHOP])

    assert prefixes(found) == {"198.51.100.10/32": "a,d"}


def test_a_local_service_is_told_by_nodes_with_an_endpoint_that_serves_and_an_idle_one_by_none() -> None:
    local = [service("local", "198.51.100.11", policy="Local"), slice_of("local", "a", "c")]
    idle = [service("idle", "198.51.100.12"), service("broken", "198.51.100.13"), slice_of("broken", "a", ready=False)]
    idle[2]["endpoints"][0]["conditions"]["serving"] = False

    found = told([*NODES, peer(), POOL, metallb("BGPAdvertisement", "all"), *local, *idle])

    assert prefixes(found) == {"198.51.100.11/32": "a,c"}


def test_advertisements_select_pools_services_and_peers() -> None:
    pools = [POOL, metallb("IPAddressPool", "second-pool", addresses=["203.0.113.1-203.0.113.9", "2001:db8::/120"])]
    services = [
        *SHOP,
        service("labelled", "203.0.113.5", labels={"public": "yes"}),
        service("plain", "203.0.113.6"),
        service("elsewhere", "203.0.113.10"),
        *(slice_of(name, "a") for name in ("labelled", "plain", "elsewhere")),
    ]
    advertisements = [
        metallb("BGPAdvertisement", "one", ipAddressPools=["first-pool"], peers=["leaf"]),
        metallb(
            "BGPAdvertisement",
            "two",
            ipAddressPoolSelectors=[{"matchLabels": {"pool": "second-pool"}}],
            serviceSelectors=[{"matchLabels": {"public": "yes"}}],
            communities=["no-export", "64500:1"],
        ),
    ]
    names = metallb("Community", "names", communities=[{"name": "no-export", "value": "65535:65281"}])

    found = told([*NODES, peer(), peer("spine", peerAddress="192.0.2.3"), *pools, *advertisements, names, *services])

    assert {(str(one.prefix), tuple(peer.called for peer in one.group.peers), one.communities) for one in found} == {
        ("198.51.100.10/32", ("192.0.2.2",), ()),
        ("203.0.113.5/32", ("192.0.2.2",), ("65535:65281", "64500:1")),
        ("203.0.113.5/32", ("192.0.2.3",), ("65535:65281", "64500:1")),
    }


def test_a_session_carries_its_own_family_unless_it_is_told_to_carry_both() -> None:
    dual = service("dual", "198.51.100.10", "2001:db8::10", ipFamilies=["IPv4", "IPv6"])
    pool = metallb("IPAddressPool", "both", addresses=["198.51.100.0/24", "2001:db8::/120"])
    objects = [*NODES, pool, metallb("BGPAdvertisement", "all"), dual, slice_of("dual", "a")]

    assert set(prefixes(told([*objects, peer()]))) == {"198.51.100.10/32"}
    assert set(prefixes(told([*objects, peer(dualStackAddressFamily=True)]))) == {
        "198.51.100.10/32",
        "2001:db8::10/128",
    }


def test_the_way_is_known_only_where_the_source_address_is_said() -> None:
    objects = [*NODES, POOL, metallb("BGPAdvertisement", "all"), *SHOP]

    (unsaid,) = told([*objects, peer(nodeSelectors=on("a"))])
    (said,) = told([*objects, peer(nodeSelectors=on("a"), sourceAddress="10.0.0.1")])

    assert unsaid.next_hops() == {"a": None}
    assert said.next_hops() == {"a": parse_address("10.0.0.1")}


def test_frr_tells_the_prefixes_that_a_neighbour_may_hear() -> None:
    configuration = {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": "own", "namespace": "frr-k8s-system"},
        "spec": {
            "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "b"}},
            "bgp": {
                "routers": [
                    {
                        "asn": 64501,
                        "prefixes": ["192.0.2.0/25", "192.0.2.128/25"],
                        "neighbors": [
                            {"asn": 64500, "address": "10.1.1.1", "toAdvertise": {"allowed": {"mode": "all"}}},
                            {
                                "asn": 64500,
                                "address": "10.1.1.2",
                                "toAdvertise": {"allowed": {"prefixes": ["192.0.2.128/25"]}},
                            },
                            {"asn": 64500, "address": "10.1.1.3"},
                            {
                                "asn": 64500,
                                "address": "FD00::0001",
                                "toAdvertise": {"allowed": {"mode": "all"}},
                                "dualStackAddressFamily": True,
                            },
                        ],
                    }
                ]
            },
        },
    }

    found = told([*NODES, configuration])

    assert {(str(one.prefix), peer.called, *one.nodes) for one in found for peer in one.group.peers} == {
        ("192.0.2.0/25", "10.1.1.1", "b"),
        ("192.0.2.128/25", "10.1.1.1", "b"),
        ("192.0.2.128/25", "10.1.1.2", "b"),
        ("192.0.2.0/25", "fd00::1", "b"),
        ("192.0.2.128/25", "fd00::1", "b"),
    }


def document(number: int) -> Object:
    name = f"files/website-content-configuration-_advanced_bgp_configuration.{number:02}.yaml"
    loaded: Object = yaml.safe_load(fixture("metallb-docs", name).read_text())
    return loaded


def test_the_service_of_the_documentation_is_told_by_two_routes_as_it_says() -> None:
    pool, local, external = map(document, (1, 2, 3))
    objects = [*NODES, peer(), pool, local, external, *SHOP]

    found = told(objects)

    assert {(str(one.prefix), one.communities) for one in found} == {
        ("198.51.100.10/32", ("65535:65282",)),
        ("198.51.100.0/24", ()),
    }


def golden_files() -> list[Path]:
    return sorted(fixture("bgp-metallb", f"{GOLDEN}/TestTwoSessions.golden").parent.glob("*.golden"))


def of_golden(content: dict[str, Any]) -> tuple[Advertisements, set[tuple[str, int | None]]]:
    obj = {"apiVersion": "frrk8s.metallb.io/v1beta1", "kind": "FRRConfiguration", **content}
    sessions = Evidence([node("testnodename"), node("another"), obj]).resolve(bgp_sessions)
    assert sessions.unread == ()
    assert list(sessions.of("another")) == []
    return told([node("testnodename"), obj]), {(one.peer.called, one.peer.asn) for one in sessions.of("testnodename")}


def test_sessions_and_prefixes_are_those_of_the_configurations_that_metallb_itself_expects() -> None:
    files = golden_files()

    for file in files:
        content = json.loads(file.read_text())
        neighbors = [
            (str(ip_address(one["address"])) if "address" in one else one["interface"], one, router)
            for router in content["spec"]["bgp"].get("routers", [])
            for one in router.get("neighbors", [])
        ]
        peers = {(called, one.get("asn") or dynamic(router, one)) for called, one, router in neighbors}
        allowed = {
            (called, str(ip_network(prefix, strict=False)))
            for called, one, _ in neighbors
            for prefix in one["toAdvertise"]["allowed"].get("prefixes", [])
            if not called.startswith("127.")  # a router on the node itself is not outside
        }

        advertised, actual = of_golden(content)

        assert actual == peers, file.name
        assert {(peer.called, str(one.prefix)) for one in advertised for peer in one.group.peers} == allowed, file.name
    assert files


def dynamic(router: dict[str, Any], neighbor: dict[str, Any]) -> int | None:
    """Return the AS of a neighbour that is told by being of the same one, or of another."""
    return router["asn"] if neighbor["dynamicASN"] == "internal" else None


@pytest.mark.parametrize("addresses", [["198.51.100.9-198.51.100.1"], ["198.51.100.1-2001:db8::1"], ["here"]])
def test_a_pool_that_cannot_be_understood_is_said(addresses: list[str]) -> None:
    found = told([*NODES, peer(), metallb("IPAddressPool", "odd", addresses=addresses), *SHOP])

    assert [gap.subject.name for gap in found.unread] == ["odd"]


def test_services_share_nodes_and_neighbours_where_no_advertisement_tells_these_apart() -> None:
    peers = [peer(name, peerAddress=f"192.0.2.{number}", nodeSelectors=on(name)) for number, name in enumerate("abc")]
    services = [
        one
        for number in range(1, 4)
        for one in (service(f"s{number}", f"198.51.100.{number}"), slice_of(f"s{number}", "a"))
    ]
    for_all = metallb("BGPAdvertisement", "some", nodeSelectors=on("a", "c"))
    for_one = metallb("BGPAdvertisement", "other", peers=["b"])

    together = list(told([*NODES, *peers, POOL, for_all, *services]))
    apart = told([*NODES, *peers, POOL, for_all, for_one, *services])

    assert len(together) == len(services) // 2
    assert len({id(one.nodes) for one in together}) == 1
    assert {(one.prefix.prefixlen, *sorted(one.group.called), *sorted(one.nodes)) for one in apart} == {
        (32, "192.0.2.0", "192.0.2.2", "a", "c"),
        (32, "192.0.2.1", "b"),
    }
