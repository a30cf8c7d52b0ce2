"""From selectors to addresses: who is found by which labels, and when that cannot be told."""

from collections.abc import Mapping

import pytest

from auditor.network.policy.clusters import Object, addresses, facts, labelled, namespace, pod
from chaudit import CannotTellError
from chaudit.evidence.reading import State
from chaudit_network.policy.address_index import IndexedIntervals
from chaudit_network.policy.resolution import resolution

WEB, WEB6, DB, PROBE = "10.0.0.1", "fd00::1", "10.0.0.2", "10.0.0.3"
NODE, TRUSTED, BRANCH, TENANT = "192.168.206.2", "203.0.113.1", "203.0.113.2", "198.51.100.1"
EVERYBODY = [WEB, DB, PROBE, NODE, TRUSTED, BRANCH, TENANT]


def calico(kind: str, name: str, spec: Object, within: str = "", **labels: str) -> Object:
    metadata = {"name": name, "labels": labels, **({"namespace": within} if within else {})}
    return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}


CLUSTER = [
    namespace("shop", team="a"),
    namespace("ops", team="b"),
    pod("web", WEB, WEB6, namespace="shop", app="web"),
    pod("db", DB, namespace="shop", app="db"),
    pod("probe", PROBE, namespace="ops", app="web"),
    calico("HostEndpoint", "n1-oam", {"node": "n1", "expectedIPs": [NODE]}, iftype="oam"),
    calico("GlobalNetworkSet", "trusted", {"nets": [TRUSTED, "2001:db8::/64"]}, trust="yes"),
    calico("NetworkSet", "branch", {"nets": [f"{BRANCH}/32"]}, within="shop", trust="yes"),
    calico("NetworkSet", "tenant", {"nets": [TENANT]}, within="ops", app="web"),
]


def found(
    selector: str,
    namespaces: str = "",
    objects: list[Object] | None = None,
    unread: Mapping[str, State] | None = None,
) -> list[str]:
    resolve = facts(CLUSTER if objects is None else objects, unread).get(resolution).resolver()
    return addresses(resolve(selector, namespaces, 4), EVERYBODY)


def cannot_tell(
    selector: str,
    namespaces: str = "",
    objects: list[Object] | None = None,
    unread: Mapping[str, State] | None = None,
) -> str:
    with pytest.raises(CannotTellError) as gap:
        found(selector, namespaces, objects, unread)
    return str(gap.value)


def altered(name: str, **fields: Object) -> list[Object]:
    """Return the cluster with parts of one object's spec or status replaced."""
    return [
        {**one, **{part: {**one[part], **new} for part, new in fields.items()}}
        if one["metadata"]["name"] == name
        else one
        for one in CLUSTER
    ]


@pytest.mark.parametrize(
    ("selector", "namespaces", "expected"),
    [
        ("app == 'web'", "", [WEB, PROBE, TENANT]),
        ("trust == 'yes'", "", [TRUSTED, BRANCH]),
        ("iftype == 'oam'", "", [NODE]),
        ("all()", "", EVERYBODY),
        ("projectcalico.org/orchestrator == 'k8s'", "", [WEB, DB, PROBE]),
        ("projectcalico.org/namespace == 'shop'", "", [WEB, DB, BRANCH]),
        ("projectcalico.org/serviceaccount == 'default'", "", [WEB, DB, PROBE]),
        ("app != 'web'", "", [DB, NODE, TRUSTED, BRANCH]),
        ("", "team == 'a'", [WEB, DB, BRANCH]),
        ("app == 'web'", "team in {'a', 'b'}", [WEB, PROBE, TENANT]),
        ("", "projectcalico.org/name == 'ops'", [PROBE, TENANT]),
        ("", "projectcalico.org/name != 'ops'", [WEB, DB, NODE, TRUSTED, BRANCH]),
        ("", "kubernetes.io/metadata.name == 'ops'", [PROBE, TENANT]),
        ("", "all()", [WEB, DB, PROBE, BRANCH, TENANT]),
        ("", "global()", [NODE, TRUSTED]),
        ("trust == 'yes'", "global()", [TRUSTED]),
        ("trust == 'yes'", "all() || global()", [TRUSTED, BRANCH]),
        ("", "!all()", [NODE, TRUSTED]),
        ("", "team == 'c'", []),
    ],
)
def test_what_has_labels_is_found_by_its_own_and_by_those_of_its_namespace(
    selector: str, namespaces: str, expected: list[str]
) -> None:
    assert found(selector, namespaces) == expected


