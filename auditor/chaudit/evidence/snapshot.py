"""A snapshot: every reading of one look at one cluster. All that is judged is judged from here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from chaudit.evidence.readable import Readable
from chaudit.evidence.reading import Reading
from chaudit.evidence.resource import Resource
from chaudit.evidence.source import ObjectName, Source
from chaudit.objects import KubernetesObject, ObjectMeta, Record

R = TypeVar("R", bound=Record)


class NamespaceMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata of a namespace, with the UID that never comes back once it is deleted."""

    uid: str = ""


class Namespace(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """v1 Namespace."""

    metadata: NamespaceMeta


KUBE_SYSTEM = Source(
    "kube-system",
    Namespace,
    served_as=(Resource("", "v1", "namespaces", "Namespace"),),
    only=(ObjectName("kube-system"),),
)
"""The namespace whose UID is the identity of a cluster (it lives as long as the cluster does)."""


class Cluster(msgspec.Struct, frozen=True):
    """Which cluster was looked at; `uid` is empty where it could not be read."""

    uid: str = ""
    server: str = ""
    context: str = ""
    version: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """All readings by the name of their source or probe, with the time they were taken."""

    cluster: Cluster
    readings: Mapping[str, Reading[Any]]
    started: datetime
    finished: datetime

    def reading(self, readable: Readable[R]) -> Reading[R]:
        """Return what was read from a source or answered to a probe; its `unread` where nobody asked."""
        return self.readings.get(readable.name) or readable.unread

    def showing(self, readables: Iterable[Readable[Any]]) -> "Snapshot":
        """Return the snapshot with a reading for each of these, also where nobody asked."""
        return replace(self, readings={**{one.name: one.unread for one in readables}, **self.readings})


def cluster_uid(reading: Reading[Namespace]) -> str:
    """Return the cluster's identity from the reading of `KUBE_SYSTEM`, empty where it was not seen."""
    return reading.objects[0].metadata.uid if reading.objects else ""
