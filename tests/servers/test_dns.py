"""The probe `dns` against real servers: what each says of a name, and what it means that one does not say it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from chaudit.cli.main import run
from chaudit.evidence.asking import Asking, Limits
from chaudit.testing import ApiServer
from chaudit_network.names.questions import Questions
from chaudit_network.names.wanted import Question
from chaudit_network.probes.dns import DnsAnswer, Outcome, Said, Server
from cluster.daemon import free_port
from servers.knot import knot

pytestmark = pytest.mark.usefixtures("programs")

FIRST, SECOND, NOBODY = "127.0.0.1", "127.0.0.2", "127.0.0.3"
ZONE = """
@ NS ns1
@ NS ns2
ns1 A 127.0.0.1
ns2 A 127.0.0.2
www 60 A 192.0.2.11
www 60 A 192.0.2.10
www 60 AAAA 2001:db8::10
four A 192.0.2.10
near 30 CNAME www
far CNAME www.elsewhere.test.
half CNAME four
loose CNAME nowhere
round CNAME about
about CNAME round
moved 60 A {moved}
"""
ELSEWHERE = "@ NS ns\nns A 127.0.0.1\nwww A 198.51.100.7"
LAME = "@ NS ns1\n@ NS ns2\n@ NS ns3\nns1 A 127.0.0.1\nns2 A 127.0.0.2\nns3 A 127.0.0.3\nwww A 192.0.2.10"
ORPHAN = "@ NS ns.nowhere.test.\nwww A 192.0.2.10"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run two servers on one port of two addresses: the second differs in `moved`, and does not have the lame zone."""
    folder, port = tmp_path_factory.mktemp("knot"), free_port()
    zones = {"example.test": ZONE.format(moved="192.0.2.10"), "elsewhere.test": ELSEWHERE}
    with ExitStack() as running:
        own = {**zones, "lame.test": LAME, "orphan.test": ORPHAN}
        running.enter_context(knot(folder / "first", FIRST, port, own))
        running.enter_context(knot(folder / "second", SECOND, port, {"example.test": ZONE.format(moved="192.0.2.99")}))
        yield port


def about(port: int, host: str, *, resolvers: Sequence[str] = (FIRST,), is_declared: bool = True) -> DnsAnswer:
    asking = Asking(limits=Limits(timeout_s=1))
    asked = Questions([Server(address, port) for address in resolvers], asking, authoritative_port=port)
    return asked.about(Question(host, is_declared))


def by_server(said: Sequence[Said], type_: str = "A") -> Sequence[tuple[str, Outcome, Sequence[str]]]:
    return [(one.server.partition(" ")[0], one.outcome, one.addresses) for one in said if one.type == type_]


def test_addresses_of_both_families_come_with_their_time_to_live(port: int) -> None:
    four, six = about(port, "www.example.test").resolvers

    assert (four.type, four.outcome, four.addresses) == ("A", Outcome.ANSWERED, ("192.0.2.10", "192.0.2.11"))
    assert (six.type, six.outcome, six.addresses) == ("AAAA", Outcome.ANSWERED, ("2001:db8::10",))
    assert (four.ttl, four.authoritative, four.server) == (60, True, f"{FIRST}:{port}")


def test_an_alias_is_followed_to_its_end_and_the_shortest_time_to_live_counts(port: int) -> None:
    four, _ = about(port, "near.example.test").resolvers

    assert (four.aliases, four.addresses, four.ttl) == (("www.example.test",), ("192.0.2.10", "192.0.2.11"), 30)


def test_no_such_name_and_no_such_records_are_two_answers(port: int) -> None:
    nothing, without_six = about(port, "none.example.test").resolvers, about(port, "four.example.test").resolvers

    assert [one.outcome for one in nothing] == [Outcome.NXDOMAIN, Outcome.NXDOMAIN]
    assert [one.outcome for one in without_six] == [Outcome.ANSWERED, Outcome.NO_DATA]


def test_an_alias_to_a_name_of_the_zone_without_records_is_no_such_records(port: int) -> None:
    answer = about(port, "half.example.test")

    assert [one.outcome for one in answer.resolvers] == [Outcome.ANSWERED, Outcome.NO_DATA]
    assert {one.outcome for one in answer.authorities if one.type == "AAAA"} == {Outcome.NO_DATA}


