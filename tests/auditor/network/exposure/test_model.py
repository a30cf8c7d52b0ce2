"""The exposure of whole small clusters: that what is said of a group of places is true of each of them."""

import pytest

from auditor.network.exposure.clusters import (
    INTENT,
    N1,
    N2,
    NODES,
    endpoint,
    lines,
    model,
    pod,
    policy,
    pre_dnat,
    reaches,
    service,
    slice_of,
    verdict,
)
from auditor.network.views.evidence import Evidence, Object, node
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.view import exposure

ON_TWO = slice_of("web", ("n2", "172.16.0.2"), ("n3", "172.16.0.3"), pods=True)
PODS = (pod("n2", "n2", "172.16.0.2", labels={"app": "web"}), pod("n3", "n3", "172.16.0.3"))
DENY = {"action": "Deny"}


def network_policy(name: str, pods: object, *sources: str) -> Object:
    ingress = [{"from": [{"ipBlock": {"cidr": cidr}} for cidr in sources]}] if sources else []
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"podSelector": pods, "ingress": ingress},
    }


def test_under_local_the_reasons_are_true_of_every_node_of_a_group() -> None:
    found = model(*NODES, service(externalTrafficPolicy="Local"), ON_TWO, *PODS)

    assert reaches(found) == {"n1": "closed", "n2": "open", "n3": "open"}
    assert verdict(found, "n1").because == ("externalTrafficPolicy Local: no endpoint on the node",)
    assert "externalTrafficPolicy Local: an endpoint on the node" in verdict(found, "n3").because


def test_nodes_that_cannot_differ_are_judged_once() -> None:
    found = model(*NODES, service(externalTrafficPolicy="Local"), ON_TWO, *PODS)

    assert sorted(len(group.places) for group in found.groups) == [1, 2]


def test_nodes_whose_own_pods_have_different_policies_are_judged_apart() -> None:
    closed = network_policy("no", {"matchLabels": {"app": "web"}})

    found = model(*NODES, service(externalTrafficPolicy="Local"), ON_TWO, *PODS, closed)

    assert reaches(found) == {"n1": "closed", "n2": "closed", "n3": "open"}


def test_a_pod_elsewhere_sees_the_address_of_the_node_and_a_pod_here_the_client_s() -> None:
    from_nodes = network_policy("nodes", {}, "10.10.10.0/24")
    one = (service(), slice_of("web", ("n2", "172.16.0.2"), pods=True), *PODS[:1])

    found = model(N1, N2, *one, from_nodes)

    assert reaches(found) == {"n1": "open", "n2": "closed"}
    assert verdict(found, "n1").because[-1] == "the pod sees the address of the node by which packets came"


def test_a_process_of_the_pod_s_own_node_is_not_asked() -> None:
    closed = network_policy("no", {})
    one = (service(), slice_of("web", ("n2", "172.16.0.2"), pods=True), *PODS[:1])

    found = model(N1, N2, *one, closed)

    assert reaches(found, "nodes") == {"n1": "closed", "n2": "partial"}
    assert verdict(found, "n2", "nodes").because[-1] == "what a process of the pod's own node sends is not asked"
    assert reaches(found) == {"n1": "closed", "n2": "closed"}


def test_a_process_of_the_node_behind_its_node_port_meets_the_host_s_own_policy() -> None:
    behind_itself = (service(), slice_of("web", ("n1", "10.10.10.1")), endpoint("n1-all", "n1", "*"))
    allows = policy("app", ingress=[{"action": "Allow", "protocol": "TCP", "destination": {"ports": [8080]}}])
    on_forward = policy("forward", applyOnForward=True, order=1, ingress=[{"action": "Pass"}])

    assert reaches(model(N1, *behind_itself)) == {"n1": "closed"}
    assert reaches(model(N1, *behind_itself, allows)) == {"n1": "open"}
    assert reaches(model(N1, *behind_itself, on_forward, allows))["n1"] == "closed"


def test_a_process_of_another_node_behind_a_node_port_meets_that_node_s_policy_with_the_address_of_the_first() -> None:
    behind_n2 = (service(), slice_of("web", ("n2", "10.10.10.2")), endpoint("n2-all", "n2", "*", guarded="yes"))
    allows_nodes = policy(
        "app",
        selector="has(guarded)",
        ingress=[{"action": "Allow", "source": {"nets": ["10.10.10.1/32", "10.10.10.2/32"]}}],
    )

    assert reaches(model(N1, N2, *behind_n2)) == {"n1": "closed", "n2": "closed"}
    assert reaches(model(N1, N2, *behind_n2, allows_nodes)) == {"n1": "open", "n2": "closed"}


