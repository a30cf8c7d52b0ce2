"""Runs a real etcd and kube-apiserver on loopback for tests and benchmarks, and speaks with them."""

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from cluster.api import Api, Reply
from cluster.assets import Assets, find_assets
from cluster.audit import AUDIT_LOG, AuditEvent, read_audit_log
from cluster.crds import apply_crds
from cluster.kubeconfig import write_kubeconfig
from cluster.manifests import Manifests, accepted
from cluster.pki import Authority, KeyPair, signed_token, token_parts
from cluster.servers import ACCOUNTS_KEY, run_etcd, run_kube_apiserver

_TOKEN_SECONDS = 24 * 3600


class ControlPlane:
    """An etcd and a kube-apiserver that live as long as the ``with`` block, empty at its start.

    RBAC decides; ``admin_token`` belongs to ``system:masters``. The ServiceAccount admission plugin is off, so
    that pods need no account. Without controller manager and kubelet, slices and statuses are what a test applies.
    """

    url: str
    etcd_url: str
    ca_file: Path
    admin_token: str

    def __init__(
        self, assets: Assets | None = None, *, address: str = "127.0.0.1", options: Sequence[str] = ()
    ) -> None:
        """Choose the binaries, the API server's address and its ``options``; nothing starts before the ``with`` block.

        Raises:
            AssetsMissingError: This machine has no binaries.
        """
        self._assets = assets or find_assets()
        self._address = address
        self._options = options

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="chaudit-control-plane-")))
            self._authority = Authority(self._folder)
            self.ca_file = self._authority.certificate
            self.admin_token = secrets.token_hex(16)
            self.etcd_url = stack.enter_context(run_etcd(self._assets.etcd, self._folder))
            self._api: Api = stack.enter_context(
                run_kube_apiserver(
                    [str(self._assets.kube_apiserver), *self._options],
                    self._folder,
                    etcd_url=self.etcd_url,
                    authority=self._authority,
                    admin_token=self.admin_token,
                    address=self._address,
                )
            )
            self.url = self._api.url
            self._manifests = Manifests(self._api)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str | None = None) -> Reply:
        """Send one request, as the administrator unless another ``token`` is given (empty: as nobody)."""
        return self._api.request(method, path, body, token=token)

    def apply(self, objects: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Create or replace objects of any served kind, statuses included; see :meth:`Manifests.apply`."""
        return self._manifests.apply(objects)

    def delete(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Delete objects of any served kind at once; see :meth:`Manifests.delete`."""
        self._manifests.delete(objects)

    def as_served(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the object in the version that the server serves; see :meth:`Manifests.as_served`."""
        return self._manifests.as_served(manifest)

    def live(self, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the server holds under the name of this object, if anything; see :meth:`Manifests.live`."""
        return self._manifests.live(manifest)

    def apply_crds(self, *sources: Path) -> tuple[str, ...]:
        """Apply the definitions in files and folders, wait until they are served, and return their names."""
        return apply_crds(self._api, self._manifests, sources)

    def service_account_token(self, namespace: str, name: str) -> str:
        """Return a token of the ServiceAccount, valid for a day; the account is created if need be.

        Raises:
            ApplyError: The server refuses; most likely there is no such namespace.
        """
        metadata = {"namespace": namespace, "name": name}
        self.apply([{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}])
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": _TOKEN_SECONDS},
        }
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        token: str = accepted("POST", path, self.request("POST", path, request))["status"]["token"]
        return token

    def token_that_expired(self, token: str, *, seconds_ago: int) -> str:
        """Return what a token of a ServiceAccount is once it has expired; it never does so within ten minutes."""
        header, claims = token_parts(token)
        expired = int(time.time()) - seconds_ago
        issued = {"iat": expired - _TOKEN_SECONDS, "nbf": expired - _TOKEN_SECONDS, "exp": expired}
        return signed_token(self._folder / ACCOUNTS_KEY, header, {**claims, **issued})

    def client_certificate(self, user: str, *groups: str) -> KeyPair:
        """Issue a certificate that the server takes for this user in these groups."""
        return self._authority.client(user, groups)

    def kubeconfig(
        self,
        path: Path,
        *,
        token: str | None = None,
        user: Mapping[str, Any] | None = None,
        ca: Path | None = None,
        server: str | None = None,
    ) -> Path:
        """Write a kubeconfig for the administrator, for ``token``, or for a whole ``user`` entry (exec ...)."""
        return write_kubeconfig(
            path,
            server=server or self.url,
            ca=ca or self.ca_file,
            user={"token": token or self.admin_token} if user is None else user,
        )

    def audit_events(self, *, user: str | None = None) -> tuple[AuditEvent, ...]:
        """Return every request answered since the start, of anybody or of ``user``."""
        events = read_audit_log(self._folder / AUDIT_LOG)
        return tuple(event for event in events if user is None or event.user == user)
