"""Starts etcd and kube-apiserver with the flags that a test cluster needs and waits until they are ready."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import urllib3

from cluster.api import Api
from cluster.audit import AUDIT_LOG, POLICY
from cluster.daemon import Daemon, free_port
from cluster.pki import Authority, signing_key

ACCOUNTS_KEY = "accounts.key"
"""The file of the key that tokens of ServiceAccounts are signed with."""

_READY_SECONDS = 60.0
# A documentation address (RFC 5737): the endpoint of the server's own service must not be a loopback address.
_ADVERTISED = "192.0.2.1"


@contextmanager
def run_etcd(binary: Path, folder: Path) -> Iterator[str]:
    """Run etcd with its files in ``folder`` and yield its URL.

    Raises:
        DaemonError: It did not become healthy.
    """
    url, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    command = [
        str(binary),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
    ]
    with Daemon(command, folder / "etcd.log") as etcd:
        etcd.wait_until(lambda: _answers(f"{url}/health"), seconds=_READY_SECONDS)
        yield url


@contextmanager
def run_kube_apiserver(
    command: Sequence[str], folder: Path, *, etcd_url: str, authority: Authority, admin_token: str, address: str
) -> Iterator[Api]:
    """Run kube-apiserver with its files in ``folder`` and yield the administrator's connection to it.

    ``command`` is the binary and what options there are beyond those of every control plane.

    Raises:
        DaemonError: It did not become ready.
    """
    port = free_port(address)
    serving = authority.server(address)
    accounts = signing_key(folder / ACCOUNTS_KEY)
    tokens = folder / "tokens.csv"
    tokens.touch(mode=0o600)
    tokens.write_text(f"{admin_token},admin,admin,system:masters\n")
    policy = folder / "audit-policy.json"
    policy.write_text(POLICY)
    common = [
        f"--etcd-servers={etcd_url}",
        f"--bind-address={address}",
        f"--secure-port={port}",
        f"--advertise-address={_ADVERTISED}",
        f"--tls-cert-file={serving.certificate}",
        f"--tls-private-key-file={serving.key}",
        f"--client-ca-file={authority.certificate}",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={accounts}",
        f"--service-account-signing-key-file={accounts}",
        "--service-cluster-ip-range=10.96.0.0/12",
        "--allow-privileged",
        "--disable-admission-plugins=ServiceAccount",
        f"--audit-policy-file={policy}",
        f"--audit-log-path={folder / AUDIT_LOG}",
        # Megabytes before the log is rotated away: more than any run writes.
        "--audit-log-maxsize=4096",
    ]
    api = Api(f"https://{address}:{port}", authority.certificate, admin_token)
    binary, *options = command
    with Daemon([binary, *common, *options], folder / "kube-apiserver.log") as server:
        try:
            server.wait_until(lambda: _is_ready(api), seconds=_READY_SECONDS)
            yield api
        finally:
            api.close()


def _is_ready(api: Api) -> bool:
    """Tell whether the server is ready and has made ``kube-system``, whose UID identifies a cluster."""
    paths = ("/readyz", "/api/v1/namespaces/kube-system", "/api/v1/namespaces/default")
    try:
        return all(api.request("GET", path).status == 200 for path in paths)
    except urllib3.exceptions.HTTPError:
        return False


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", url, retries=False, timeout=1).status == 200
    except urllib3.exceptions.HTTPError:
        return False
