"""Which resolvers the probe `dns` asks, and which names."""

import dns.resolver
import pytest

from auditor.network.views.evidence import Evidence, Object
from chaudit import Asking, ProbeError, UsageError
from chaudit_network.names.questions import Questions
from chaudit_network.names.wanted import questions
from chaudit_network.probes.dns import Server, servers


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("", []),
        ("192.0.2.53", [Server("192.0.2.53", 53)]),
        ("192.0.2.53:5353, fd00::53", [Server("192.0.2.53", 5353), Server("fd00::53", 53)]),
        ("[FD00::53]:5353,[fd00::54]", [Server("fd00::53", 5353), Server("fd00::54", 53)]),
    ],
)
def test_resolvers_are_addresses_with_a_port_if_need_be(argument: str, expected: list[Server]) -> None:
    assert servers(argument) == expected


@pytest.mark.parametrize(
    ("server", "text"),
    [
        (Server("192.0.2.53"), "192.0.2.53"),
        (Server("192.0.2.53", 5353), "192.0.2.53:5353"),
        (Server("fd00::53"), "fd00::53"),
        (Server("fd00::53", 5353), "[fd00::53]:5353"),
    ],
)
def test_a_resolver_is_written_as_it_is_given(server: Server, text: str) -> None:
    assert (str(server), servers(text)) == (text, [server])


@pytest.mark.parametrize(
    "argument", ["dns.example.org", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:x", "[fd00::", ","]
)
def test_what_is_no_resolver_is_a_usage_error(argument: str) -> None:
    with pytest.raises(UsageError, match="is no resolver: name its address"):
        servers(argument)


def test_without_an_argument_the_systems_resolvers_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Configured:
        nameservers = ("192.0.2.53", "fd00::53")

    monkeypatch.setattr(dns.resolver, "Resolver", Configured)

    assert Questions.to([], Asking()).resolvers == [Server("192.0.2.53"), Server("fd00::53")]


def test_a_system_without_resolvers_fails_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", unconfigured)

    with pytest.raises(ProbeError, match="name one with --probe dns=ADDRESS"):
        Questions.to([], Asking())


def test_declared_names_come_first_and_only_what_is_the_name_of_a_host_is_asked_for() -> None:
    ingress: Object = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": "apps"},
        "spec": {"rules": [{"host": host} for host in ("shop.example.org", "*.example.org", "a b", "www.example.org")]},
    }
    evidence = Evidence([ingress], intent={"names": [{"host": "WWW.example.org."}, {"host": "api.example.org"}]})

    asked = [(one.host, one.is_declared) for one in evidence.resolve(questions)]

    assert asked == [("www.example.org", True), ("api.example.org", True), ("shop.example.org", False)]
