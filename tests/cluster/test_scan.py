"""A scan of a real API server with an account that may do what `chaudit rbac` prints, and nothing else."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from chaudit.testing.api_server.objects import read_objects
from cluster.accounts import bound_accounts
from cluster.control_plane import ControlPlane
from cluster.manifests import ApplyError

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "plugins" / "chaudit_demo"
KINDS = {
    *("Namespace", "Node", "Pod", "Service", "EndpointSlice", "ConfigMap", "Ingress", "IngressClass"),
    *("BGPConfiguration", "BGPPeer", "FelixConfiguration", "GlobalNetworkPolicy", "HostEndpoint", "IPPool"),
    *("AddressPool", "Host", "PlatformNetwork"),
}
"""What rules look at; the bundled cluster has more."""
OLD_SERVERS_REFUSE = {
    "sip-edge",  # two protocols on one LoadBalancer
    "license-server",  # externalTrafficPolicy on a ClusterIP service with external IPs
}
"""Services of the bundled cluster that Kubernetes 1.20 does not take; `kubernetes` is always the server's own."""
OK, UNAUTHORIZED, FORBIDDEN = 200, 401, 403
INGRESSES = "/apis/networking.k8s.io/v1/ingresses"
SLICES = "/apis/discovery.k8s.io/v1beta1/endpointslices"  # also where v1 is served: rights know no versions
GATEWAY_API = "gateway-api/v1.6.1-standard"
ACCOUNT = "system:serviceaccount:chaudit:chaudit"


@dataclass(frozen=True)
class Done:
    """What a run of the command left behind."""

    exit_code: int
    output: str
    report: Mapping[str, Any]

    def outcomes(self, rule: str) -> dict[str, str]:
        return {
            finding["subject"].get("name", ""): finding["outcome"]
            for finding in self.report["findings"]
            if finding["rule"] == rule
        }

    def state(self, source: str) -> str:
        return next(str(reading["state"]) for reading in self.report["evidence"] if reading["source"] == source)


def chaudit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chaudit", *arguments], capture_output=True, text=True, timeout=100, check=False
    )


def scan(kubeconfig: Path, *arguments: str) -> Done:
    path = kubeconfig.with_suffix(".json")
    path.unlink(missing_ok=True)
    intent = DEMO / "chaudit.yaml"
    done = chaudit(
        "scan", "--kubeconfig", str(kubeconfig), "--intent", str(intent), "--report", f"json={path}", *arguments
    )
    report = json.loads(path.read_text()) if path.exists() else {}
    return Done(done.returncode, done.stdout + done.stderr, report)


def role() -> dict[str, Any]:
    printed: dict[str, Any] = yaml.safe_load(chaudit("rbac").stdout)
    return printed


