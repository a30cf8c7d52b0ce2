"""Which policies there are for a pod, and what it means that some of them were not read."""

import pytest

from auditor.network.policy.clusters import packet
from auditor.network.policy.shop import DB, EVERYBODY, ISOLATED, NAME, calico, judged, policies
from chaudit import CannotTellError
from chaudit.evidence.reading import State


@pytest.mark.parametrize("source", ["network-policies", "calico-network-policies", "global-network-policies"])
def test_policies_that_were_not_read_leave_every_pod_undecided(source: str) -> None:
    found = policies(unread={source: State.DENIED})

    assert found.restrict(NAME)
    with pytest.raises(CannotTellError, match=f"{source}: denied"):
        found.passage(NAME, packet(DB))


def test_a_cluster_without_calico_is_judged_by_the_policies_of_kubernetes() -> None:
    absent = dict.fromkeys(
        ("calico-network-policies", "global-network-policies", "tiers", "host-endpoints", "network-sets"), State.ABSENT
    )

    assert judged(ISOLATED, unread=absent) == ([], EVERYBODY)


def test_tiers_matter_only_to_policies_outside_of_the_default_one() -> None:
    denied = {"tiers": State.DENIED}

    assert judged(ISOLATED, calico("p", "{ingress: [{action: Deny}]}"), unread=denied) == ([], EVERYBODY)
    assert judged(calico("p", "{tier: '', ingress: [{action: Deny}]}"), unread=denied) == ([], EVERYBODY)
    with pytest.raises(CannotTellError, match="tiers: denied"):
        judged(calico("p", "{tier: first, ingress: [{action: Deny}]}"), unread=denied)


def test_a_malformed_policy_leaves_the_pods_of_its_namespace_undecided() -> None:
    broken = ISOLATED.replace("podSelector: {}", "podSelector: {matchExpressions: [{key: a, operator: Like}]}")

    with pytest.raises(CannotTellError, match="NetworkPolicy shop/isolated is malformed"):
        judged(broken)
    assert not policies(broken).restrict(("ops", "probe"))


def test_a_malformed_global_policy_leaves_every_pod_undecided() -> None:
    found = policies(calico("p", "{ingress: 7}"))

    assert found.restrict(NAME)
    assert found.restrict(("ops", "probe"))
