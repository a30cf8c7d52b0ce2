"""PolicyReports as the definition of the kind accepts them."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from chaudit import Outcome, Subject
from chaudit_reports.policy_report import render
from cluster.assets import AssetsMissingError, crd_folder
from reports.sample import clean_report, error_report, finding, full_report
from tiers import require

REPORTS = {"full": full_report, "clean": clean_report}
DEFINITIONS = {"PolicyReport": "policyreports", "ClusterPolicyReport": "clusterpolicyreports"}


def manifests(text: str) -> list[dict[str, Any]]:
    return list(yaml.load_all(text, yaml.CSafeLoader))


def schema(kind: str) -> dict[str, Any]:
    try:
        path = crd_folder() / "wgpolicyk8s" / "v1alpha2" / f"wgpolicyk8s.io_{DEFINITIONS[kind]}.yaml"
    except AssetsMissingError as error:
        require("fixtures", str(error))
    crd = yaml.safe_load(path.read_text())
    version = next(one for one in crd["spec"]["versions"] if one["name"] == "v1alpha2")
    found: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return found


@pytest.mark.parametrize("name", REPORTS)
def test_every_manifest_fits_the_definition_of_its_kind(name: str) -> None:
    for manifest in manifests(render(REPORTS[name]())):
        Draft202012Validator(schema(manifest["kind"])).validate(manifest)


def test_there_is_one_report_for_each_namespace_and_one_for_the_rest() -> None:
    found = [(one["kind"], one["metadata"].get("namespace")) for one in manifests(render(full_report()))]

    assert found == [
        ("ClusterPolicyReport", None),
        *(("PolicyReport", namespace) for namespace in ("apps", "default", "kube-system", "monitoring")),
    ]


def test_every_finding_is_in_it_and_counted_by_what_it_is() -> None:
    reports = manifests(render(full_report()))
    results = [result for report in reports for result in report["results"]]

    assert len(results) == len(full_report().findings)
    assert sum(report["summary"]["error"] for report in reports) == 32
    assert {result["result"] for result in results if result["properties"]["outcome"] == "unknown"} == {"error"}
    assert {result["result"] for result in results if result["properties"]["outcome"] == "waived"} == {"skip"}


def test_many_findings_come_in_parts_that_etcd_takes() -> None:
    many = tuple(
        finding("NPT-004", Outcome.UNKNOWN, Subject("Service", "apps", f"s{one}"), because=["x" * 500])
        for one in range(2_500)
    )

    reports = manifests(render(replace(full_report(), findings=many)))

    assert [len(report["results"]) for report in reports] == [1000, 1000, 500]
    assert [report["metadata"]["name"] for report in reports] == ["chaudit-0", "chaudit-1", "chaudit-2"]


def test_a_cluster_that_was_not_looked_at_has_no_report() -> None:
    assert manifests(render(error_report())) == []
