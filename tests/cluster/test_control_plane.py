"""The control plane does what the tests of this folder take for granted."""

import json
import sys
from pathlib import Path

import kubernetes
import pytest

from cluster.control_plane import ControlPlane
from cluster.manifests import ApplyError

SLICES = "/apis/discovery.k8s.io"
GATEWAY_POLICY = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: not-a-definition}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.harness.example.org}
spec:
  group: harness.example.org
  names: {kind: Lamp, plural: lamps}
  scope: Cluster
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                colour: {type: string, default: ""}
status: {acceptedNames: {kind: "", plural: ""}, conditions: null, storedVersions: null}
"""


def test_an_applied_object_is_listed_back_with_its_status(control_plane: ControlPlane) -> None:
    status = {"phase": "Running", "podIP": "172.16.1.9", "podIPs": [{"ip": "172.16.1.9"}], "qosClass": "BestEffort"}

    control_plane.apply(
        [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "listed-back", "resourceVersion": "1"},
                "spec": {"nodeName": "worker-0", "containers": [{"name": "main", "image": "none"}]},
                "status": status,
            }
        ]
    )

    pods = control_plane.request("GET", "/api/v1/pods").body["items"]
    assert [pod["status"] for pod in pods if pod["metadata"]["name"] == "listed-back"] == [status]


def test_an_object_applied_again_is_replaced(control_plane: ControlPlane) -> None:
    def config(value: str) -> dict[str, object]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "replaced"}, "data": {value: value}}

    control_plane.apply([config("first")])
    control_plane.apply([config("second")])

    live = control_plane.request("GET", "/api/v1/namespaces/default/configmaps/replaced").body
    assert live["data"] == {"second": "second"}


def test_a_slice_of_v1_can_be_applied_to_old_servers_too(control_plane: ControlPlane) -> None:
    endpoint = {"addresses": ["172.16.1.9"], "conditions": {"ready": True}, "nodeName": "worker-0"}

    control_plane.apply(
        [
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {"name": "old-and-new"},
                "addressType": "IPv4",
                "endpoints": [endpoint],
                "ports": [{"port": 8080}],
            }
        ]
    )

    replies = [
        control_plane.request("GET", f"{SLICES}/{version}/namespaces/default/endpointslices/old-and-new")
        for version in ("v1", "v1beta1")
    ]
    live = next(reply.body for reply in replies if reply.status == 200)["endpoints"][0]
    assert live["addresses"] == ["172.16.1.9"]
    assert "worker-0" in {live.get("nodeName"), live.get("topology", {}).get("kubernetes.io/hostname")}


def test_a_refused_object_is_an_error_with_the_reason_of_the_server(control_plane: ControlPlane) -> None:
    with pytest.raises(ApplyError, match=r"POST /api/v1/namespaces/nowhere/pods: 404 namespaces \"nowhere\" not found"):
        control_plane.apply(
            [
                {
                    "apiVersion": "v1",
                    "kind": "Pod",
                    "metadata": {"namespace": "nowhere", "name": "refused"},
                    "spec": {"containers": [{"name": "main", "image": "none"}]},
                }
            ]
        )


def test_a_kind_that_is_not_served_is_an_error(control_plane: ControlPlane) -> None:
    with pytest.raises(LookupError, match="does not serve v1 Unheard"):
        control_plane.apply([{"apiVersion": "v1", "kind": "Unheard", "metadata": {"name": "of"}}])


def test_a_service_account_token_speaks_for_the_account(control_plane: ControlPlane) -> None:
    token = control_plane.service_account_token("default", "speaker")

    status, body = control_plane.request("GET", "/api/v1/pods", token=token)

    assert status == 403
    assert '"system:serviceaccount:default:speaker" cannot list resource "pods"' in body["message"]


@pytest.mark.parametrize(("token", "status", "user"), [("", 403, "system:anonymous"), ("not-a-token", 401, "")])
def test_nobody_and_a_stranger_are_turned_away(control_plane: ControlPlane, token: str, status: int, user: str) -> None:
    path = f"/api/v1/nodes?fieldSelector=metadata.name=for-{status}"

    reply = control_plane.request("GET", path, token=token)

    assert reply.status == status
    assert [event.user for event in control_plane.audit_events() if event.uri == path] == [user]


@pytest.mark.parametrize("way", ["token", "exec", "certificate"])
def test_a_kubeconfig_of_each_kind_lets_the_official_client_in(
    control_plane: ControlPlane, tmp_path: Path, way: str
) -> None:
    certificate = control_plane.client_certificate("engineer", "system:masters")
    credential = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": control_plane.admin_token},
    }
    users: dict[str, dict[str, object]] = {
        "token": {"token": control_plane.admin_token},
        "exec": {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": sys.executable,
                "args": ["-c", f"print('''{json.dumps(credential)}''')"],
                "interactiveMode": "Never",
            }
        },
        "certificate": {"client-certificate": str(certificate.certificate), "client-key": str(certificate.key)},
    }
    kubeconfig = control_plane.kubeconfig(tmp_path / "kubeconfig", user=users[way])

    with kubernetes.config.new_client_from_config(str(kubeconfig)) as client:
        names = [item.metadata.name for item in kubernetes.client.CoreV1Api(client).list_namespace().items]

    assert "kube-system" in names


def test_every_answered_request_is_in_the_audit_log_at_once(control_plane: ControlPlane) -> None:
    token = control_plane.service_account_token("default", "audited")
    for number in range(50):
        control_plane.request("GET", f"/api/v1/namespaces/n{number}/pods?limit=1", token=token)

    events = control_plane.audit_events(user="system:serviceaccount:default:audited")

    assert [(event.verb, event.group, event.resource, event.namespace, event.code) for event in events] == [
        ("list", "", "pods", f"n{number}", 403) for number in range(50)
    ]
    assert events[7].uri == "/api/v1/namespaces/n7/pods?limit=1"


def test_the_audit_log_tells_reading_from_writing(control_plane: ControlPlane) -> None:
    token = control_plane.service_account_token("default", "busy")
    path = "/apis/discovery.k8s.io/v1beta1/namespaces/default/endpointslices/one"
    for method in ("GET", "PUT", "DELETE"):
        control_plane.request(method, path, token=token)
    control_plane.request("GET", "/api/v1/namespaces/default/services/one/status", token=token)
    control_plane.request("GET", "/version", token=token)

    events = control_plane.audit_events(user="system:serviceaccount:default:busy")

    assert [(event.verb, event.group, event.resource, event.name) for event in events] == [
        ("get", "discovery.k8s.io", "endpointslices", "one"),
        ("update", "discovery.k8s.io", "endpointslices", "one"),
        ("delete", "discovery.k8s.io", "endpointslices", "one"),
        ("get", "", "services/status", "one"),
        ("get", "", "", ""),
    ]


def test_only_the_definitions_of_a_file_are_applied(control_plane: ControlPlane, tmp_path: Path) -> None:
    file = tmp_path / "mixed.yaml"
    file.write_text(GATEWAY_POLICY)

    names = control_plane.apply_crds(file)

    assert names == ("lamps.harness.example.org",)
    control_plane.apply([{"apiVersion": "harness.example.org/v1", "kind": "Lamp", "metadata": {"name": "table"}}])
    lamps = control_plane.request("GET", "/apis/harness.example.org/v1/lamps").body["items"]
    assert [lamp["metadata"]["name"] for lamp in lamps] == ["table"]


def test_every_definition_beside_the_checkout_is_served(control_plane: ControlPlane, crds: Path) -> None:
    names = control_plane.apply_crds(crds)

    live = control_plane.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions").body["items"]
    established = {
        crd["metadata"]["name"]
        for crd in live
        for condition in crd["status"]["conditions"]
        if (condition["type"], condition["status"]) == ("Established", "True")
    }
    assert len(set(names)) > 60
    assert set(names) <= established
