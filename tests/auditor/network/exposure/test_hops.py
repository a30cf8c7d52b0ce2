"""From node to node: which interfaces packets for a pod of another node pass, and what guards these."""

from typing import Any

import pytest

from auditor.network.exposure.clusters import endpoint, lines, model, policy, pre_dnat, service, slice_of
from auditor.network.views.evidence import Object, node
from chaudit_network.exposure.model import ExposureModel
from chaudit_network.exposure.verdict import Verdict

WEB = (service(), slice_of("web", ("n2", "172.16.0.2")))
ALLOW, DENY = {"action": "Allow"}, {"action": "Deny"}
UNTRACKED = {"doNotTrack": True, "applyOnForward": True}
WRAPPED = [{"ipipMode": "Always"}, {"vxlanMode": "Always"}]


def host(name: str, number: int, subnet: int = 10, **annotations: str) -> Object:
    """Return a node with one interface, and tunnels; its address of the OAM network is the only one that counts."""
    address = f"10.10.{subnet}.{number}"
    return node(
        name,
        address,
        kubelet_version="v1.36.0",
        annotations={
            "projectcalico.org/IPv4Address": f"{address}/24",
            "projectcalico.org/Interfaces": f'[{{"name": "eno1", "addresses": ["{address}"]}}]',
            "projectcalico.org/IPv4IPIPTunnelAddr": f"172.16.255.{number}",
            "projectcalico.org/IPv4VXLANTunnelAddr": f"172.16.254.{number}",
            **{f"projectcalico.org/{key}": value for key, value in annotations.items()},
        },
    )


A, B = host("n1", 1), host("n2", 2)


