"""Workloads by name, and the budgets that are about their pods."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.network.views.evidence import Evidence
from chaudit import CannotTellError, Subject
from chaudit_network.kinds.core import Pod, PodMeta
from chaudit_network.views.workloads import workloads

WEB = Pod(metadata=PodMeta(name="web-0", namespace="edge", labels={"app": "web"}))
SELECTOR = {"matchLabels": {"app": "web"}}


def workload(kind: str, name: str, **spec: object) -> Mapping[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "edge"},
        "spec": {"selector": SELECTOR, **spec},
    }


def budget(name: str, selector: object, *, version: str = "v1", namespace: str = "edge") -> Mapping[str, Any]:
    return {
        "apiVersion": f"policy/{version}",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"minAvailable": 1, "selector": selector},
    }


def test_a_workload_is_found_by_kind_and_name() -> None:
    known = Evidence([workload("Deployment", "web", replicas=3), workload("DaemonSet", "web")]).resolve(workloads)

    found = known.named(Subject("Deployment", "edge", "web"))

    assert found
    assert (str(found.subject), found.spec.replicas) == ("Deployment edge/web", 3)
    assert known.named(Subject("StatefulSet", "edge", "web")) is None
    assert known.named(Subject("Rollout", "edge", "web")) is None


def test_only_a_list_that_is_asked_for_can_be_missed() -> None:
    known = Evidence([workload("DaemonSet", "web")], denied=["deployments"]).resolve(workloads)

    assert known.named(Subject("DaemonSet", "edge", "web"))
    with pytest.raises(CannotTellError, match="deployments: denied"):
        known.named(Subject("Deployment", "edge", "web"))


def test_a_malformed_workload_is_not_taken_for_none() -> None:
    known = Evidence([workload("Deployment", "web", replicas="many")]).resolve(workloads)

    with pytest.raises(CannotTellError, match="Deployment edge/web is malformed"):
        known.named(Subject("Deployment", "edge", "web"))


@pytest.mark.parametrize(
    ("found", "names"),
    [
        pytest.param(budget("web", SELECTOR), ["web"], id="its labels"),
        pytest.param(budget("db", {"matchLabels": {"app": "db"}}), [], id="other labels"),
        pytest.param(budget("web", SELECTOR, namespace="apps"), [], id="another namespace"),
        pytest.param(budget("none", None), [], id="no selector selects nothing"),
        pytest.param(budget("all", {}), ["all"], id="an empty selector selects all"),
        pytest.param(budget("all", {}, version="v1beta1"), [], id="in v1beta1 it selected nothing"),
        pytest.param(budget("web", SELECTOR, version="v1beta1"), ["web"], id="v1beta1"),
    ],
)
def test_a_budget_is_about_the_pods_that_it_selects(found: Mapping[str, Any], names: list[str]) -> None:
    known = Evidence([found]).resolve(workloads)

    assert [one.name for one in known.budgets_for(WEB)] == names


def test_budgets_that_were_not_read_are_not_taken_for_none() -> None:
    known = Evidence(denied=["pod-disruption-budgets"]).resolve(workloads)

    with pytest.raises(CannotTellError, match="pod-disruption-budgets: denied"):
        known.budgets_for(WEB)
