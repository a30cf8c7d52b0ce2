"""The only way to write to a cluster: objects of one kind, created for a probe that may, and deleted again.

Everything else goes through `Connection`, which can GET and nothing more.
"""

import secrets
import signal
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

import msgspec

from chaudit.cluster.client import Client, Patience, RequestError, refused
from chaudit.cluster.connection import Connection, Response, TransportError, configured
from chaudit.cluster.discovery import Discovery
from chaudit.evidence.asking import ProbeError
from chaudit.evidence.resource import Resource

MANAGED_BY = "app.kubernetes.io/managed-by"
RUN = "chaudit/run"
"""Labels of what is created: that it is chaudit's, and which run's."""

_CLEANING_S = 10.0
"""How long the server may take to delete one object, seconds."""

_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class WritingConnection(Connection):
    """A connection that can also create and delete."""

    def post(self, path: str, body: bytes, timeout_s: float) -> Response:
        """Send one POST; see `Connection.get`."""
        return self._send("POST", path, body, timeout_s)

    def delete(self, path: str, body: bytes, timeout_s: float) -> Response:
        """Send one DELETE; see `Connection.get`."""
        return self._send("DELETE", path, body, timeout_s)


def connect_for_writing(kubeconfig: str | None, context: str | None) -> WritingConnection:
    """Return a connection as `connect` does, for what was permitted to be written."""
    return WritingConnection(*configured(kubeconfig, context))


class _Meta(msgspec.Struct, frozen=True):
    uid: str = ""
    labels: Mapping[str, str] = {}


class _Object(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()


class ObjectWriter:
    """Creates objects of one kind and deletes them, by the end of the block at the latest.

    Inside of the block SIGTERM and SIGHUP interrupt as Ctrl-C does, so that it ends in order; while it ends they are
    not heard. `left` are the objects that could not be deleted even then.
    """

    def __init__(self, connection: WritingConnection, served_as: Sequence[Resource], patience: Patience) -> None:
        self._connection = connection
        self._served_as = served_as
        self._patience = patience
        self._run = secrets.token_hex(8)
        self._resource: Resource | None = None
        self._created: dict[str, str] = {}
        self._handlers: dict[signal.Signals, Any] = {}
        self.left: list[str] = []

    @cached_property
    def _client(self) -> Client:
        """GETs, within a deadline that begins with the first of them."""
        return Client(self._connection, self._patience)

    def __enter__(self) -> Self:
        self._on_stop(_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._on_stop(signal.SIG_IGN)
        try:
            for name in tuple(self._created):
                self.delete(name)
            self.left = [f"{self._resource} {name}" for name in self._created]
        finally:
            for stop, handler in self._handlers.items():
                signal.signal(stop, handler)

    def create(self, name: str, spec: Mapping[str, Any]) -> None:
        """Create an object without a namespace, marked as chaudit's.

        Raises:
            ProbeError: the server refused, does not serve the kind, or has an object of this name.
        """
        resource = self._serving()
        labels = {MANAGED_BY: "chaudit", RUN: self._run}
        body = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": name, "labels": labels},
            "spec": spec,
        }
        self._created[name] = ""  # before it is sent: the answer may be lost, and the object there
        try:
            response = self._connection.post(resource.list_path, msgspec.json.encode(body), self._patience.timeout_s)
        except TransportError as error:
            raise ProbeError(f"POST {resource.list_path}: {error}") from error
        if response.status == HTTPStatus.CREATED:
            self._created[name] = msgspec.json.decode(response.body, type=_Object).metadata.uid
            return
        del self._created[name]
        why = refused(resource.list_path, response, "POST")
        hint = ""
        if why.is_refusal:
            hint = f" (grant create, get and delete on {resource})"
        elif response.status == HTTPStatus.CONFLICT:
            hint = f"; another chaudit runs, or was killed: `kubectl delete {resource} -l {MANAGED_BY}=chaudit`"
        raise ProbeError(f"{why}{hint}")

    def read(self, name: str) -> bytes:
        """Return an object as JSON.

        Raises:
            ProbeError: it could not be read.
        """
        try:
            return self._client.get(self._path(name))
        except RequestError as error:
            raise ProbeError(str(error)) from error

    def delete(self, name: str) -> None:
        """Delete an object, if it was created here. What cannot be deleted now is tried once more at the end."""
        if name not in self._created:
            return
        try:
            uid = self._created[name] or self._uid(name)
            gone = not uid or self._deleted(name, uid)
        except (TransportError, RequestError):
            return
        if gone:
            del self._created[name]

    def _deleted(self, name: str, uid: str) -> bool:
        body = msgspec.json.encode({"preconditions": {"uid": uid}})  # never another one that has its name by now
        status = self._connection.delete(self._path(name), body, _CLEANING_S).status
        return status in {HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}

    def _uid(self, name: str) -> str:
        """Return the UID of an object whose creation was never answered; nothing if it is not there, or not ours."""
        response = self._connection.get(self._path(name), {}, _CLEANING_S)
        if response.status == HTTPStatus.NOT_FOUND:
            return ""
        if response.status != HTTPStatus.OK:
            raise refused(self._path(name), response)
        meta = msgspec.json.decode(response.body, type=_Object).metadata
        return meta.uid if meta.labels.get(RUN) == self._run else ""

    def _serving(self) -> Resource:
        if self._resource is None:
            try:
                discovery = Discovery(self._client)
                self._resource = next((one for one in self._served_as if discovery.serves(one)), None)
            except RequestError as error:
                raise ProbeError(str(error)) from error
        if self._resource is None:
            raise ProbeError(f"the cluster does not serve {self._served_as[0].plural}")
        return self._resource

    def _path(self, name: str) -> str:
        return f"{self._serving().list_path}/{name}"

    def _on_stop(self, handler: Any) -> None:  # noqa: ANN401 - as the signal module has it
        if threading.current_thread() is threading.main_thread():
            for stop in _STOPS:
                before = signal.signal(stop, handler)
                self._handlers.setdefault(stop, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
