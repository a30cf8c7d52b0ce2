"""Agrees with cyclonus about who is let in to whom under its example policies."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import msgspec

from auditor.network.policy.clusters import Object, addresses, facts, from_yaml, labelled, namespace, packet, pod
from chaudit_network.policy.pods import PodPolicies, pod_policies
from fixtures_folder import fixture

_TABLE = re.compile(r"^Ingress:\n(.+?)\n\n", re.MULTILINE | re.DOTALL)
_CELLS = re.compile(r"^\|(.+)\|$", re.MULTILINE)
_ANSWER = re.compile(r"^\| Ingress +\| (Allow|Deny) ", re.MULTILINE)
_LETS_IN = {".": True, "X": False}


class Container(msgspec.Struct, rename="pascal"):
    port: int
    port_name: str = ""


class ProbedPod(msgspec.Struct, rename="pascal"):
    namespace: str
    name: str
    labels: dict[str, str]
    containers: list[Container]


class Resources(msgspec.Struct, rename="pascal"):
    namespaces: dict[str, dict[str, str]]
    pods: list[ProbedPod]


class Port(msgspec.Struct, rename="pascal"):
    protocol: str
    port: int


class Probe(msgspec.Struct, rename="pascal"):
    probes: list[Port]
    resources: Resources


class Internal(msgspec.Struct, rename="pascal"):
    pod_labels: dict[str, str]
    namespace: str


class Peer(msgspec.Struct, rename="pascal"):
    ip: str = msgspec.field(name="IP")
    internal: Internal | None = None


class Traffic(msgspec.Struct, rename="pascal"):
    source: Peer
    destination: Peer
    protocol: str
    resolved_port: int


def file(name: str) -> Path:
    return fixture("cyclonus", f"files/{name}")


def policies() -> list[Object]:
    names = ("allow-all-for-label", "allow-by-ip", "allow-label-to-label", "deny-all-for-label", "deny-all")
    texts = (file(f"networkpolicies/simple-example/{name}.yaml").read_text() for name in names)
    return [policy for text in texts for policy in from_yaml(text)]


def tables() -> Iterator[Mapping[tuple[str, str], bool]]:
    """Yield who is let in to whom, from each table that has an answer: there is none for a port that nobody serves."""
    for table in _TABLE.findall(file("examples/cyclonus-output/analyze-probe.txt").read_text()):
        header, *rows = ([cell.strip() for cell in row.split("|")] for row in _CELLS.findall(table))
        answers = {
            (source, destination.lower()): cell
            for source, *cells in rows
            for destination, cell in zip(header[1:], cells, strict=True)
        }
        if answers and set(answers.values()) <= _LETS_IN.keys():
            yield {pair: _LETS_IN[cell] for pair, cell in answers.items()}


def test_pods_are_let_in_as_in_the_truth_tables() -> None:
    probe = msgspec.json.decode(file("examples/probe.json").read_bytes(), type=Probe)
    pods = {f"{one.namespace}/{one.name}": one for one in probe.resources.pods}
    ips = {name: f"10.0.0.{number}" for number, name in enumerate(pods, 1)}  # in the file, two share one
    objects = [namespace(name, **labels) for name, labels in probe.resources.namespaces.items()]
    objects += [labelled(pod(one.name, ips[name], namespace=one.namespace), one.labels) for name, one in pods.items()]
    found = facts([*objects, *policies()]).get(pod_policies)

    expected = list(tables())
    actual = [
        {
            (source, destination): is_let_in(found, destination, ips, source, port)
            for source, destination in product(pods, pods)
        }
        for port in probe.probes[: len(expected)]
    ]

    assert expected
    assert actual == expected


def is_let_in(found: PodPolicies, destination: str, ips: Mapping[str, str], source: str, port: Port) -> bool:
    within, _, name = destination.partition("/")
    passage = found.passage((within, name), packet(ips[destination], port.port, port.protocol))
    is_open, is_closed = (ips[source] in addresses(who, [ips[source]]) for who in (passage.open, passage.closed))
    assert is_open != is_closed
    return is_open


def test_traffic_is_let_in_as_in_the_answers_to_queries() -> None:
    asked = msgspec.json.decode(file("examples/traffic.json").read_bytes(), type=list[Traffic])
    to_pods = [one for one in asked if one.destination.internal]

    expected = _ANSWER.findall(file("examples/cyclonus-output/analyze-query-traffic.txt").read_text())
    actual = ["Allow" if lets_in(one) else "Deny" for one in to_pods]

    assert expected
    assert actual == expected


def lets_in(traffic: Traffic) -> bool:
    objects = [namespace("y", ns="y"), *policies()]
    for name, peer in (("source", traffic.source), ("destination", traffic.destination)):
        if peer.internal:
            within = peer.internal.namespace
            objects.append(labelled(pod(name, peer.ip, namespace=within), peer.internal.pod_labels))
    found = facts(objects).get(pod_policies)
    passage = found.passage(("y", "destination"), packet(traffic.destination.ip, traffic.resolved_port))
    return bool(addresses(passage.open, [traffic.source.ip]))
