"""Hosts as the deployment manager builds them, on examples of its own."""

from collections.abc import Mapping

import pytest
import yaml

from auditor.network.views.evidence import Evidence
from chaudit_network.kinds.starlingx_hosts import HostAttributes, Interface, Interfaces, Port
from chaudit_network.views.hosts import Hosts, all_interfaces, hosts, merge
from fixtures_folder import fixture

FILES = "files/examples"


def example(name: str) -> Hosts:
    objects = yaml.safe_load_all(fixture("stx-deployment-manager", f"{FILES}/{name}.yaml").read_text())
    return Evidence([one for one in objects if one["apiVersion"].startswith("starlingx")]).resolve(hosts)


def networks(known: Hosts, name: str) -> Mapping[str, tuple[str, ...]]:
    host = known.by_name[name]
    return {one.name: one.platform_networks for one in all_interfaces(known.attributes(host)) if one.platform_networks}


def test_interfaces_of_profile_and_base_add_up() -> None:
    standard = example("standard")

    assert networks(standard, "controller-1") == {"mgmt0": ("mgmt", "cluster-host"), "oam0": ("oam",)}
    assert networks(standard, "compute-0") == {"mgmt0": ("mgmt", "cluster-host")}


def test_a_system_of_one_node_has_its_networks_on_loopback() -> None:
    assert networks(example("aio-sx"), "controller-0") == {"lo": ("mgmt", "cluster-host"), "oam0": ("oam",)}


def test_a_vlan_carries_networks_of_its_own() -> None:
    single = example("aio-sx-single-nic")
    vlan = next(one for one in all_interfaces(single.attributes(single.by_name["controller-0"])) if one.name == "oam0")

    assert (vlan.lower, vlan.platform_networks) == ("sriov0", ("oam",))


@pytest.mark.parametrize("name", ["aio-dx", "aio-sx", "aio-sx-vlan-rate-limit", "standard", "standard-bond", "storage"])
def test_every_host_of_an_example_is_on_the_cluster_host_network_and_has_a_personality(name: str) -> None:
    known = example(name)

    assert known.by_name
    for host in known.by_name.values():
        assert known.attributes(host).personality in {"controller", "worker", "storage"}
        assert [one for one in networks(known, host.name).values() if "cluster-host" in one]


def ethernet(name: str, port: str, *carried: str) -> Interface:
    return Interface(name, platform_networks=carried, port=Port(port))


def test_ethernet_interfaces_are_merged_by_port_since_their_names_can_change() -> None:
    base = HostAttributes(interfaces=Interfaces(ethernet=(ethernet("eth0", "enp1", "mgmt"), ethernet("lo", "lo"))))
    own = HostAttributes(interfaces=Interfaces(ethernet=(ethernet("oam0", "enp1", "oam"), ethernet("x", "enp2"))))

    assert all_interfaces(merge(base, own)) == [
        ethernet("oam0", "enp1", "oam"),
        ethernet("lo", "lo"),
        ethernet("x", "enp2"),
    ]


def test_what_is_not_written_is_kept_and_what_is_written_empty_is_gone() -> None:
    bond = Interface("bond0", "platform", platform_networks=("mgmt",), members=("a", "b"))
    base = HostAttributes(personality="worker", interfaces=Interfaces(bond=(bond,), vlan=(Interface("vlan1"),)))
    own = HostAttributes(interfaces=Interfaces(bond=(Interface("bond0", "platform", platform_networks=()),), vlan=()))

    merged = merge(base, own)

    assert merged.personality == "worker"
    assert all_interfaces(merged) == [Interface("bond0", "platform", platform_networks=(), members=("a", "b"))]
