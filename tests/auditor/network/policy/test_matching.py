"""What one rule says of one packet: all of its criteria must hold, each as Calico documents it."""

from ipaddress import ip_address

import pytest

from auditor.network.policy.written import ANYBODY, TRUSTED, Rule, packet, rule, unresolved
from chaudit_network.intervals import Intervals
from chaudit_network.policy.evaluation import Match
from chaudit_network.policy.matching import Packet, matches

HTTP = packet(80, names=frozenset({"http"}))
DNS = packet(53, "UDP")
OVER_IPV6 = packet(80, destination="2001:db8::10")

NOBODY = Intervals()


def matched(said: Rule, to: Packet = HTTP) -> Match:
    return matches(rule({"action": "Allow", **said}), to, unresolved)


def whoever_sends(said: Rule, to: Packet = HTTP) -> bool:
    """Whether everybody or nobody is matched, and surely so."""
    found = matched(said, to)

    assert found.sure == found.maybe
    assert found.sure in (NOBODY, to.everyone)
    return bool(found.sure)


def is_sure(said: Rule, source: str, to: Packet = HTTP) -> bool:
    found = matched(said, to)

    assert found.sure == found.maybe
    return int(ip_address(source)) in found.sure


def test_a_rule_that_says_nothing_matches_everybody() -> None:
    assert whoever_sends({})


@pytest.mark.parametrize("name", ["TCP", "tcp", "Tcp", "6", 6])
def test_protocols_are_names_in_any_case_or_numbers(name: str | int) -> None:
    assert whoever_sends({"protocol": name})
    assert not whoever_sends({"protocol": name}, DNS)
    assert not whoever_sends({"notProtocol": name})
    assert whoever_sends({"notProtocol": name}, DNS)


@pytest.mark.parametrize(
    ("named", "numbered"), [("ICMP", 1), ("UDP", 17), ("ICMPv6", 58), ("SCTP", 132), ("UDPLite", 136)]
)
def test_a_protocol_other_than_the_packets_does_not_match(named: str, numbered: int) -> None:
    for protocol in (named, numbered):
        assert not whoever_sends({"protocol": protocol})
        assert whoever_sends({"notProtocol": protocol})


def test_a_protocol_without_a_name_is_matched_by_its_number() -> None:
    assert not whoever_sends({"protocol": 47})
    assert whoever_sends({"notProtocol": 47})


@pytest.mark.parametrize("said", [{"icmp": {"type": 8}}, {"notICMP": {"type": 8}}, {"protocol": "ICMP"}])
def test_rules_about_icmp_never_match_tcp(said: Rule) -> None:
    assert not whoever_sends(said)


def test_a_rule_for_one_ip_version_leaves_the_other_alone() -> None:
    assert whoever_sends({"ipVersion": 4})
    assert not whoever_sends({"ipVersion": 6})
    assert whoever_sends({"ipVersion": 6}, OVER_IPV6)
    assert not whoever_sends({"ipVersion": 4}, OVER_IPV6)


@pytest.mark.parametrize(
    ("ports", "is_matched"),
    [
        ([80], True),
        ([79, 81], False),
        (["80"], True),
        (["79:81"], True),
        (["80:80"], True),
        (["1:79", "81:65535"], False),
        (["http"], True),
        (["https"], False),
        ([443, "http"], True),
    ],
)
def test_ports_are_numbers_ranges_or_names_that_the_destination_offers(
    ports: list[int | str], is_matched: bool
) -> None:
    assert whoever_sends({"protocol": "TCP", "destination": {"ports": ports}}) == is_matched
    assert whoever_sends({"protocol": "TCP", "destination": {"notPorts": ports}}) != is_matched


def test_a_name_is_nobodys_port_where_the_destination_offers_none() -> None:
    assert not whoever_sends({"protocol": "TCP", "destination": {"ports": ["http"]}}, packet(80))


@pytest.mark.parametrize("end", ["source", "destination"])
@pytest.mark.parametrize("field", ["nets", "notNets", "ports", "notPorts"])
def test_an_empty_list_says_nothing(end: str, field: str) -> None:
    assert whoever_sends({end: {field: []}})


def test_nets_of_the_source_are_matched_with_or_without_prefix_length() -> None:
    said = {"source": {"nets": ["10.0.0.0/30", "203.0.113.9"]}}

    assert is_sure(said, "10.0.0.3")
    assert is_sure(said, ANYBODY)
    assert not is_sure(said, "10.0.0.4")


