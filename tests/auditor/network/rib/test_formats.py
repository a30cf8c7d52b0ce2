"""Tables as routers write them: in this folder FRR 8.4 and GoBGP 3.10, which heard from nodes with BIRD."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaudit import ProbeError
from chaudit_network.rib import paths as limits
from chaudit_network.rib.formats import received
from chaudit_network.rib.paths import ReceivedPath

FOLDER = Path(__file__).parent

IPV4 = {
    ReceivedPath("172.16.0.0/26", "10.0.0.1", "10.0.0.1", "64512"),
    ReceivedPath("172.16.0.64/26", "10.0.0.2", "10.0.0.2", "64512"),
    ReceivedPath("203.0.113.0/24", "10.0.0.1", "10.0.0.1", "64512"),
    ReceivedPath("203.0.113.0/24", "10.0.0.2", "10.0.0.2", "64512"),
    ReceivedPath("203.0.113.7/32", "10.0.0.1", "10.0.0.1", "64512"),
}
IPV6 = {
    ReceivedPath("2001:db8:1::/64", "fd00::1", "fd00::1", "64512"),
    ReceivedPath("2001:db8:1::/64", "fd00::2", "fd00::2", "64512"),
}


def read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (read("frr-ipv4.json"), IPV4),
        (read("frr-ipv6.json"), IPV6),
        (
            b'{"ipv4Unicast": ' + read("frr-ipv4.json") + b', "ipv6Unicast": ' + read("frr-ipv6.json") + b"}",
            IPV4 | IPV6,
        ),
        (read("frr.mrt"), IPV4 | IPV6),
        (read("frr.mrt") * 2, IPV4 | IPV6),
    ],
)
def test_what_frr_heard_is_told_alike_in_json_and_in_mrt(content: bytes, expected: set[ReceivedPath]) -> None:
    table = received(content, "tor")

    assert table.router == "tor"
    assert set(table.paths) == expected
    assert len(table.paths) == len(expected)


def test_several_paths_to_a_prefix_from_one_node_are_told_alike_in_json_and_in_mrt() -> None:
    """Nodes in a mesh send what others told them, too (RFC 7911), and FRR dumps paths with their identifiers."""
    shown = [path for family in (4, 6) for path in received(read(f"frr-meshed-ipv{family}.json"), "tor").paths]

    dumped = received(read("frr-meshed.mrt"), "tor").paths

    assert sorted(map(str, dumped)) == sorted(map(str, shown))
    assert {path.next_hop for path in dumped if path.prefix == "2001:db8:100::b/128"} == {
        "fd19:206::b",
        "fd19:206::c",
        "fd19:206::d",
    }


def test_what_gobgp_heard_is_read_and_what_it_keeps_of_a_session_that_is_gone() -> None:
    names = ("gobgp-ipv4.json", "gobgp-ipv6.json", "gobgp-stale.json")

    assert [path for name in names for path in received(read(name), "tor").paths] == [
        ReceivedPath("198.51.100.0/24", "192.168.206.11", "192.168.206.11", "64512"),
        ReceivedPath("2001:db8:100::/112", "fd19:206::11", "fd19:206::11", "64512"),
        ReceivedPath("198.51.100.0/24", "192.168.206.11", "192.168.206.11", "64512", is_stale=True),
    ]


@given(st.integers(0, len(read("frr-meshed.mrt")) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_a_dump_with_identifiers_that_is_damaged_is_refused_or_read(at: int, other: bytes, lost: int) -> None:
    whole = read("frr-meshed.mrt")

    with suppress(ProbeError):
        received(whole[:at] + other + whole[at + lost :], "tor")


def test_a_path_that_frr_does_not_use_is_not_valid_and_its_own_routes_are_not_received() -> None:
    content = b"""{"routes": {
      "10.1.0.0/16": [{"peerId": "192.0.2.9", "path": "", "nexthops": [{"ip": "192.0.2.9", "afi": "ipv4"}]}],
      "10.2.0.0/16": [{"valid": true, "peerId": "(unspec)", "nexthops": [{"ip": "0.0.0.0", "afi": "ipv4"}]}],
      "10.3.0.0/16": [{"valid": true, "peerId": "eth1", "path": "1 2",
                       "nexthops": [{"ip": "fe80::1", "scope": "link-local"}]}]}}"""

    assert received(content, "tor").paths == (
        ReceivedPath("10.1.0.0/16", "192.0.2.9", "192.0.2.9", is_valid=False),
        ReceivedPath("10.3.0.0/16", "fe80::1", "eth1", "1 2"),
    )


def test_a_path_that_a_router_keeps_although_the_session_is_gone_is_stale() -> None:
    path = (
        b"""{"stale": true, "valid": true, "peerId": "192.0.2.9", "path": "64512", "nexthops": [{"ip": "192.0.2.9"}]}"""
    )
    of_gobgp = GOBGP_PATH.replace(b'"stale": false', b'"stale": true')

    kept = [*received(b'{"routes": {"10.1.0.0/16": [%s]}}' % path, "tor").paths]
    kept += received(b'{"203.0.113.0/24": [%s]}' % of_gobgp, "tor").paths

    assert [(one.is_valid, one.is_stale) for one in kept] == [(True, True), (True, True)]


GOBGP_PATH = b"""{"nlri": {"prefix": "203.0.113.0/24"}, "age": 1764000000, "best": true, "stale": false,
  "attrs": [{"type": 1, "value": 0}, {"type": 2, "as_paths": [{"segment_type": 2, "num": 2, "asns": [64512, 64513]}]},
            {"type": 3, "nexthop": "10.0.0.1"}], "source-id": "10.0.0.1", "neighbor-ip": "10.0.0.1"}"""
GOBGP_IPV6 = b"""{"nlri": {"prefix": "2001:db8:1::/64"}, "attrs": [{"type": 2, "as_paths": []},
  {"type": 14, "nexthop": "fd00:0::1", "afi": 2, "safi": 1, "value": [{"prefix": "2001:db8:1::/64"}]}],
  "neighbor-ip": "<nil>"}"""
GOBGP_OWN = b'{"nlri": {"prefix": "10.9.0.0/16"}, "attrs": [{"type": 3, "nexthop": "0.0.0.0"}], "neighbor-ip": "<nil>"}'


@pytest.mark.parametrize(
    "content",
    [
        b'{"203.0.113.0/24": [%s], "2001:db8:1::/64": [%s], "10.9.0.0/16": [%s]}',
        b"[[%s], [%s], [%s]]",
    ],
)
def test_what_gobgp_heard_is_by_prefix_or_in_a_list(content: bytes) -> None:
    table = received(content % (GOBGP_PATH, GOBGP_IPV6, GOBGP_OWN), "tor")

    assert table.paths == (
        ReceivedPath("203.0.113.0/24", "10.0.0.1", "10.0.0.1", "64512 64513"),
        ReceivedPath("2001:db8:1::/64", "fd00::1"),
    )


@pytest.mark.parametrize("content", [b"{}", b'{"routes": {}}', b"[]", b'  {"ipv4Unicast": {"routes": {}}}'])
def test_a_table_without_routes_is_one(content: bytes) -> None:
    assert received(content, "tor").paths == ()


def mrt(kind: int, subtype: int, body: bytes) -> bytes:
    return struct.pack(">IHHI", 0, kind, subtype, len(body)) + body


def test_the_older_dump_of_a_table_is_read_too() -> None:
    next_hop = bytes([0x40, 3, 4, 10, 0, 0, 1])
    as_path = bytes([0x40, 2, 4, 2, 1, 0xFC, 0x00])
    attributes = as_path + next_hop
    entry = struct.pack(
        ">HH4sBBI4sHH", 0, 0, bytes([203, 0, 113, 0]), 24, 1, 0, bytes([10, 0, 0, 1]), 64512, len(attributes)
    )

    assert received(mrt(12, 1, entry + attributes), "tor").paths == (
        ReceivedPath("203.0.113.0/24", "10.0.0.1", "10.0.0.1", "64512"),
    )


ROUTE = b'{"routes": {"%s": [{"peerId": "1.1.1.1", "nexthops": [{"ip": "%s"}]}]}}'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"  \n", "tor: the table is empty, where even one without routes says something"),
        # show ip route json
        (
            b'{"10.0.0.0/8": [{"prefix": "10.0.0.0/8", "nexthops": []}]}',
            "not of FRR: .*, not of GoBGP: .*; give `show bgp",
        ),
        # show bgp ipv4 unicast json detail
        (b'{"routes": {"10.0.0.0/8": [{"prefix": "10.0.0.0/8"}]}}', "not of FRR: .*, not of GoBGP: .*, without detail"),
        (b'{"warning": "no such VRF"}', "tor: JSON, but not of FRR: .*, not of GoBGP: "),
        (b'{"routes": ', "tor: JSON, but not of FRR: Input data was truncated"),
        (ROUTE % (b"\xff", b"1.1.1.1"), "tor: JSON, but not of FRR: 'utf-8' codec can't decode"),
        (ROUTE % (b"10.0.0.0/33", b"1.1.1.1"), "tor: '10.0.0.0/33' is not a network"),
        (ROUTE % (b"10.0.0.0/8", b"here"), "tor: 'here' is not an IP address"),
        (
            b"BGP table version is 4, local router ID is",
            "tor: it is text: end the command of FRR with `json`",
        ),
        (read("frr.mrt")[:-7], "tor: neither JSON nor a usable MRT file: Invalid MRT data length"),
        (b"\x00" * 12, "tor: neither JSON nor a usable MRT file: "),
        (mrt(13, 2, b"\x00"), "tor: neither JSON nor a usable MRT file: "),
        (mrt(16, 4, bytes(40)), "tor: "),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(ProbeError, match=said):
        received(content, "tor")


def test_a_table_of_more_paths_than_a_cluster_can_tell_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_PATHS", 4)

    with pytest.raises(ProbeError, match="tor: more than 4 paths: give only what the nodes told the router"):
        received(read("frr-ipv4.json"), "tor")