def test_an_alias_that_leads_nowhere_is_no_such_name_with_the_alias(port: int) -> None:
    four, _ = about(port, "loose.example.test").resolvers

    assert (four.outcome, four.aliases, four.addresses) == (Outcome.NXDOMAIN, ("nowhere.example.test",), ())


def test_aliases_that_lead_in_a_circle_are_an_end_without_addresses(port: int) -> None:
    four, _ = about(port, "round.example.test").resolvers

    assert not four.is_an_answer or not four.addresses


def test_every_server_of_the_zone_is_asked_for_a_declared_name(port: int) -> None:
    answer = about(port, "moved.example.test")

    assert (answer.zone, answer.problem) == ("example.test", "")
    assert by_server(answer.authorities) == [
        ("ns1.example.test", Outcome.ANSWERED, ("192.0.2.10",)),
        ("ns2.example.test", Outcome.ANSWERED, ("192.0.2.99",)),
    ]


def test_the_servers_of_a_zone_are_not_asked_for_what_objects_of_the_cluster_name(port: int) -> None:
    answer = about(port, "moved.example.test", is_declared=False)

    assert (answer.zone, answer.authorities) == ("", ())
    assert by_server(answer.resolvers) == [(f"{FIRST}:{port}", Outcome.ANSWERED, ("192.0.2.10",))]


def test_an_alias_out_of_the_zone_is_all_that_its_servers_know(port: int) -> None:
    answer = about(port, "far.example.test")

    assert by_server(answer.authorities) == [
        ("ns1.example.test", Outcome.ANSWERED, ()),
        ("ns2.example.test", Outcome.ANSWERED, ()),
    ]
    assert {one.aliases for one in answer.authorities} == {("www.elsewhere.test",)}


def test_a_server_that_does_not_serve_the_zone_fails_and_a_silent_one_times_out(port: int) -> None:
    answer = about(port, "www.lame.test")

    assert by_server(answer.authorities) == [
        ("ns1.lame.test", Outcome.ANSWERED, ("192.0.2.10",)),
        ("ns2.lame.test", Outcome.FAILED, ()),
        ("ns3.lame.test", Outcome.TIMED_OUT, ()),
    ]
    assert {one.detail for one in answer.authorities} == {"", "REFUSED"}


def test_each_resolver_is_asked_and_a_silent_one_is_told_from_one_that_refuses(port: int) -> None:
    answer = about(port, "www.lame.test", resolvers=[NOBODY, SECOND, FIRST])

    assert [outcome for _, outcome, _ in by_server(answer.resolvers)] == [
        Outcome.TIMED_OUT,
        Outcome.FAILED,
        Outcome.ANSWERED,
    ]


def test_servers_of_a_zone_that_cannot_be_found_are_a_problem(port: int) -> None:
    assert about(port, "www.orphan.test").problem == "no address of the name server ns.nowhere.test is known"
    assert about(port, "www.unknown.test").problem == "the servers of its zone are not known: failed: REFUSED"


def test_the_servers_of_top_level_domains_are_not_asked(port: int) -> None:
    answer = about(port, "test")

    assert (answer.zone, answer.authorities) == ("", ())
    assert answer.problem == "no zone of its own, below the top-level domains, is found"


def node(name: str, address: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def test_a_scan_judges_names_by_what_the_given_server_says(port: int, tmp_path: Path) -> None:
    kubeconfig, intent, report = (tmp_path / name for name in ("kubeconfig", "chaudit.yaml", "report.json"))
    intent.write_text("names: [{host: www.orphan.test}, {host: none.orphan.test}]")
    with ApiServer([node("a", "192.0.2.10"), node("b", "192.0.2.11")]) as server:
        server.write_kubeconfig(kubeconfig)
        options = ["--kubeconfig", str(kubeconfig), "--intent", str(intent), "--probe", f"dns={FIRST}:{port}"]
        run(["scan", *options, "--rule", "HA-001", "--report", f"json={report}"])

    findings = json.loads(report.read_text())["findings"]
    said = {one["subject"]["name"]: one["violations"][0]["message"] for one in findings}
    assert said == {
        "www.orphan.test": "IPv4 leads to 1 Ready node (a), expected 2 or an address that survives the loss of one: "
        f"192.0.2.10 (a), by DNS ({FIRST}:{port})",
        "none.orphan.test": f"it leads nowhere: DNS says no such name ({FIRST}:{port})",
    }
