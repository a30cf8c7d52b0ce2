from collections.abc import Sequence
from typing import Any

import pytest

from auditor.network.views.evidence import Evidence, address_pool, platform_network
from chaudit_network.views.starlingx import Platform, platform

UNITS = {"floatingAddress": "10.10.10.2", "controller0Address": "10.10.10.3", "controller1Address": "10.10.10.4"}
OAM = (platform_network("oam", "oam-ipv4"), address_pool("oam-ipv4", "10.10.10.0", **UNITS))


def held(found: Platform) -> dict[str, list[tuple[str, bool]]]:
    return {node: [(str(one.address), one.is_floating) for one in own] for node, own in found.controllers.items()}


def test_each_controller_has_its_own_address_and_either_may_have_the_floating_one() -> None:
    found = Evidence(OAM).resolve(platform)

    assert held(found) == {
        "controller-0": [("10.10.10.3", False), ("10.10.10.2", True)],
        "controller-1": [("10.10.10.4", False), ("10.10.10.2", True)],
    }
    assert found.gaps == ()


def test_nobody_has_an_address_in_the_networks_of_the_central_cloud() -> None:
    central = (platform_network("system-controller", "central"), address_pool("central", "10.20.0.0", **UNITS))

    found = Evidence(central).resolve(platform)

    assert held(found) == {}
    assert list(found.networks) == ["system-controller"]


def test_the_subnet_of_a_pool_may_be_written_with_host_bits() -> None:
    found = Evidence([platform_network("oam", "oam"), address_pool("oam", "fcff:10::1", 64)]).resolve(platform)

    assert [str(cidr) for cidr in found.networks["oam"]] == ["fcff:10::/64"]


def test_networks_of_one_type_are_one_network() -> None:
    second = {**platform_network("oam", "oam-ipv6"), "metadata": {"name": "oam-6", "namespace": "deployment"}}

    found = Evidence([*OAM, second, address_pool("oam-ipv6", "fd00:10::", 64)]).resolve(platform)

    assert [str(cidr) for cidr in found.networks["oam"]] == ["10.10.10.0/24", "fd00:10::/64"]


def test_a_network_without_pools_is_none() -> None:
    assert Evidence([platform_network("other")]).resolve(platform) == Platform({}, {}, ())


@pytest.mark.parametrize(
    ("objects", "gap"),
    [
        ([platform_network("oam", "gone")], "PlatformNetwork deployment/oam: there is no AddressPool gone"),
        (
            [OAM[0], address_pool("oam-ipv4", "10.10.10.0", floatingAddress="none")],
            "AddressPool deployment/oam-ipv4: 'none' is not an IP address",
        ),
    ],
)
def test_what_cannot_be_joined_or_read_is_a_gap(objects: Sequence[Any], gap: str) -> None:
    found = Evidence(objects).resolve(platform)

    assert found == Platform({}, {}, (gap,))


def test_without_starlingx_there_is_nothing_and_nothing_is_missing() -> None:
    found = Evidence(absent=["platform-networks", "address-pools"]).resolve(platform)

    assert found == Platform({}, {}, ())