def test_what_has_no_namespace_lacks_its_labels_and_so_differs_from_all_of_them() -> None:
    """As in Calico, where a negative namespace selector finds host endpoints too."""
    assert found("", "team != 'a'") == [PROBE, NODE, TRUSTED, TENANT]


def test_addresses_are_of_one_family() -> None:
    resolve = facts(CLUSTER).get(resolution).resolver()

    assert addresses(resolve("app == 'web'", "", 6), [WEB6, "fd00::2"]) == [WEB6]
    assert addresses(resolve("trust == 'yes'", "", 6), ["2001:db8::77", "2001:db9::"]) == ["2001:db8::77"]


def test_the_first_address_counts_where_it_is_the_only_field() -> None:
    assert found("app == 'db'", objects=altered("db", status={"podIPs": [], "podIP": DB})) == [DB]


@pytest.mark.parametrize(
    "fields",
    [
        {"spec": {"hostNetwork": True}},
        {"status": {"phase": "Succeeded"}},
        {"status": {"phase": "Failed"}},
        {"status": {"podIPs": []}},
    ],
)
def test_pods_on_the_host_network_finished_ones_and_those_without_address_are_not_found(fields: Object) -> None:
    assert found("app == 'db'", objects=altered("db", **fields)) == []


def test_a_pod_cannot_feign_another_namespace_or_service_account() -> None:
    feigned = {
        "pcns.team": "a",
        "projectcalico.org/namespace": "shop",
        "projectcalico.org/serviceaccount": "root",
        "pcsa.projectcalico.org/name": "root",
    }
    objects = [*CLUSTER, labelled(pod("feigned", TENANT, namespace="ops"), feigned)]

    assert TENANT not in found("", "team == 'a'", objects=objects)
    assert TENANT not in found("projectcalico.org/namespace == 'shop'", objects=objects)
    assert found("projectcalico.org/serviceaccount == 'root'", objects=objects) == []
    assert found("pcsa.projectcalico.org/name == 'root'", objects=objects) == []


def test_a_pod_without_service_account_cannot_feign_its_labels_either() -> None:
    feigned = labelled(pod("feigned", TENANT), {"pcsa.role": "root"})
    objects = [namespace("default"), {**feigned, "spec": {"serviceAccountName": ""}}]

    assert found("pcsa.role == 'root'", objects=objects) == []
    assert found("has(projectcalico.org/serviceaccount)", objects=objects) == []
    assert found("projectcalico.org/orchestrator == 'k8s'", objects=objects) == [TENANT]


def test_pods_with_equal_labels_are_told_apart_by_their_service_accounts() -> None:
    twin = pod("twin", PROBE, namespace="shop", app="db")
    objects = [*CLUSTER[:4], {**twin, "spec": {"serviceAccountName": "twin"}}]

    assert found("projectcalico.org/serviceaccount == 'default'", objects=objects) == [WEB, DB]
    assert found("projectcalico.org/serviceaccount == 'twin'", objects=objects) == [PROBE]


def test_namespaces_matter_only_where_their_labels_are_asked_for() -> None:
    denied = {"namespaces": State.DENIED}

    assert found("app == 'db'", "projectcalico.org/name == 'shop'", unread=denied) == [DB]
    assert found("app == 'db'", "all()", unread=denied) == [DB]
    assert found("nobody == 'here'", "team == 'a'", unread=denied) == []
    assert cannot_tell("app == 'db'", "team == 'a'", unread=denied) == "namespaces: denied"


def test_a_pod_in_a_namespace_that_is_not_in_the_list_leaves_its_labels_open() -> None:
    objects = [*CLUSTER, pod("late", "10.0.0.9", namespace="new", app="late")]

    assert cannot_tell("", "team == 'a'", objects=objects) == "namespaces: new is not in the list or malformed"
    assert found("app == 'web'", "team == 'a'", objects=objects) == [WEB]


def test_labels_of_service_accounts_are_not_read_but_their_names_are() -> None:
    assert found("app == 'db' && pcsa.projectcalico.org/name == 'default'") == [DB]
    assert "service accounts are not read" in cannot_tell("pcsa.role == 'x'")