def test_endpoints_that_were_not_read_leave_every_node_unknown() -> None:
    found = model(*NODES, service(), denied=("endpoint-slices",))

    assert set(reaches(found).values()) == {"unknown"}


def test_an_endpoint_without_an_address_leaves_its_service_unknown_and_no_other() -> None:
    other = service("other", ports=[{"port": 80, "nodePort": 30081}])
    broken = slice_of("web", ("n1", "nowhere"))

    found = model(N1, service(), broken, other, slice_of("other", ("n1", "172.16.0.1")))

    assert (verdict(found, "n1").verdict, verdict(found, "n1", port=30081).verdict) == ("unknown", "open")


@pytest.mark.parametrize("source", ["external", "oam"])
def test_an_external_ip_that_no_node_has_enters_by_any_node(source: str) -> None:
    found = model(
        N1,
        N2,
        service(externalIPs=["192.0.2.9"]),
        slice_of("web", ("n1", "172.16.0.1")),
        endpoint("n2-all", "n2", "*"),
        pre_dnat("no", DENY),
    )

    by_address = {(line.node, line.address): line.verdicts[source].verdict for line in lines(found) if line.port == 80}
    assert by_address == {("n1", "192.0.2.9"): "open", ("n2", "192.0.2.9"): "closed"}


def test_nodes_with_the_same_endpoints_elsewhere_and_other_ones_of_their_own_are_judged_apart() -> None:
    from_nodes = network_policy("nodes", {"matchLabels": {"app": "web"}}, "10.10.10.0/24")
    backends = (("n1", "a1"), ("n1", "b1"), ("n2", "b2"), ("n3", "a3"))
    pods = [
        pod(name, on, f"172.16.0.{i}", labels={"app": "web"} if name[0] == "a" else {})
        for i, (on, name) in enumerate(backends, 1)
    ]
    slices: Object = {
        **ON_TWO,
        "endpoints": [
            {
                "addresses": [f"172.16.0.{i}"],
                "nodeName": on,
                "targetRef": {"kind": "Pod", "namespace": "shop", "name": name},
            }
            for i, (on, name) in enumerate(backends, 1)
        ],
    }

    assert reaches(model(*NODES, service(), slices, *pods, from_nodes)) == {
        "n1": "partial",
        "n2": "open",
        "n3": "partial",
    }


def leaving_out_on_n2(address: str, **spec: str) -> ExposureModel:
    """Return a load balanced service of a cluster of which n2's kube-proxy 1.20 knows only one without node ports."""
    configuration = "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, mode: iptables, nodePortAddresses: [10.10.10.1/32]}"
    proxy: Object = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
        "data": {"config.conf": configuration},
    }
    nodes = [node(f"n{i}", f"10.10.10.{i}", kubelet_version="v1.20.2") for i in (1, 2)]
    states = [
        {
            "apiVersion": "nmstate.io/v1beta1",
            "kind": "NodeNetworkState",
            "metadata": {"name": f"n{i}"},
            "status": {"currentState": {"interfaces": [
                {"name": "eno1", "ipv4": {"address": [{"ip": f"10.10.10.{i}", "prefix-length": 24}]}},
            ]}},
        }
        for i in (1, 2)
    ]  # fmt: skip
    balanced: Object = {
        **service(type="LoadBalancer", **spec),
        "status": {"loadBalancer": {"ingress": [{"ip": address}]}},
    }
    behind = slice_of("web", ("n2", "172.16.0.1"))
    return Evidence((proxy, *nodes, *states, balanced, behind), INTENT).resolve(exposure)


def test_clients_inside_are_redirected_before_they_meet_a_node_whose_kube_proxy_leaves_the_service_out() -> None:
    found = leaving_out_on_n2("10.10.10.2")

    assert reaches(found, "external", 80) == {"n2": "closed"}
    assert reaches(found, "nodes", 80) == {"n2": "partial"}


def test_clients_on_a_node_whose_kube_proxy_leaves_the_service_out_come_to_others_like_outsiders() -> None:
    found = leaving_out_on_n2("10.10.10.1", externalTrafficPolicy="Local")

    assert reaches(found, "external", 80) == {"n1": "closed"}
    assert reaches(found, "nodes", 80) == {"n1": "partial"}
    assert reaches(leaving_out_on_n2("10.10.10.1"), "nodes", 80) == {"n1": "open"}
