"""The kubeconfig leads the official client to the server, and its own idea of trust is what counts."""

from pathlib import Path
from typing import Any

import kubernetes
import pytest

from auditor.testing.reader import encrypted, pods
from chaudit.testing import ApiServer, faults


def list_pods(kubeconfig: Path) -> list[str]:
    configuration: Any = kubernetes.client.Configuration()
    kubernetes.config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    configuration.retries = False
    with kubernetes.client.ApiClient(configuration) as client:
        try:
            listed = kubernetes.client.CoreV1Api(client).list_pod_for_all_namespaces()
            return [f"{item.metadata.namespace}/{item.metadata.name}" for item in listed.items]
        finally:
            client.rest_client.pool_manager.clear()


def test_the_official_client_lists_pods(tmp_path: Path) -> None:
    with ApiServer(pods("a", "b")) as server:
        found = list_pods(server.write_kubeconfig(tmp_path / "kubeconfig"))

    assert found == ["default/a", "default/b"]


def test_the_official_client_understands_a_denial(tmp_path: Path) -> None:
    with ApiServer() as server:
        server.fault("pods", faults.denied)
        with pytest.raises(kubernetes.client.ApiException) as raised:
            list_pods(server.write_kubeconfig(tmp_path / "kubeconfig"))

    assert raised.value.status == 403


def test_the_official_client_trusts_the_authority_in_the_kubeconfig(tmp_path: Path) -> None:
    tls, authority = encrypted(tmp_path)
    with ApiServer(pods("a"), tls=tls) as server:
        found = list_pods(server.write_kubeconfig(tmp_path / "kubeconfig", ca_pem=authority.read_text()))

    assert found == ["default/a"]


def test_the_official_client_trusts_nobody_without_an_authority(tmp_path: Path) -> None:
    tls, _ = encrypted(tmp_path)
    with (
        ApiServer(pods("a"), tls=tls) as server,
        pytest.raises(kubernetes.client.ApiException, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        list_pods(server.write_kubeconfig(tmp_path / "kubeconfig"))


def test_the_token_in_the_kubeconfig_is_for_its_owner_only(tmp_path: Path) -> None:
    with ApiServer() as server:
        path = server.write_kubeconfig(tmp_path / "kubeconfig")

    assert path.stat().st_mode & 0o777 == 0o600
    assert server.token in path.read_text()