@pytest.mark.parametrize("source", ["host-endpoints", "global-network-sets", "network-sets"])
def test_absent_calico_is_nothing_and_denied_calico_matters_where_it_might_be_found(source: str) -> None:
    pods_only = "projectcalico.org/orchestrator == 'k8s' && app == 'web'"

    assert found("app == 'db'", unread={source: State.ABSENT}) == [DB]
    assert found(pods_only, unread={source: State.DENIED}) == [WEB, PROBE]
    assert cannot_tell("app == 'db'", unread={source: State.FAILED}) == f"{source}: failed"


def test_what_has_no_namespace_matters_not_where_one_is_asked_for() -> None:
    unread = {"host-endpoints": State.DENIED, "global-network-sets": State.DENIED}

    assert found("app == 'web'", "team == 'a'", unread=unread) == [WEB]
    assert cannot_tell("app == 'web'", "team != 'a'", unread=unread) == "host-endpoints: denied"


def test_what_has_a_namespace_matters_not_where_none_is_asked_for() -> None:
    assert found("trust == 'yes'", "global()", unread={"network-sets": State.ABSENT}) == [TRUSTED]


def test_denied_pods_leave_open_whom_a_selector_of_pods_finds() -> None:
    assert cannot_tell("app == 'web'", unread={"pods": State.DENIED}) == "pods: denied"
    assert cannot_tell("projectcalico.org/orchestrator == 'k8s'", unread={"pods": State.DENIED}) == "pods: denied"
    assert found("!has(projectcalico.org/orchestrator) && iftype == 'oam'", unread={"pods": State.DENIED}) == [NODE]


def test_a_malformed_pod_matters_in_its_own_namespace() -> None:
    objects = [*CLUSTER, {**pod("broken", namespace="ops"), "status": {"podIPs": "10.0.0.4"}}]

    assert found("app == 'web'", "team == 'a'", objects=objects) == [WEB]
    assert "Pod ops/broken is malformed" in cannot_tell("app == 'web'", "team == 'b'", objects=objects)


def test_a_pod_without_a_legible_name_matters_everywhere() -> None:
    objects = [*CLUSTER, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 7}}]

    assert "Pod (unnamed) is malformed" in cannot_tell("app == 'web'", "team == 'a'", objects=objects)
    assert found("!has(projectcalico.org/orchestrator) && iftype == 'oam'", objects=objects) == [NODE]


def test_a_malformed_set_of_networks_matters_where_it_might_be_found() -> None:
    objects = [*CLUSTER, calico("NetworkSet", "broken", {"nets": 7}, within="ops")]

    assert found("projectcalico.org/orchestrator == 'k8s' && app == 'web'", objects=objects) == [WEB, PROBE]
    assert "NetworkSet ops/broken is malformed" in cannot_tell("trust == 'yes'", objects=objects)


def test_an_address_that_is_none_leaves_open_who_is_found_with_it_and_nobody_else() -> None:
    objects = [*CLUSTER, pod("odd", "10.0.0.300", namespace="ops", app="odd")]

    assert found("app == 'web'", objects=objects) == [WEB, PROBE, TENANT]
    assert "'10.0.0.300' is not a network" in cannot_tell("app == 'odd'", objects=objects)


def test_a_selector_that_calico_refuses_finds_nobody_knows_whom() -> None:
    assert "expected" in cannot_tell("app = 'web'")
    assert "expected" in cannot_tell("", "team = 'a'")


def test_the_same_question_gets_the_same_answer_and_the_same_doubt() -> None:
    resolve = facts(CLUSTER, {"host-endpoints": State.DENIED}).get(resolution).resolver()

    answers = [resolve("projectcalico.org/orchestrator == 'k8s'", "", 4) for _ in range(2)]
    for _ in range(2):
        with pytest.raises(CannotTellError, match="host-endpoints: denied"):
            resolve("trust == 'yes'", "", 4)

    assert answers[0] is answers[1]


def test_whom_a_selector_finds_takes_no_interval_for_each_of_them() -> None:
    found_by_label = facts(CLUSTER).get(resolution).resolver()("projectcalico.org/orchestrator == 'k8s'", "", 4)

    assert isinstance(found_by_label, IndexedIntervals)
    assert not found_by_label.others