def without_uid(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Leave it to the server which object this is."""
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "uid"}}


@pytest.fixture(scope="module")
def demo(control_plane: ControlPlane, crds: Path) -> ControlPlane:
    """The bundled cluster, in a real API server with the real definitions of Calico and StarlingX."""
    gateways = [
        crds / GATEWAY_API / f"gateway.networking.k8s.io_{plural}.yaml" for plural in ("gateways", "gatewayclasses")
    ]
    control_plane.apply_crds(crds / "calico" / "v3.31.7", crds / "starlingx-deployment-manager", *gateways)
    objects = [without_uid(obj) for obj in read_objects((DEMO / "cluster").glob("*.yaml"))]
    kinds = [obj for obj in objects if obj["kind"] in KINDS]
    for obj in sorted(kinds, key=lambda obj: str(obj["kind"]) != "Namespace"):
        try:
            control_plane.apply([obj])
        except ApplyError:
            if obj["metadata"]["name"] not in OLD_SERVERS_REFUSE | {"kubernetes"}:
                raise
    return control_plane


@pytest.fixture
def account(demo: ControlPlane, tmp_path: Path) -> Path:
    """A kubeconfig of a ServiceAccount that is bound to exactly the printed role."""
    (token,) = bound_accounts(demo, [role()])
    return demo.kubeconfig(tmp_path / "kubeconfig", token=token)


def _wait_for_rights(demo: ControlPlane, token: str, path: str, status: int) -> None:
    """The authorizer learns of roles and bindings a moment after they are applied."""
    for _ in range(100):
        if demo.request("GET", f"{path}?limit=1", token=token).status == status:
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} was not answered with {status} within 10 s")


def _take_away(demo: ControlPlane, kubeconfig: Path, resource: str, path: str) -> None:
    demo.apply([without(role(), resource)])
    token = yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"]
    _wait_for_rights(demo, token, path, FORBIDDEN)


def test_with_the_printed_role_the_scan_is_complete(account: Path) -> None:
    done = scan(account)

    assert done.exit_code == 1
    assert {reading["state"] for reading in done.report["evidence"]} == {"loaded", "absent"}
    assert not any(reading["rejected"] for reading in done.report["evidence"])
    assert not any(value == "unknown" for value in done.outcomes("X-007").values())
    assert done.report["cluster"]["uid"]


def test_the_findings_are_those_of_the_demo(account: Path) -> None:
    done = scan(account)

    assert done.outcomes("NET-001")["controller-0"] == "passed"
    assert "failed" in done.outcomes("HA-003").values()
    assert done.outcomes("BGP-004")


def test_a_scan_uses_nothing_but_get_and_list(account: Path, demo: ControlPlane) -> None:
    before = len(demo.audit_events(user=ACCOUNT))

    scan(account)

    events = demo.audit_events(user=ACCOUNT)[before:]
    assert events
    assert {event.verb for event in events} <= {"get", "list"}
    assert not any(event.resource == "secrets" for event in events)
    assert not any(event.code == 403 for event in events)


def without(cluster_role: Mapping[str, Any], resource: str) -> dict[str, Any]:
    rules = [
        {**rule, "resources": [name for name in rule["resources"] if name != resource]}
        for rule in cluster_role["rules"]
    ]
    return {**cluster_role, "rules": [rule for rule in rules if rule["resources"]]}


def test_one_right_taken_away_makes_its_rules_unknown_and_leaves_the_others(account: Path, demo: ControlPlane) -> None:
    before = scan(account)
    _take_away(demo, account, "endpointslices", SLICES)

    done = scan(account, "--rule", "HA-003", "--rule", "BGP-001")

    assert done.state("endpoint-slices") == "denied"
    assert done.exit_code == 3, done.output
    assert set(done.outcomes("HA-003").values()) == {"unknown"}
    assert done.outcomes("BGP-001") == before.outcomes("BGP-001")
    assert set(done.outcomes("BGP-001").values()) == {"passed"}
    assert "grant list on endpointslices" in done.output


def test_before_a_scan_it_is_known_what_a_right_taken_away_costs_and_nothing_is_created_to_learn_it(
    account: Path, demo: ControlPlane
) -> None:
    arguments = ("preflight", "--kubeconfig", str(account), "--rule", "HA-003", "--rule", "BGP-001")
    ready = chaudit(*arguments)
    _take_away(demo, account, "endpointslices", SLICES)
    before = len(demo.audit_events(user=ACCOUNT))

    done = chaudit(*arguments, "--json")

    assert (ready.returncode, "Ready: all" in ready.stdout) == (0, True), ready.stdout
    told = json.loads(done.stdout)
    assert done.returncode == told["exit_code"] == 3
    assert [right["source"] for right in told["rights"] if right["state"] == "denied"] == ["endpoint-slices"]
    assert (told["likely_unknown"], told["possibly_unknown"]) == (["HA-003"], [])
    assert {event.verb for event in demo.audit_events(user=ACCOUNT)[before:]} == {"get", "list"}
    _grant_also(demo, account, told["grant"])
    assert chaudit(*arguments).returncode == 0


def _grant_also(demo: ControlPlane, kubeconfig: Path, cluster_role: Mapping[str, Any]) -> None:
    """Grant a role beside the one that the account has, as whoever reads of it would."""
    granted = [*without(role(), "endpointslices")["rules"], *cluster_role["rules"]]
    demo.apply([{**role(), "rules": granted}])
    token = yaml.safe_load(kubeconfig.read_text())["users"][0]["user"]["token"]
    _wait_for_rights(demo, token, SLICES, OK)


def test_denied_absent_and_empty_are_three_different_things(account: Path, demo: ControlPlane) -> None:
    _take_away(demo, account, "ingresses", INGRESSES)

    done = scan(account)

    assert done.state("ingresses") == "denied"
    assert done.state("cilium-nodes") == "absent"
    assert done.state("gateways") == "loaded"
    assert "Gateway" not in {finding["subject"]["kind"] for finding in done.report["findings"]}


def test_pages_of_three_give_the_same_findings(account: Path) -> None:
    assert scan(account, "--page-size", "3").report["findings"] == scan(account).report["findings"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ca", "certificate verify failed"),
        ("token", "refused the credentials"),
        ("expired token", "refused the credentials"),
        ("port", "cannot be reached"),
    ],
)
def test_what_cannot_be_reached_is_one_clear_line_and_exit_4(
    demo: ControlPlane, tmp_path: Path, broken: str, said: str
) -> None:
    other_ca = demo.client_certificate("stranger").certificate
    (token,) = bound_accounts(demo, [role()])
    tokens = {"token": "no token at all", "expired token": demo.token_that_expired(token, seconds_ago=60)}
    kubeconfig = demo.kubeconfig(
        tmp_path / "kubeconfig",
        token=tokens.get(broken),
        ca=other_ca if broken == "ca" else None,
        server="https://127.0.0.1:9" if broken == "port" else None,
    )

    done = scan(kubeconfig, "--quiet")

    assert done.exit_code == 4
    assert said in done.output
    assert done.output.count("\n") == 1
    assert said in done.report["error"]


def test_a_token_is_good_until_it_expires(demo: ControlPlane) -> None:
    (token,) = bound_accounts(demo, [role()])

    status = {
        seconds: demo.request("GET", "/api/v1/nodes", token=demo.token_that_expired(token, seconds_ago=seconds)).status
        for seconds in (-60, 60)
    }

    assert status == {-60: OK, 60: UNAUTHORIZED}


def test_a_snapshot_is_judged_like_the_cluster_it_was_taken_of(account: Path, tmp_path: Path) -> None:
    snapshot, path = tmp_path / "snapshot.json.gz", tmp_path / "replayed.json"
    collected = chaudit("collect", "--kubeconfig", str(account), "-o", str(snapshot))
    assert collected.returncode == 0, collected.stderr
    intent = str(DEMO / "chaudit.yaml")

    live = scan(account)
    replayed = chaudit("scan", "--snapshot", str(snapshot), "--intent", intent, "--report", f"json={path}")

    assert replayed.returncode == live.exit_code
    assert but_for_times(json.loads(path.read_text())) == but_for_times(live.report)


def but_for_times(report: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out when the evidence was read, and how long that took."""
    evidence = [{key: value for key, value in one.items() if key != "read_at"} for one in report["evidence"]]
    scan = {key: value for key, value in report["scan"].items() if key not in {"started", "finished"}}
    return {**report, "evidence": evidence, "scan": scan}


def _in_served_version(server: ControlPlane, document: dict[str, Any]) -> dict[str, Any]:
    """Return a CronJob as `batch/v1beta1` where the server is older than `batch/v1` CronJobs (1.21)."""
    served = [resource["kind"] for resource in server.request("GET", "/apis/batch/v1").body["resources"]]
    if document["kind"] == "CronJob" and "CronJob" not in served:
        return {**document, "apiVersion": "batch/v1beta1"}
    return document


def documents(text: str) -> Sequence[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(text) if document]


def test_the_scheduled_audit_can_be_applied_and_its_account_scans_completely(
    demo: ControlPlane, tmp_path: Path
) -> None:
    manifest = documents((ROOT / "deploy" / "cronjob.yaml").read_text())
    demo.apply(_in_served_version(demo, document) for document in manifest)

    token = demo.service_account_token("chaudit", "chaudit")
    for path in ("/api/v1/nodes", SLICES, INGRESSES):
        _wait_for_rights(demo, token, path, OK)
    done = scan(demo.kubeconfig(tmp_path / "kubeconfig", token=token))

    assert {document["kind"] for document in manifest} >= {"CronJob", "ServiceAccount", "ClusterRole", "ConfigMap"}
    assert {reading["state"] for reading in done.report["evidence"]} == {"loaded", "absent"}
