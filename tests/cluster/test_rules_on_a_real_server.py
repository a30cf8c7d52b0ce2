"""Every rule judges the objects of its cases, kept by a real API server and read back from it, as its cases say.

Definitions of custom kinds are those of upstream, which refuse and prune. What a case denies is denied by RBAC, what
fails does so because etcd holds garbage, and what is absent is not served. `cases_apart.yaml` lists the cases that a
server would have otherwise, and why.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
import yaml

from chaudit import Outcome
from chaudit.host import installed
from chaudit.testing.cases import Case, judged
from cluster.assets import find_assets
from cluster.case_cluster import CaseCluster, case_files
from cluster.manifests import ApplyError

pytestmark = pytest.mark.timeout(600)  # the first test waits for a control plane that learns many kinds

RULES = {rule.id: rule for rule in installed().rules}
FILES = case_files()
CASES = [
    pytest.param(rule_id, case, id=f"{rule_id}: {case.name}")
    # Definitions come and go as seldom as can be.
    for rule_id, case in sorted(
        ((rule_id, case) for rule_id, cases in FILES.items() for case in cases), key=lambda pair: sorted(pair[1].absent)
    )
]

WITHOUT_SCHEMA = {
    *("adminnetworkpolicies.policy.networking.k8s.io", "baselineadminnetworkpolicies.policy.networking.k8s.io"),
    *("ciliumbgpadvertisements.cilium.io", "ciliumbgpclusterconfigs.cilium.io", "ciliumbgpnodeconfigs.cilium.io"),
    *("ciliumbgppeerconfigs.cilium.io", "ciliumbgppeeringpolicies.cilium.io", "ciliumnodes.cilium.io"),
    *("ciliuml2announcementpolicies.cilium.io", "ciliumloadbalancerippools.cilium.io"),
}
"""Kinds whose definitions are not among those beside the checkout, so that a server lets any field through."""


SEEN_ELSEWHERE = {"X-007": {Outcome.FAILED}}
"""It fails where a server keeps what is malformed; test_optional_apis.py has an object that no schema prevents."""


class Apart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cases that cannot be as they are on the server, for one reason, with part of what happens to each.

    ``minor`` is the only version of the server that the reason is true of, where there is just one.
    """

    why: str
    cases: Mapping[str, Mapping[str, str]]
    minor: int | None = None


APART = msgspec.convert(yaml.safe_load(Path(__file__).with_name("cases_apart.yaml").read_text()), list[Apart])
HAPPENS = {
    (rule_id, name): (happens, apart.minor)
    for apart in APART
    for rule_id, cases in apart.cases.items()
    for name, happens in cases.items()
}


def _pairs() -> Iterator[tuple[str, Case]]:
    return ((rule_id, case) for rule_id, cases in FILES.items() for case in cases)


def _what_happens(case_cluster: CaseCluster, rule_id: str, case: Case) -> str:
    """Return what is not as the case says, or nothing."""
    if built_in := case_cluster.definitions.built_in(case.absent):
        return f"served: {', '.join(built_in)}"
    case_cluster.definitions.serve_all_but(case.absent)
    try:
        with case_cluster.holding(case.objects) as changed:
            found = judged(case, RULES[rule_id], case_cluster.read(case, RULES[rule_id]))
    except (ApplyError, LookupError) as refusal:
        return f"refused: {refusal}"
    if changed:
        return f"changed: {', '.join(changed)}"
    return "" if found == case.findings else f"found: {found}"


@pytest.mark.parametrize(("rule_id", "case"), CASES)
def test_a_rule_finds_in_what_a_real_server_keeps_what_its_case_says(
    case_cluster: CaseCluster, rule_id: str, case: Case
) -> None:
    happens = _what_happens(case_cluster, rule_id, case)

    expected, minor = HAPPENS.get((rule_id, case.name), ("", None))
    if expected and minor in {None, find_assets().minor}:
        assert expected in happens
    else:
        assert happens == ""


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_has_been_seen_on_a_real_server_to_fail_to_pass_and_to_be_unknown(rule_id: str) -> None:
    seen = {
        finding.outcome for case in FILES[rule_id] if (rule_id, case.name) not in HAPPENS for finding in case.findings
    }

    assert {Outcome.FAILED, Outcome.PASSED, Outcome.UNKNOWN} - SEEN_ELSEWHERE.get(rule_id, set()) <= seen


def test_each_case_that_is_apart_exists_and_is_so_for_one_reason() -> None:
    named = [(rule_id, name) for apart in APART for rule_id, cases in apart.cases.items() for name in cases]

    assert sorted(named) == sorted(HAPPENS)
    assert set(named) <= {(rule_id, case.name) for rule_id, case in _pairs()}


def test_all_other_kinds_have_the_definitions_of_upstream(case_cluster: CaseCluster) -> None:
    assert set(case_cluster.definitions.without_schema) == WITHOUT_SCHEMA
