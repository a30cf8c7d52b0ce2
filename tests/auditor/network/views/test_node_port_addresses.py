from ipaddress import ip_address, ip_interface

import msgspec
import pytest

from chaudit import CannotTellError
from chaudit_network.views.node_port_addresses import NodePortAddresses
from fixtures_folder import fixture

NODE = [ip_address("192.168.206.2")]


class Interface(msgspec.Struct):
    addrs: list[str]


class Expected(msgspec.Struct, rename="camel"):
    match_all: bool
    ips: list[str] | None


class Case(msgspec.Struct, rename="camel"):
    name: str
    node_port_addresses: list[str]
    interfaces: list[Interface]
    expected: dict[str, Expected]


def test_every_list_of_kubernetes_own_tests_covers_what_it_covers_there() -> None:
    cases = msgspec.json.decode(
        fixture("kube-proxy-nodeport", "get_node_addresses.shared.json").read_bytes(), type=list[Case]
    )

    expected = [
        (case.name, family, verdict.match_all, sorted(verdict.ips or []))
        for case in cases
        for family, verdict in case.expected.items()
    ]
    actual = []
    for case in cases:
        listed = NodePortAddresses.parse(case.node_port_addresses)
        own = [ip_interface(text).ip for interface in case.interfaces for text in interface.addrs]
        for family in case.expected:
            version = int(family.removeprefix("IPv"))
            covered = sorted(str(ip) for ip in own if ip.version == version and listed.matches(ip, ()))
            actual.append((case.name, family, not listed.is_restricted(version, ()), covered))

    assert expected
    assert actual == expected


@pytest.mark.parametrize(
    ("entries", "covered"),
    [
        (["primary"], ["192.168.206.2", "fd00::2"]),
        (["all"], ["192.168.206.2", "10.10.10.2", "127.0.0.1", "fd00::2", "::1"]),
        (["localhost"], ["127.0.0.1", "::1"]),
        (["primary", "10.10.10.0/24"], ["192.168.206.2", "10.10.10.2", "fd00::2"]),
        (["primary", "localhost"], ["192.168.206.2", "127.0.0.1", "::1"]),
        (["primary", "fd00::/64"], ["192.168.206.2", "fd00::2"]),
        (["10.10.10.0/24", "::/0"], ["10.10.10.2", "fd00::2", "::1"]),
        (["10.10.10.2/0"], ["192.168.206.2", "10.10.10.2", "127.0.0.1", "fd00::2", "::1"]),
    ],
)
def test_keywords_stand_for_addresses_and_a_family_without_any_is_not_restricted(
    entries: list[str], covered: list[str]
) -> None:
    listed = NodePortAddresses.parse(entries)
    own = [ip_address(text) for text in ("192.168.206.2", "10.10.10.2", "127.0.0.1", "fd00::2")]
    if "localhost" in entries or covered[-1] == "::1":
        own.append(ip_address("::1"))

    assert [str(address) for address in own if listed.matches(address, NODE)] == covered


@pytest.mark.parametrize("entry", ["default-route", "10.20.30.40", "10.0.0.0/33", "", "10.0.0.\x1b/8"])
def test_an_entry_that_is_no_network_and_no_keyword_leaves_the_list_unknown(entry: str) -> None:
    with pytest.raises(CannotTellError):
        NodePortAddresses.parse(["10.0.0.0/8", entry])
