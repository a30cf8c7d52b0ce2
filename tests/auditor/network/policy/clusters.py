"""Small clusters for tests of policy, read as the API would give them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import msgspec
import yaml

from chaudit.engine import Evaluation, sources_below
from chaudit.evidence.decoding import ListDecoder
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.evidence.source import Source
from chaudit.intent.model import Intent
from chaudit_network.intervals import Intervals
from chaudit_network.policy.matching import Packet
from chaudit_network.policy.pods import pod_policies

NOW = datetime(2026, 1, 1, tzinfo=UTC)

Object = dict[str, Any]
Ports = Mapping[str, tuple[int, str]]
"""Number and protocol of named ports."""


def facts(objects: Iterable[Object], unread: Mapping[str, State] | None = None) -> Evaluation:
    """Return what is known of a cluster; `unread` are sources by name that are absent, denied or failed."""
    states = unread or {}
    found = list(objects)
    sources = sources_below(pod_policies)
    assert states.keys() <= {source.name for source in sources}
    readings = {source.name: _reading(source, found, states.get(source.name, State.LOADED)) for source in sources}
    return Evaluation(Snapshot(Cluster(uid="test"), readings, NOW, NOW), Intent())


def from_yaml(text: str) -> list[Object]:
    """Return the objects of a YAML text."""
    return [document for document in yaml.safe_load_all(text) if document]


def pod(name: str, /, *ips: str, ports: Ports | None = None, namespace: str = "default", **labels: str) -> Object:
    """Return a running pod with these addresses."""
    declared = [
        {"containerPort": number, "name": port, "protocol": protocol}
        for port, (number, protocol) in (ports or {}).items()
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"nodeName": "n1", "serviceAccountName": "default", "containers": [{"name": "c", "ports": declared}]},
        "status": {"phase": "Running", "podIPs": [{"ip": ip} for ip in ips]},
    }


def labelled(one: Object, labels: Mapping[str, str]) -> Object:
    """Return an object with exactly these labels."""
    return {**one, "metadata": {**one["metadata"], "labels": dict(labels)}}


def namespace(name: str, /, **labels: str) -> Object:
    """Return a namespace, labelled with its name as by the API server."""
    own = {"kubernetes.io/metadata.name": name, **labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}


def packet(destination: str, port: int = 80, protocol: str = "TCP") -> Packet:
    """Return a packet to a pod."""
    return Packet(ip_address(destination), protocol, port)


def addresses(found: Intervals, known: Collection[str]) -> list[str]:
    """Return which of the known addresses are in the set."""
    return [one for one in known if int(ip_address(one)) in found]


def _reading(source: Source[Any], objects: Iterable[Object], state: State) -> Reading[Any]:
    if state is not State.LOADED:
        return Reading(source.name, state, reason=f"{source.name}: {state}")
    decoded = ListDecoder(source.record).objects(msgspec.json.encode(one) for one in _served(source, objects))
    return Reading(source.name, state, decoded.records, decoded.rejected, read_at=NOW)


def _served(source: Source[Any], objects: Iterable[Object]) -> Iterator[Object]:
    served = {(resource.api_version, resource.kind) for resource in source.served_as}
    return (one for one in objects if (one["apiVersion"], one["kind"]) in served)
