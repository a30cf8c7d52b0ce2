"""Brings the objects of rule cases into a real API server, and reads them back as a scan does."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from chaudit.cluster.client import Patience
from chaudit.cluster.collector import Collector
from chaudit.cluster.connection import connect
from chaudit.engine import sources_of
from chaudit.evidence.reading import Reading
from chaudit.evidence.snapshot import Snapshot
from chaudit.evidence.source import Source
from chaudit.host import installed
from chaudit.objects import KubernetesObject
from chaudit.rbac import cluster_role
from chaudit.rules import Rule
from chaudit.testing.cases import NOW, Case, answers, load_cases
from cluster.accounts import bound_accounts
from cluster.assets import Assets
from cluster.case_definitions import CaseDefinitions
from cluster.completion import completed
from cluster.control_plane import ControlPlane
from cluster.etcd import AS_JSON, Etcd

_PATIENCE = Patience(backoff_s=0.01)
"""What is broken here does not mend by waiting."""

_SOURCES: Mapping[str, Source[Any]] = {source.name: source for source in sources_of(installed().rules)}

OPTIONAL = frozenset(
    {
        *("host-endpoints", "metallb-ip-address-pools", "frr-bgp-session-states", "cilium-nodes", "gateways"),
        *("dns-endpoints", "network-attachment-definitions", "node-network-states", "sriov-network-node-states"),
        *("platform-networks", "admin-network-policies"),
    }
)
"""One kind of each family that a cluster may have or not."""

_RESOURCES = {(one.api_version, one.kind): one for source in _SOURCES.values() for one in source.served_as}

_OF_THE_SERVER = {"creationTimestamp", "generation", "managedFields"}
"""Metadata that a server does not take from a client, but sets by itself."""

_Name = tuple[str, str, str]
"""Kind, namespace and name."""

_GATES = (
    "--feature-gates=IPv6DualStack=true,MixedProtocolLBService=true,ServiceLBNodePortControl=true",
    "--feature-gates=EndpointSliceNodeName=true,EndpointSliceTerminatingCondition=true",
)
"""For 1.20: what later servers do as a matter of course."""


def server_options(assets: Assets) -> tuple[str, ...]:
    """Return what kube-apiserver must be started with for the objects of cases."""
    return (
        AS_JSON,
        "--service-cluster-ip-range=10.96.0.0/12,fd00::/108",
        # It would give Ingresses the class that it remembers of the case before.
        "--disable-admission-plugins=DefaultIngressClass",
        *(_GATES if assets.minor == 20 else ()),
    )


def case_files() -> dict[str, list[Case]]:
    """Return the cases of each rule."""
    folder = Path(__file__).parents[1] / "plugins"
    return {path.stem: load_cases(path) for path in sorted(folder.glob("*/cases/*.yaml"))}


class CaseCluster:
    """A cluster that holds the objects of one case at a time; `definitions` are of the kinds that are not built in."""

    def __init__(self, plane: ControlPlane, folder: Path, crds: Path, cases: Collection[Case]) -> None:
        """Take an empty control plane, make what all cases need besides their objects, and note what is in it."""
        self.plane = plane
        self._etcd = Etcd(plane.etcd_url)
        self.definitions = CaseDefinitions(plane, crds, folder)
        namespaces = {name for case in cases for obj in case.objects if (name := _namespace_of(obj))}
        plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in namespaces)
        self._kubeconfigs = dict(_accounts(plane, folder, sorted({OPTIONAL, *map(_denied, cases)}, key=sorted)))
        self._collectors = {
            denied: Collector(connect(str(kubeconfig)), _PATIENCE) for denied, kubeconfig in self._kubeconfigs.items()
        }
        before = self._collectors[frozenset()].collect(tuple(_SOURCES.values()))
        self._own = frozenset(_name(one) for reading in before.readings.values() for one in reading.objects)

    def kubeconfig(self, denied: frozenset[str] = frozenset()) -> Path:
        """Return the kubeconfig of an account that may read all sources but these, and nothing else."""
        return self._kubeconfigs[denied]

    @contextmanager
    def holding(self, objects: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
        """Apply the objects, take them away afterwards, and tell of which fields the server made something else.

        Raises:
            ApplyError: The server refuses an object.
            LookupError: The server does not serve a kind.
        """
        replaced: list[Mapping[str, Any]] = []
        created: list[Mapping[str, Any]] = []
        lost: list[str] = []
        try:
            for obj in sorted(objects, key=_chooses):
                wanted = self.plane.as_served(completed(obj, self.definitions.schemas))
                own = self.plane.live(wanted) if _name_of(wanted) in self._own else None
                (replaced if own else created).append(own or wanted)
                kept = self._kept(wanted)
                lost += [f"{obj['kind']} {path.lstrip('.')}" for path in _changed(wanted, kept)]
            yield lost
        finally:
            self.plane.apply(replaced)
            self.plane.delete(created)  # the last of them may be of a kind that is not served

    def _kept(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        """Apply an object with all of its metadata, and return it as the server has it then."""
        (kept,) = self.plane.apply([wanted])
        of_the_past = {key: value for key, value in wanted["metadata"].items() if key in _OF_THE_SERVER}
        if not of_the_past:
            return kept
        self._etcd.amend(_RESOURCES[kept["apiVersion"], kept["kind"]], kept, of_the_past)
        return self.plane.live(wanted) or {}

    def read(self, case: Case, rule: Rule[Any]) -> Snapshot:
        """Read what the rule asks for as far as the case lets it, and leave out what is not of the case.

        The time is that of cases, and reasons are told in their words.
        """
        names = {_name_of(obj) for obj in case.objects}
        with ExitStack() as broken:
            for name in case.failed:
                if name in _SOURCES:
                    broken.enter_context(self._etcd.undecodable(_SOURCES[name]))
            snapshot = self._collectors[_denied(case)].collect(sources_of([rule]))
        readings = {name: self._of_case(reading, names) for name, reading in snapshot.readings.items()}
        readings |= {reading.source: reading for reading in answers(case, rule)}
        return replace(snapshot, readings=readings, started=NOW, finished=NOW)

    def _of_case(self, reading: Reading[Any], names: Collection[_Name]) -> Reading[Any]:
        if not reading.is_loaded:
            return replace(reading, reason=f"{reading.source}: {reading.state}", read_at=NOW)
        objects = tuple(one for one in reading.objects if _name(one) not in self._own or _name(one) in names)
        return replace(reading, objects=objects, read_at=NOW)


def _accounts(
    plane: ControlPlane, folder: Path, denials: Sequence[frozenset[str]]
) -> Iterator[tuple[frozenset[str], Path]]:
    """Yield for each set of denied sources the kubeconfig of an account with the role that the others need."""
    roles = [
        cluster_role((source for name, source in _SOURCES.items() if name not in denied), f"without-{number}")
        for number, denied in enumerate(denials)
    ]
    for denied, role, token in zip(denials, roles, bound_accounts(plane, roles), strict=True):
        yield denied, plane.kubeconfig(folder / role["metadata"]["name"], token=token)


def _denied(case: Case) -> frozenset[str]:
    """Return the sources that the case denies; it may deny probes as well."""
    return frozenset(name for name in case.denied if name in _SOURCES)


def _chooses(obj: Mapping[str, Any]) -> bool:
    """Whether the server is to choose a port or an address, which had better be after others were given theirs."""
    spec = obj.get("spec")
    ports = spec.get("ports") if isinstance(spec, dict) else None
    given = isinstance(ports, list) and all(isinstance(port, dict) and port.get("nodePort") for port in ports)
    return obj["kind"] == "Service" and not (given and "clusterIP" in obj["spec"])


def _namespace_of(obj: Mapping[str, Any]) -> str:
    """Return the namespace that must be there for the object, which may be itself."""
    kind, namespace, name = _name_of(obj)
    return name if kind == "Namespace" and re.fullmatch("[a-z0-9-]+", name) else namespace


def _name_of(obj: Mapping[str, Any]) -> _Name:
    metadata = obj.get("metadata", {})
    return obj["kind"], metadata.get("namespace", ""), metadata.get("name", "")


def _name(one: KubernetesObject) -> _Name:
    return type(one).__name__, one.namespace, one.name


def _changed(given: Any, kept: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the paths of what is not in the object any more, or is something else there."""
    if isinstance(given, dict) and isinstance(kept, dict):
        for key, value in given.items():
            yield from _changed(value, kept.get(key), f"{path}.{key}")
    elif isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        for value, other in zip(given, kept, strict=True):
            yield from _changed(value, other, f"{path}[]")
    elif given not in (None, {}, []) and (given or kept) and given != kept:
        yield path
