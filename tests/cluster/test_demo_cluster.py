"""Every rule judges the bundled cluster in a real API server as it judges it in the embedded one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chaudit import Outcome, Report, State
from chaudit.host import installed
from chaudit.testing.api_server.objects import read_objects
from cluster.assets import AssetsMissingError, find_assets
from cluster.control_plane import ControlPlane
from cluster.test_scan import DEMO, chaudit, scan, without_uid
from tiers import require

NEWER_LOAD_BALANCERS = "--feature-gates=MixedProtocolLBService=true,ServiceLBNodePortControl=true"
"""Service voice/sip-edge has UDP and TCP on one load balancer, and no node ports."""

EMBEDDED, REAL = "embedded", "real"
DIFFERENCES = {
    # A server dates what it is given: the service without address is seconds old, not months...
    ("HA-005", "Service staging/preview"): {EMBEDDED: Outcome.FAILED, REAL: Outcome.NOT_APPLICABLE},
    # ... and kube-proxy, whose start its kubelet dates, is older than its configuration.
    **{
        ("NET-008", f"Node {name}"): {EMBEDDED: Outcome.PASSED, REAL: Outcome.FAILED}
        for name in ("controller-0", "controller-1", "compute-0", "compute-1", "compute-2")
    },
    # A real server binds roles to its own controllers, which may do what these rules look for.
    **{
        (rule, f"ServiceAccount kube-system/{name}"): {REAL: Outcome.PASSED}
        for rule, name in (
            ("X-003", "generic-garbage-collector"),
            ("X-003", "namespace-controller"),
            ("X-003", "service-controller"),
            ("X-004", "generic-garbage-collector"),
            ("X-004", "namespace-controller"),
        )
    },
}
"""Every other outcome is the same, whether it is of a real server or not."""


@dataclass(frozen=True)
class Scanned:
    """A report as it was written, and what it says."""

    text: str
    report: Report

    @classmethod
    def of(cls, path: Path) -> "Scanned":
        return cls(path.read_text(), msgspec.json.decode(path.read_bytes(), type=Report))

    def outcomes(self) -> dict[tuple[str, str], Outcome]:
        return {(finding.rule, str(finding.subject)): finding.outcome for finding in self.report.findings}


def _upstream(crds: Path, names: Iterable[str]) -> Iterator[Path]:
    """Find the real definitions, which have schemas: the bundled ones let everything through."""
    yield crds / "network-attachment-definition" / "networks-crd.yaml"
    files = {"{2}_{0}.yaml".format(*name.partition(".")) for name in names}
    for folder in (crds / "calico" / "v3.31.7", crds / "starlingx-deployment-manager"):
        yield from (path for path in sorted(folder.rglob("*.yaml")) if path.name in files)


def _for_old_servers(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what Kubernetes 1.20 refuses: the default externalTrafficPolicy of a service with external IPs only."""
    spec = obj.get("spec") or {}
    if obj["kind"] == "Service" and spec.get("type") == "ClusterIP":
        return {**obj, "spec": {key: value for key, value in spec.items() if key != "externalTrafficPolicy"}}
    return dict(obj)


@pytest.fixture(scope="module")
def demo() -> list[dict[str, Any]]:
    return [without_uid(obj) for obj in read_objects((DEMO / "cluster").glob("*.yaml"))]


@pytest.fixture(scope="module")
def cluster(crds: Path, demo: list[dict[str, Any]]) -> Iterator[ControlPlane]:
    """A control plane of its own, for findings must not be of objects of other tests; with upstream definitions."""
    try:
        assets = find_assets()
    except AssetsMissingError as reason:
        require("cluster", str(reason))
    # Servers before 1.26 must be told to serve such a service; later ones do, and know the gates no more.
    with ControlPlane(assets, options=(NEWER_LOAD_BALANCERS,) if assets.minor < 26 else ()) as plane:
        names = {obj["metadata"]["name"] for obj in demo if obj["kind"] == "CustomResourceDefinition"}
        assert set(plane.apply_crds(*_upstream(crds, names))) == names
        objects = [_for_old_servers(obj) for obj in demo if obj["kind"] != "CustomResourceDefinition"]
        # The server makes its own service as soon as it starts.
        objects = [obj for obj in objects if (obj["kind"], obj["metadata"]["name"]) != ("Service", "kubernetes")]
        plane.apply(sorted(objects, key=lambda obj: str(obj["kind"]) != "Namespace"))
        yield plane


@pytest.fixture(scope="module")
def real(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    kubeconfig = cluster.kubeconfig(tmp_path_factory.mktemp("real") / "kubeconfig")
    done = scan(kubeconfig)
    assert done.exit_code == 1, done.output
    return Scanned.of(kubeconfig.with_suffix(".json"))


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    folder = tmp_path_factory.mktemp("embedded") / "report"
    done = chaudit("demo", "--output", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return Scanned.of(folder / "report.json")


def test_a_real_server_gives_the_findings_of_the_embedded_one(real: Scanned, embedded: Scanned) -> None:
    found = {EMBEDDED: embedded.outcomes(), REAL: real.outcomes()}
    subjects = found[EMBEDDED].keys() | found[REAL].keys()

    sides = {at: {side: outcomes[at] for side, outcomes in found.items() if at in outcomes} for at in subjects}
    different = {at: outcomes for at, outcomes in sides.items() if outcomes.get(EMBEDDED) != outcomes.get(REAL)}

    assert different == DIFFERENCES


def test_every_rule_has_judged_the_real_cluster_and_none_crashed(real: Scanned) -> None:
    rules = {rule.id for rule in installed().rules}

    assert {finding.rule for finding in real.report.findings} == rules
    assert "crashed" not in real.text
    assert "could not be computed" not in real.text


def test_a_real_server_hands_out_all_that_the_rules_ask_for(real: Scanned, embedded: Scanned) -> None:
    states = {found.source: found.state for found in real.report.evidence}

    assert set(states.values()) == {State.LOADED, State.ABSENT}
    assert states == {found.source: found.state for found in embedded.report.evidence}
    assert [found.rejected for found in real.report.evidence if found.rejected] == []