def test_host_bits_of_a_net_do_not_matter() -> None:
    assert is_sure({"source": {"nets": ["10.0.0.99/8"]}}, TRUSTED)


def test_nets_and_not_nets_must_both_hold() -> None:
    said = {"source": {"nets": ["10.0.0.0/8"], "notNets": ["10.0.0.0/30"]}}

    assert not is_sure(said, TRUSTED)
    assert is_sure(said, "10.0.0.4")
    assert not is_sure(said, ANYBODY)


def test_nets_of_the_destination_are_those_of_the_packet() -> None:
    assert whoever_sends({"destination": {"nets": ["192.0.2.0/24"]}})
    assert not whoever_sends({"destination": {"nets": ["198.51.100.0/24"]}})
    assert not whoever_sends({"destination": {"notNets": ["192.0.2.0/24"]}})
    assert whoever_sends({"destination": {"notNets": ["198.51.100.0/24"]}})


@pytest.mark.parametrize("end", ["source", "destination"])
@pytest.mark.parametrize("field", ["nets", "notNets"])
def test_networks_of_one_family_keep_the_rule_from_the_other(end: str, field: str) -> None:
    ipv4_only, both = ["198.51.100.0/24"], ["198.51.100.0/24", "2001:db8:ffff::/48"]

    assert not whoever_sends({end: {field: ipv4_only}}, OVER_IPV6)
    assert bool(matched({end: {field: both}}, OVER_IPV6).sure) == (field == "notNets" or end == "source")


def test_a_source_port_is_met_by_whoever_cares_to_use_it() -> None:
    assert matched({"protocol": "TCP", "source": {"ports": [1024]}}) == Match(NOBODY, HTTP.everyone)
    assert matched({"protocol": "TCP", "source": {"notPorts": [1024]}}) == Match(NOBODY, HTTP.everyone)


@pytest.mark.parametrize(
    "said",
    [
        {"source": {"selector": "role == 'client'"}},
        {"source": {"notSelector": "role == 'client'"}},
        {"source": {"namespaceSelector": "team == 'a'"}},
        {"destination": {"selector": "role == 'server'"}},
        {"destination": {"notSelector": "role == 'server'"}},
        {"source": {"services": {"name": "api", "namespace": "default"}}},
        {"source": {"serviceAccounts": {"selector": "team == 'a'"}}},
        {"destination": {"services": {"name": "api", "namespace": "default"}}},
        {"destination": {"serviceAccounts": {"selector": "team == 'a'"}}},
        {"http": {"methods": ["GET"]}},
    ],
)
def test_what_cannot_be_resolved_is_met_perhaps_by_anybody(said: Rule) -> None:
    assert matched(said) == Match(NOBODY, HTTP.everyone)


@pytest.mark.parametrize(
    "said",
    [{"source": {"nets": ["10.0.0.0/33"]}}, {"destination": {"notNets": ["nowhere"]}}, {"protocol": "quic"}],
)
def test_what_cannot_be_read_is_met_perhaps_by_anybody(said: Rule) -> None:
    assert matched(said) == Match(NOBODY, HTTP.everyone)


def test_what_surely_fails_is_not_in_doubt_for_what_cannot_be_resolved() -> None:
    elsewhere = {"protocol": "TCP", "source": {"selector": "role == 'client'"}, "destination": {"ports": [443]}}
    from_net = {"source": {"selector": "role == 'client'", "nets": ["10.0.0.0/8"]}}

    assert matched(elsewhere) == Match(NOBODY, NOBODY)
    assert matched(from_net).maybe == Intervals.of([(int(ip_address("10.0.0.0")), int(ip_address("10.255.255.255")))])


def test_selectors_select_the_addresses_that_they_resolve_to() -> None:
    trusted = Intervals.of([(int(ip_address(TRUSTED)), int(ip_address(TRUSTED)))])

    def resolve(selector: str, namespace_selector: str, family: int) -> Intervals:
        return {("role == 'client'", "", 4): trusted}.get((selector, namespace_selector, family), NOBODY)

    client, other = {"selector": "role == 'client'"}, {"selector": "role == 'other'"}
    but_client = {"notSelector": "role == 'client'"}

    found = [
        matches(rule({"action": "Allow", **said}), HTTP, resolve).sure
        for said in (
            *({"source": client}, {"source": other}, {"source": but_client}),
            *({"destination": client}, {"destination": but_client}),
        )
    ]

    assert found == [trusted, NOBODY, HTTP.everyone - trusted, NOBODY, HTTP.everyone]