def pool(**spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    return {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "IPPool",
        "metadata": {"name": "default"},
        "spec": {"cidr": "172.16.0.0/16", **spec},
    }


def on(name: str, interface: str) -> Object:
    """Return a host endpoint of an interface of a node, which policies can select by the node's name."""
    return endpoint(f"{name}-{interface}", name, interface, at=name)


def at(name: str, kind: str, *rules: object, **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    """Return a policy of a class for the host endpoints of one node."""
    selector = f"at == '{name}'"
    if kind == "preDNAT":
        return pre_dnat("p", *rules, selector=selector, **spec)  # type: ignore[arg-type]
    return policy("p", ingress=rules, selector=selector, **{**(UNTRACKED if kind == "untracked" else {}), **spec})


def from_(*nets: str, action: str = "Allow") -> dict[str, object]:
    return {"action": action, "source": {"nets": nets}}


def met(found: ExposureModel, by: str = "n1", source: str = "external") -> Verdict:
    """Return what sources meet at a node's own address."""
    (line,) = (line for line in lines(found) if line.node == by and line.address.startswith("10.10."))
    return line.verdicts[source]


def everywhere(found: ExposureModel) -> dict[str, str]:
    return {by: met(found, by).verdict for by in sorted({line.node for line in lines(found)})}


def by_n1(*objects: Object) -> str:
    """Return what outsiders meet who come by n1 for a pod on n2."""
    return met(model(A, B, *WEB, *objects)).verdict


@pytest.mark.parametrize("kind", ["preDNAT", "untracked", "forward"])
def test_the_second_node_guards_what_the_first_forwards(kind: str) -> None:
    forward = {"applyOnForward": True} if kind == "forward" else {}

    assert by_n1(pool(), on("n2", "eno1"), at("n2", kind, DENY, **forward)) == "closed"
    assert by_n1(pool(), on("n2", "mgmt0"), at("n2", kind, DENY, **forward)) == "open"


def test_a_policy_for_the_second_node_s_own_processes_is_not_asked() -> None:
    assert by_n1(pool(), on("n2", "eno1"), at("n2", "normal", DENY)) == "open"


def test_nothing_is_left_to_be_translated_there_and_the_first_node_is_the_sender() -> None:
    by_node_port = {**DENY, "protocol": "TCP", "destination": {"ports": [30080]}}
    by_pod_port = {**DENY, "protocol": "TCP", "destination": {"ports": [8080]}}

    assert by_n1(pool(), on("n2", "eno1"), at("n2", "preDNAT", by_node_port)) == "open"
    assert by_n1(pool(), on("n2", "eno1"), at("n2", "preDNAT", by_pod_port)) == "closed"
    assert by_n1(pool(), on("n2", "eno1"), at("n2", "preDNAT", from_("10.10.10.0/24"), DENY)) == "open"
    assert by_n1(pool(), on("n2", "eno1"), at("n2", "preDNAT", from_("192.0.2.0/24"), DENY)) == "closed"


@pytest.mark.parametrize(("wrapped", "tunnels"), [(WRAPPED[0], "172.16.255.0/24"), (WRAPPED[1], "172.16.254.0/24")])
def test_packets_in_others_come_by_the_tunnel_s_interface_with_its_address(
    wrapped: dict[str, str], tunnels: str
) -> None:
    interface = "tunl0" if "ipipMode" in wrapped else "vxlan.calico"

    assert by_n1(pool(**wrapped), on("n2", interface), at("n2", "preDNAT", DENY)) == "closed"
    assert by_n1(pool(**wrapped), on("n2", interface), at("n2", "preDNAT", from_(tunnels), DENY)) == "open"
    assert by_n1(pool(**wrapped), on("n2", interface), at("n2", "preDNAT", from_("10.10.10.0/24"), DENY)) == "closed"
    assert by_n1(pool(), on("n2", interface), at("n2", "preDNAT", DENY)) == "open"
    # an endpoint for all interfaces is about the tunnel and what is below it
    assert by_n1(pool(**wrapped), on("n2", "*"), at("n2", "preDNAT", from_(tunnels, "10.10.10.0/24"), DENY)) == "open"
    assert by_n1(pool(**wrapped), on("n2", "*"), at("n2", "preDNAT", from_(tunnels), DENY)) == "closed"


@pytest.mark.parametrize("kind", ["preDNAT", "untracked"])
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_packets_around_others_meet_what_comes_before_normal_policies(wrapped: dict[str, str], kind: str) -> None:
    around = {"protocol": 4} if "ipipMode" in wrapped else {"protocol": "UDP", "destination": {"ports": [4789]}}
    below = pool(**wrapped), on("n2", "eno1")

    assert by_n1(*below, at("n2", kind, DENY)) == "closed"
    assert by_n1(*below, at("n2", kind, {**DENY, **around})) == "closed"
    assert by_n1(*below, at("n2", kind, {**DENY, "protocol": "TCP"})) == "open"
    assert by_n1(*below, at("n2", kind, from_("10.10.10.0/24"), DENY)) == "open"
    assert by_n1(*below, at("n2", "forward", DENY, applyOnForward=True)) == "open"


def test_across_subnets_only_means_just_that() -> None:
    far, crossing = host("n2", 2, subnet=20), pool(vxlanMode="CrossSubnet")
    guarded = on("n2", "vxlan.calico"), at("n2", "preDNAT", DENY)

    assert by_n1(crossing, *guarded) == "open"
    assert met(model(A, far, *WEB, crossing, *guarded)).verdict == "closed"


def test_packets_leave_by_the_interface_that_the_encapsulation_says() -> None:
    no_way_out = policy("p", selector="at == 'n1'", types=["Egress"], applyOnForward=True, egress=[DENY])

    assert by_n1(pool(), on("n1", "eno1"), no_way_out) == "closed"
    assert by_n1(pool(), on("n1", "mgmt0"), no_way_out) == "open"
    assert by_n1(pool(vxlanMode="Always"), on("n1", "eno1"), no_way_out) == "open"
    assert by_n1(pool(vxlanMode="Always"), on("n1", "vxlan.calico"), no_way_out) == "closed"


@pytest.mark.parametrize(
    "objects",
    [
        (A, B),  # no pool: somebody else gives pods their addresses
        (A, host("n2", 2, IPv4WireguardInterfaceAddr="172.16.253.2"), pool()),
        (host("n1", 1, IPv4WireguardInterfaceAddr="172.16.253.1"), B, pool()),
        (A, host("n2", 2, subnet=20), pool()),  # a router between them knows the way
        (A, host("n2", 2, IPv4Address="nonsense"), pool()),
    ],
)
def test_where_the_way_is_not_known_only_what_holds_for_all_interfaces_can_be_told(objects: tuple[Object, ...]) -> None:
    named = on("n2", "eno1"), at("n2", "preDNAT", DENY)
    anywhere = on("n2", "*"), at("n2", "preDNAT", DENY)

    found = met(model(*objects, *WEB, *named))
    assert found.verdict == "unknown"
    assert found.because[-1] == "by which interface packets from other nodes come is not known"
    assert met(model(*objects, *WEB, *anywhere)).verdict == "closed"


def test_pools_that_were_not_read_leave_the_way_unknown() -> None:
    found = model(A, B, *WEB, on("n2", "eno1"), at("n2", "preDNAT", DENY), denied=("ip-pools",))

    assert met(found).verdict == "unknown"


def test_an_endpoint_of_which_nobody_knows_the_node_is_unknown_where_a_node_is_guarded() -> None:
    web = (service(), slice_of("web", ("", "172.16.0.2")))

    assert everywhere(model(A, B, *web, pool())) == {"n1": "open", "n2": "open"}
    assert everywhere(
        model(A, B, *web, pool(), on("n2", "eno1"), at("n2", "preDNAT", {**DENY, "protocol": "UDP"}))
    ) == {
        "n1": "unknown",
        "n2": "unknown",
    }


def test_outsiders_under_local_are_not_forwarded_and_clients_inside_keep_their_addresses() -> None:
    local = (service(externalTrafficPolicy="Local"), WEB[1])
    nodes_only = at("n2", "preDNAT", from_("10.10.10.0/24"), DENY)

    found = model(A, B, *local, pool(), on("n2", "vxlan.calico"), on("n2", "eno1"), nodes_only)

    assert met(found).verdict == "closed"
    assert met(found, source="nodes").verdict == "partial"


def test_nodes_that_guard_themselves_differently_are_judged_apart() -> None:
    c = host("n3", 3)
    web = (service(), slice_of("web", ("n2", "172.16.0.2"), ("n3", "172.16.0.3")))

    found = model(A, B, c, *web, pool(), on("n2", "eno1"), at("n2", "forward", DENY, applyOnForward=True))

    assert everywhere(found) == {"n1": "partial", "n2": "closed", "n3": "partial"}
    only = slice_of("web", ("n3", "172.16.0.3"))
    guarded = on("n2", "eno1"), at("n2", "forward", from_("10.10.10.0/24"), DENY, applyOnForward=True)
    assert everywhere(model(A, B, c, service(), only, pool(), *guarded)) == {"n1": "open", "n2": "closed", "n3": "open"}
