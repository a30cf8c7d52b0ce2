"""Reads the clusters of np-guard's tests, and what its analyser says of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from itertools import chain
from pathlib import Path

import msgspec
import yaml

from auditor.network.policy.clusters import Object, namespace
from chaudit_network.intervals import Intervals
from fixtures_folder import fixture

PROTOCOLS = ("TCP", "UDP", "SCTP")

_OUTSIDE = "[External]"
_TEMPLATES = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}
_PORT_FIELDS = {"port", "endPort", "containerPort", "start", "end", "portNumber"}
_LINE = re.compile(r"^(\S+) => (\S+) : (.+)$", re.MULTILINE)
_FROM_ENTIRE_CLUSTER = re.compile(r"^(\S+) *\t<= *\tentire-cluster : ([A-Z].+[0-9s])$", re.MULTILINE)

Connections = Mapping[str, Intervals]
"""Ports by protocol."""

NOTHING: Connections = dict.fromkeys(PROTOCOLS, Intervals())


@dataclass(frozen=True)
class Example:
    """The files of one cluster, and the analyser's text."""

    name: str
    folder: Path
    said: str

    @cached_property
    def objects(self) -> Sequence[Object]:
        """Its objects, filled in as by the API server, and a namespace for each that they name."""
        files = sorted(file for file in self.folder.rglob("*") if file.suffix in {".yaml", ".yml", ".json"})
        documents = chain.from_iterable(yaml.load_all(file.read_text(), yaml.CSafeLoader) for file in files)
        found = [_filled_in(one) for one in chain.from_iterable(map(_flat, documents))]
        labels = {one["metadata"]["name"]: one["metadata"].get("labels") for one in found if one["kind"] == "Namespace"}
        others = [one for one in found if one["kind"] != "Namespace"]
        names = labels.keys() | {one["metadata"]["namespace"] for one in others}
        return [*(namespace(name, **(labels.get(name) or {})) for name in sorted(names)), *others]

    @property
    def kinds(self) -> set[str]:
        """The kinds of its objects."""
        return {one["kind"] for one in self.objects}

    @cached_property
    def pods(self) -> Mapping[str, Object]:
        """A pod of every workload, by the name that the analyser gives to the workload."""
        templates = sorted(filter(None, map(_template, self.objects)), key=lambda named: named[0])
        return {name: _pod(name, template, number) for number, (name, template) in enumerate(dict(templates).items())}

    @cached_property
    def allowed(self) -> Mapping[tuple[str, str], Connections]:
        """What every source may send to every destination, as far as the policies of both are concerned."""
        lines = _LINE.findall(self.said.partition("Exposure Analysis")[0])
        return {(source, destination): _connections(text) for source, destination, text in lines}

    def allows(self, source: str, destination: str, protocol: str, port: int) -> bool:
        """Whether a source reaches a port of a destination."""
        return port in self.allowed.get((source, destination), NOTHING)[protocol]

    def outside(self, destination: str, protocol: str, port: int) -> Intervals:
        """Return the addresses from which outsiders reach a workload's port."""
        return Intervals.of(
            _range(source) for source in self._outsiders if self.allows(source, destination, protocol, port)
        )

    @cached_property
    def _outsiders(self) -> Sequence[str]:
        return sorted({source for source, _ in self.allowed if source.endswith(_OUTSIDE)})

    @cached_property
    def from_entire_cluster(self) -> Mapping[str, Connections]:
        """By destination, what any pod of any namespace may send; lines about ports by their names are left out."""
        return {destination: _connections(text) for destination, text in _FROM_ENTIRE_CLUSTER.findall(self.said)}

    @cached_property
    def ports(self) -> Sequence[int]:
        """Ports at which an answer may change, and one on either side of each."""
        numbers = {number for one in self.objects for number in _numbers(one)}
        near = {number + step for number in numbers for step in (-1, 0, 1)} | {1, 65_535}
        return sorted(number for number in near if 0 < number <= 65_535)


def examples() -> Sequence[Example]:
    """Return every cluster of which the analyser has said something as text."""
    path = fixture("np-guard", "index.json")
    files = path.parent / "files"
    return [
        Example(output, files / "tests" / test["test_dir"], (files / "test_outputs" / "connlist" / output).read_text())
        for test in msgspec.json.decode(path.read_bytes())["tests"]
        for output in test["expected_outputs"]
        if output.endswith(".txt")
    ]


def _flat(document: object) -> Iterator[Object]:
    """Yield the objects of a list, of Kubernetes or of JSON, and of whatever else is one."""
    if isinstance(document, list):
        yield from chain.from_iterable(map(_flat, document))
    elif isinstance(document, dict) and document.get("kind", "").endswith("List"):
        kind = document["kind"].removesuffix("List")
        yield from ({"apiVersion": document["apiVersion"], "kind": kind, **item} for item in document["items"])
    elif isinstance(document, dict) and "kind" in document:
        yield document


def _filled_in(one: Object) -> Object:
    if one["kind"] != "Namespace" and not one["metadata"].get("namespace"):
        one["metadata"]["namespace"] = "default"
    if one["kind"] == "NetworkPolicy":
        one["spec"].setdefault("policyTypes", ["Ingress", "Egress"] if one["spec"].get("egress") else ["Ingress"])
    return one


def _template(workload: Object) -> tuple[str, Object] | None:
    """Return a workload's name and its pod; a pod belongs to its owner."""
    metadata, kind = workload["metadata"], workload["kind"]
    if kind == "Pod":
        owner = (metadata.get("ownerReferences") or [{"kind": kind, "name": metadata["name"]}])[0]
        return f"{metadata['namespace']}/{owner['name']}[{owner['kind']}]", workload
    if kind in _TEMPLATES:
        return f"{metadata['namespace']}/{metadata['name']}[{kind}]", workload["spec"]["template"]
    return None


def _pod(name: str, template: Object, number: int) -> Object:
    labels = (template.get("metadata") or {}).get("labels") or {}
    declared = chain.from_iterable(one.get("ports") or () for one in template["spec"]["containers"])
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"pod-{number}", "namespace": name.partition("/")[0], "labels": labels},
        "spec": {"containers": [{"name": "all", "ports": [port for port in declared if "containerPort" in port]}]},
        "status": {"phase": "Running", "podIP": str(ip_address("172.31.0.1") + number)},
    }


def _range(source: str) -> tuple[int, int]:
    low, high = source.removesuffix(_OUTSIDE).split("-")
    return int(ip_address(low)), int(ip_address(high))


def _numbers(value: object, field: str = "") -> Iterator[int]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, field)
    elif isinstance(value, int) and field in _PORT_FIELDS:
        yield value


def _connections(text: str) -> Connections:
    """Return what `TCP 80,8080-8090,UDP 53` or `All Connections` says."""
    if text == "All Connections":
        return dict.fromkeys(PROTOCOLS, Intervals.of([(1, 65_535)]))
    found: dict[str, list[tuple[int, int]]] = {protocol: [] for protocol in PROTOCOLS}
    protocol = ""
    for token in text.split(","):
        protocol, _, ports = token.rpartition(" ") if " " in token else (protocol, "", token)
        low, _, high = ports.partition("-")
        found[protocol].append((int(low), int(high or low)))
    return {protocol: Intervals.of(spans) for protocol, spans in found.items()}
