"""An API server for tests: a real one on the outside, made of given objects, faulty on demand."""

import secrets
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from chaudit.testing.api_server import refusals
from chaudit.testing.api_server.answer import Answer
from chaudit.testing.api_server.api import Api
from chaudit.testing.api_server.call import Call, Request
from chaudit.testing.api_server.faults import Fault, PlannedFault
from chaudit.testing.api_server.kubeconfig import kubeconfig
from chaudit.testing.api_server.listener import Listener
from chaudit.testing.api_server.objects import read_objects
from chaudit.testing.api_server.resources import ResourceName

_KUBE_SYSTEM = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}}


class ApiServer:
    """A cluster that answers GET and LIST on loopback as long as its `with` block lasts.

    It holds the given objects, in Kubernetes JSON shape, and the namespace `kube-system`. It serves the built-in
    resources of its version, those of CustomResourceDefinitions and of other objects among the given, and `serve`:
    resources that are installed and have no objects. `tls` is a context with a certificate for 127.0.0.1.
    """

    def __init__(
        self,
        objects: Iterable[Mapping[str, Any]] = (),
        *,
        version: str = "v1.29.3",
        serve: Iterable[ResourceName] = (),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.token = secrets.token_urlsafe()
        """The one bearer token that is accepted."""
        self._api = Api(version, serve)
        self._api.store.put((_KUBE_SYSTEM, *objects))
        self._tls = tls
        self._listener: Listener | None = None
        self._faults: list[PlannedFault] = []
        self._requests: list[Request] = []
        self._lock = Lock()

    @classmethod
    def from_files(
        cls,
        paths: Iterable[Path],
        *,
        version: str = "v1.29.3",
        serve: Iterable[ResourceName] = (),
        tls: ssl.SSLContext | None = None,
    ) -> Self:
        """A server with the objects in these YAML (also of several documents) and JSON files; lists are unpacked.

        Raises:
            ValueError: A file is neither, or what it holds is no object with apiVersion, kind and name.
        """
        return cls(read_objects(paths), version=version, serve=serve, tls=tls)

    def __enter__(self) -> Self:
        self._listener = Listener(self._answer, self._tls)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listener:
            self._listener.close()

    @property
    def url(self) -> str:
        """Where it is reached, `http://127.0.0.1:PORT`.

        Raises:
            RuntimeError: The `with` block has not begun.
        """
        if self._listener is None:
            raise RuntimeError("the server listens only inside its with block")
        return self._listener.url

    @property
    def requests(self) -> tuple[Request, ...]:
        """All requests so far, in the order in which they were answered."""
        with self._lock:
            return tuple(self._requests)

    def write_kubeconfig(self, path: Path, *, ca_pem: str | None = None) -> Path:
        """Write a kubeconfig with one context that leads here, and return its path.

        Where the server speaks TLS, `ca_pem` is what the client shall trust; without it the client has only the
        authorities that its machine knows.
        """
        path.touch(mode=0o600)
        path.write_text(kubeconfig(self.url, self.token, ca_pem), encoding="utf-8")
        return path

    def add(self, *objects: Mapping[str, Any]) -> None:
        """Create objects, or replace those of the same kind, namespace and name; lists under way do not change.

        Raises:
            ValueError: An object lacks apiVersion, kind or name, or has a namespace where its kind knows none.
        """
        with self._lock:
            self._api.store.put(objects)

    def remove(self, *objects: Mapping[str, Any]) -> None:
        """Delete the objects of the same kind, namespace and name.

        Raises:
            LookupError: There is no such object.
        """
        with self._lock:
            for body in objects:
                self._api.store.delete(body)

    def fault(self, where: str, fault: Fault, *, after_pages: int = 0, times: int | None = None) -> None:
        """Plan a fault (see `chaudit.testing.faults`); several planned for one place befall in order.

        `where` is a plural (`services`, of all groups that have it), one with its group
        (`networkpolicies.networking.k8s.io`), a path (`/version`), or `*`. The first `after_pages` pages of each list
        are spared, and after `times` answers the trouble is over.

        Raises:
            ValueError: No resource is served under this plural; a resource that is absent has to be named with its
                group.
        """
        plurals = {resource.plural for resource in self._api.catalogue.resources}
        if not (where == "*" or where in plurals or "." in where or where.startswith("/")):
            raise ValueError(f"no resource with the plural {where!r} is served")
        with self._lock:
            self._faults.append(PlannedFault(where, fault, after_pages, times))

    def heal(self) -> None:
        """Call all faults off."""
        with self._lock:
            self._faults.clear()

    def _answer(self, call: Call) -> Answer:
        with self._lock:
            answer = self._admit(call)
            self._requests.append(Request(call.method, call.path, call.query, call.user_agent, answer.status))
            return answer

    def _admit(self, call: Call) -> Answer:
        if call.token not in {None, self.token}:
            return refusals.unauthorized()
        # Of a fresh cluster, strangers may read the version: role system:public-info-viewer.
        if call.token is None and call.path != "/version":
            return refusals.forbidden(call)
        answer = self._api.answer(call)
        for planned in self._faults:
            answer = planned.befall(call, answer)
        return answer
