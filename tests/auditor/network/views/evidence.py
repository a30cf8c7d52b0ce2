"""Small clusters as the API returns them, and what a view makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from chaudit import Cluster, Input, Intent, Reading, Resource, Snapshot, Source, State
from chaudit.engine import Evaluation, sources_below
from chaudit.evidence.decoding import ListDecoder
from chaudit.intent.loading import IntentFile, decode

T = TypeVar("T")
Object = Mapping[str, Any]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Evidence:
    """Objects of a cluster, and the sources that could not be read; all others are loaded."""

    objects: Sequence[Object] = ()
    intent: Object | None = None
    denied: Sequence[str] = ()
    absent: Sequence[str] = ()

    def snapshot(self, *wanted: Input[Any]) -> Snapshot:
        """Return what would have been read of this cluster for these inputs."""
        readings = {source.name: self._reading(source) for source in sources_below(*wanted)}
        return Snapshot(Cluster(uid="a-cluster"), readings, NOW, NOW)

    def resolve(self, wanted: Input[T]) -> T:
        """Return a view's value for this cluster."""
        intent = decode(IntentFile(name="intent"), self.intent or {}, Intent)
        return Evaluation(self.snapshot(wanted), intent).get(wanted)

    def _reading(self, source: Source[Any]) -> Reading[Any]:
        for names, state in ((self.denied, State.DENIED), (self.absent, State.ABSENT)):
            if source.name in names:
                return Reading(source.name, state, reason=f"{source.name}: {state}")
        for resource in source.served_as:
            if own := [one for one in self.objects if is_of(one, resource)]:
                break
        decoded = ListDecoder(source.record).objects(map(msgspec.json.encode, own))
        return Reading(source.name, State.LOADED, decoded.records, decoded.rejected, resource=resource, read_at=NOW)


def is_of(one: Object, resource: Resource) -> bool:
    return (one["apiVersion"], one["kind"]) == (resource.api_version, resource.kind)


def node(
    name: str, *internal_ips: str, annotations: Mapping[str, str] | None = None, kubelet_version: str = ""
) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "annotations": annotations or {}},
        "status": {
            "addresses": [
                {"type": "Hostname", "address": name},
                *({"type": "InternalIP", "address": address} for address in internal_ips),
            ],
            "nodeInfo": {"kubeletVersion": kubelet_version},
        },
    }


def host_endpoint(name: str, node_name: str, interface: str, *expected: str, networks: str = "") -> Object:
    return {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "HostEndpoint",
        "metadata": {"name": name, "labels": {"iftype": networks} if networks else {}},
        "spec": {"node": node_name, "interfaceName": interface, "expectedIPs": list(expected)},
    }


def platform_network(kind: str, *pools: str) -> Object:
    return {
        "apiVersion": "starlingx.windriver.com/v1",
        "kind": "PlatformNetwork",
        "metadata": {"name": kind, "namespace": "deployment"},
        "spec": {"type": kind, "dynamic": False, "associatedAddressPools": list(pools)},
    }


def address_pool(name: str, subnet: str, prefix: object = 24, **addresses: str) -> Object:
    return {
        "apiVersion": "starlingx.windriver.com/v1",
        "kind": "AddressPool",
        "metadata": {"name": name, "namespace": "deployment"},
        "spec": {"subnet": subnet, "prefix": prefix, "allocation": {}, **addresses},
    }
