from ipaddress import ip_address

import pytest

from auditor.network.views.evidence import Evidence, Object, address_pool, node, platform_network
from chaudit import CannotTellError
from chaudit_network.views.networks import Networks, Origin, networks

STARLINGX = (
    platform_network("oam", "oam-ipv4"),
    platform_network("cluster-host", "cluster-host-ipv4", "cluster-host-ipv6"),
    address_pool("oam-ipv4", "10.10.10.0"),
    address_pool("cluster-host-ipv4", "192.168.206.0"),
    address_pool("cluster-host-ipv6", "fd00:0:0:206::", 64),
)


def described(known: Networks) -> list[tuple[str, bool, Origin]]:
    return [(str(network), network.external, network.origin) for network in known]


def refusal(known: Networks, name: str) -> tuple[str, ...]:
    with pytest.raises(CannotTellError) as caught:
        known.named(name)
    return tuple(caught.value.reasons)


def test_networks_of_starlingx_are_known_by_name_and_only_oam_is_external() -> None:
    known = Evidence(STARLINGX).resolve(networks)

    assert described(known) == [
        ("cluster-host (192.168.206.0/24, fd00:0:0:206::/64)", False, Origin.STARLINGX),
        ("oam (10.10.10.0/24)", True, Origin.STARLINGX),
    ]


def test_a_declared_network_stands_beside_those_of_starlingx_and_wins_over_one_of_its_name() -> None:
    intent = {
        "networks": {"cluster-host": {"cidrs": ["10.0.0.0/16"]}, "dmz": {"cidrs": ["10.9.0.0/16"], "external": True}}
    }

    known = Evidence(STARLINGX, intent).resolve(networks)

    assert described(known) == [
        ("cluster-host (10.0.0.0/16)", False, Origin.DECLARED),
        ("dmz (10.9.0.0/16)", True, Origin.DECLARED),
        ("oam (10.10.10.0/24)", True, Origin.STARLINGX),
    ]


@pytest.mark.parametrize(
    "intent", [{"networks": {"cluster-host": {"external": True}}}, {"topology": {"cluster-host": "external"}}]
)
def test_what_the_intent_says_of_outsiders_holds_for_a_network_whose_cidrs_others_know(
    intent: dict[str, object],
) -> None:
    known = Evidence(STARLINGX, intent).resolve(networks)

    assert known.named("cluster-host").external
    assert known.named("cluster-host").origin is Origin.STARLINGX


def test_denied_starlingx_leaves_only_undeclared_networks_unknown() -> None:
    intent = {"networks": {"cluster-host": {"cidrs": ["192.168.206.0/24"]}}}

    known = Evidence(STARLINGX, intent, denied=["platform-networks"]).resolve(networks)

    assert known.named("cluster-host").origin is Origin.DECLARED
    assert refusal(known, "oam") == ("platform-networks: denied",)


def test_an_unknown_network_is_to_be_declared_where_starlingx_is_absent() -> None:
    known = Evidence(absent=["platform-networks", "address-pools"]).resolve(networks)

    assert refusal(known, "oam") == (
        "no CIDR of the oam network is known: declare networks.oam.cidrs in the intent file",
    )


@pytest.mark.parametrize(
    ("pools", "reason"),
    [
        ((), "PlatformNetwork deployment/oam: there is no AddressPool oam-ipv4"),
        (
            (address_pool("oam-ipv4", "10.10.10.300"),),
            "AddressPool deployment/oam-ipv4: '10.10.10.300/24' is not a network",
        ),
        (
            (address_pool("oam-ipv4", "10.10.10.0", "wide"),),
            "AddressPool deployment/oam-ipv4: the object is malformed:",
        ),
    ],
)
def test_a_network_without_one_of_its_pools_is_not_known_in_part(pools: tuple[Object, ...], reason: str) -> None:
    whole = (platform_network("mgmt", "mgmt-ipv4"), address_pool("mgmt-ipv4", "192.168.204.0"))
    oam = (platform_network("oam", "oam-ipv6", "oam-ipv4"), address_pool("oam-ipv6", "fd00:10::", 64))

    known = Evidence((*whole, *oam, *pools)).resolve(networks)

    assert [network.name for network in known] == ["mgmt"]
    assert [said.startswith(reason) for said in refusal(known, "oam")] == [True]


def test_the_cluster_host_network_is_where_calico_places_most_nodes() -> None:
    placed = [
        node(f"node-{number}", annotations={"projectcalico.org/IPv4Address": address})
        for number, address in enumerate(["10.0.0.1/24", "10.0.0.2/24", "10.1.0.1/24", "autodetect"])
    ]

    known = Evidence(placed, absent=["platform-networks", "address-pools"]).resolve(networks)

    assert described(known) == [("cluster-host (10.0.0.0/24)", False, Origin.INFERRED)]


def test_nothing_is_inferred_while_starlingx_could_not_be_asked() -> None:
    placed = node("node-1", annotations={"projectcalico.org/IPv4Address": "10.0.0.1/24"})

    known = Evidence([placed], denied=["address-pools"]).resolve(networks)

    assert refusal(known, "cluster-host") == ("address-pools: denied",)


@pytest.mark.parametrize(
    ("address", "name"),
    [("10.10.10.3", "oam"), ("10.10.9.3", "campus"), ("fd00:0:0:206::3", "cluster-host"), ("172.16.0.1", None)],
)
def test_an_address_belongs_to_the_most_specific_network_that_holds_it(address: str, name: str | None) -> None:
    known = Evidence(STARLINGX, {"networks": {"campus": {"cidrs": ["10.0.0.0/8"]}}}).resolve(networks)

    network = known.of(ip_address(address))

    assert (network.name if network else None) == name
