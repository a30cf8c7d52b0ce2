"""The collector: reads sources from a live cluster into a snapshot, several at once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

import msgspec

from chaudit.cluster.client import Client, Patience, RequestError
from chaudit.cluster.connection import CONNECTIONS, Connection
from chaudit.cluster.discovery import Discovery
from chaudit.cluster.lists import Lists
from chaudit.cluster.progress import Progress, Watcher
from chaudit.errors import ClusterUnavailableError
from chaudit.evidence.decoding import UNDECODABLE, Decoded, ListDecoder
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import KUBE_SYSTEM, Cluster, Snapshot, cluster_uid
from chaudit.evidence.source import ObjectName, Source
from chaudit.objects import KubernetesObject

R = TypeVar("R", bound=KubernetesObject)


class Collector(msgspec.Struct, frozen=True):
    """How to read: how long to wait, how many objects a page holds, and who is told about progress."""

    connection: Connection
    patience: Patience = msgspec.field(default_factory=Patience)
    page_size: int = 500
    watch: Watcher = lambda _: None

    def collect(self, sources: Sequence[Source[Any]]) -> Snapshot:
        """Return the snapshot of these sources; what could not be read is in it with the reason.

        Raises:
            ClusterUnavailableError: the server was not reached or refused the credentials.
        """
        started = datetime.now(UTC)
        client = Client(self.connection, self.patience)
        discovery = Discovery(client)
        version = self._knock(discovery)
        with ThreadPoolExecutor(CONNECTIONS) as fetching:
            lists = Lists(client, discovery, fetching, self.page_size, self.watch)
            readings = self._read(_Reader(client, discovery, lists, self.watch), sources)
        return Snapshot(self._cluster(readings, version), readings, started, datetime.now(UTC))

    def sample(self, sources: Sequence[Source[Any]]) -> Snapshot:
        """Return a snapshot of the first page of each list, which proves nothing but that they can be read.

        Each is tried with the request that a scan sends, and so proves the right to it. To ask the server for its
        opinion, in a SelfSubjectAccessReview, would be to create an object.

        Raises:
            ClusterUnavailableError: the server was not reached or refused the credentials.
        """
        started = datetime.now(UTC)
        client = Client(self.connection, self.patience)
        discovery = Discovery(client)
        version = self._knock(discovery)
        readings = self._read(_Reader(client, discovery, _FirstPages(client, self.page_size), self.watch), sources)
        return Snapshot(self._cluster(readings, version), readings, started, datetime.now(UTC))

    def _read(self, reader: "_Reader", sources: Sequence[Source[Any]]) -> Mapping[str, Reading[Any]]:
        with ThreadPoolExecutor(CONNECTIONS) as reading:
            return {found.source: found for found in reading.map(reader.read, sources)}

    def _cluster(self, readings: Mapping[str, Reading[Any]], version: str) -> Cluster:
        uid = cluster_uid(readings[KUBE_SYSTEM.name]) if KUBE_SYSTEM.name in readings else ""
        return Cluster(uid, self.connection.server, self.connection.context, version)

    def _knock(self, discovery: Discovery) -> str:
        """Return the server's version, once it is clear that it can be reached and knows who asks."""
        try:
            version = discovery.version()
            discovery.serves(KUBE_SYSTEM.served_as[0])
        except RequestError as error:
            if error.is_refusal and not error.is_unauthenticated:
                return ""  # known, but not allowed to look around: every reading will say so
            raise ClusterUnavailableError(self.connection.server, self.connection.context, _problem(error)) from error
        return version


class _ReadsLists(Protocol):
    def read(self, source: str, resource: Resource, decoder: ListDecoder[R]) -> Decoded[R]: ...


class _FirstPages(msgspec.Struct, frozen=True):
    """Reads the first page of lists, whatever they go on with."""

    client: Client
    page_size: int

    def read(self, _: str, resource: Resource, decoder: ListDecoder[R]) -> Decoded[R]:
        return decoder.page(self.client.get(resource.list_path, {"limit": str(self.page_size)}))


class _Reader(msgspec.Struct, frozen=True):
    client: Client
    discovery: Discovery
    lists: _ReadsLists
    watch: Watcher

    def read(self, source: Source[R]) -> Reading[R]:
        """Read a source and say when it is done."""
        try:
            return self._read(source)
        finally:
            self.watch(Progress(source.name, 0, done=True))

    def _read(self, source: Source[R]) -> Reading[R]:
        """Read from the first API version that has objects and lets itself be read.

        One that is served but empty proves nothing while another may still hold the objects, as in a migration.
        """
        read_at = datetime.now(UTC)
        refused: Reading[R] | None = None
        empty: Reading[R] | None = None
        for resource in source.served_as:
            try:
                if not self.discovery.serves(resource):
                    continue
                found = self._objects(source, resource)
            except RequestError as error:
                refused = refused or _unread(source, resource, error, read_at)
            except UNDECODABLE as error:
                broken = RequestError(resource.list_path, 0, str(error))
                refused = refused or _unread(source, resource, broken, read_at)
            else:
                state = State.LOADED
                reading = Reading(source.name, state, found.records, found.rejected, resource=resource, read_at=read_at)
                if found.records or found.rejected:
                    return reading
                empty = empty or reading
        return refused or empty or _absent(source, read_at)

    def _objects(self, source: Source[R], resource: Resource) -> Decoded[R]:
        decoder = ListDecoder(source.record)
        if source.only:
            found = (self._named(resource, wanted) for wanted in source.only)
            return decoder.objects([body for body in found if body is not None])
        return self.lists.read(source.name, resource, decoder)

    def _named(self, resource: Resource, wanted: ObjectName) -> bytes | None:
        namespace = f"/namespaces/{wanted.namespace}" if wanted.namespace else ""
        try:
            return self.client.get(f"{resource.discovery_path}{namespace}/{resource.plural}/{wanted.name}")
        except RequestError as error:
            if error.is_not_found:
                return None
            raise


def _problem(error: RequestError) -> str:
    if not error.status:
        return f"cannot be reached: {error.message}"
    if error.is_unauthenticated:
        return f"refused the credentials: {error.message}"
    return f"does not answer as a Kubernetes API server: {error}"


def _absent(source: Source[R], read_at: datetime) -> Reading[R]:
    asked = " or ".join(f"{resource.plural} of {resource.api_version}" for resource in source.served_as)
    return Reading(source.name, State.ABSENT, reason=f"the cluster does not serve {asked}", read_at=read_at)


def _unread(source: Source[R], resource: Resource, error: RequestError, read_at: datetime) -> Reading[R]:
    if not error.is_refusal:
        return Reading(source.name, State.FAILED, reason=f"{resource}: {error}", resource=resource, read_at=read_at)
    verb = "get" if source.only else "list"
    reason = f"{resource}: {error.message} (grant {verb} on {resource}; `chaudit rbac` prints the role)"
    return Reading(source.name, State.DENIED, reason=reason, resource=resource, read_at=read_at)
