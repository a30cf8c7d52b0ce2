"""Felix's settings: which of the places that may have them is the strongest, and what stands there."""

from typing import Any

import pytest

from auditor.network.exposure.clusters import calico_node, felix
from auditor.network.views.evidence import Evidence, Object
from chaudit import CannotTellError
from chaudit_network.policy.felix import DEFAULT_FAILSAFE_PORTS, Direction, Felix, Setting
from chaudit_network.policy.felix import felix as felix_view

INBOUND = "FELIX_FAILSAFEINBOUNDHOSTPORTS"


def settings(*objects: Object, denied: tuple[str, ...] = ()) -> Felix:
    return Evidence(objects, denied=denied).resolve(felix_view)


def inbound(*objects: Object, node: str = "n1") -> Setting[list[str]]:
    found = settings(*objects).failsafe_ports(node, Direction.INBOUND)
    return Setting([f"{one.protocol}:{one.net}:{one.port}" for one in found.value], found.origin)


def variable(value: str, name: str = INBOUND) -> Object:
    return calico_node({"name": name, "value": value})


def configured(*ports: int, name: str = "default", **spec: Any) -> Object:  # noqa: ANN401 - any JSON value
    return felix(name, failsafeInboundHostPorts=[{"protocol": "tcp", "port": port} for port in ports], **spec)


def test_nobody_s_settings_are_felix_s_own() -> None:
    known = settings()

    assert known.failsafe_ports("n1", Direction.INBOUND) == Setting(DEFAULT_FAILSAFE_PORTS[Direction.INBOUND])
    assert known.failsafe_ports("n1", Direction.OUTBOUND).is_default
    assert (known.chain_insert_mode("n1").value, known.endpoint_to_host_action("n1").value) == ("insert", "drop")


def test_the_environment_is_stronger_than_the_node_s_configuration_and_that_than_the_default() -> None:
    of_node, of_all = configured(22, name="node.n1"), configured(179)

    assert inbound(of_all) == Setting(["tcp::179"], "FelixConfiguration default")
    assert inbound(of_node, of_all) == Setting(["tcp::22"], "FelixConfiguration node.n1")
    assert inbound(of_node, of_all, node="n2").value == ["tcp::179"]
    assert inbound(variable("80"), of_node, of_all) == Setting(
        ["tcp::80"], f"{INBOUND} of DaemonSet kube-system/calico-node"
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("none", []),
        ("None", []),
        ("tcp:22, UDP:68,", ["tcp::22", "udp::68"]),
        ("tcp:10.0.0.0/8:22", ["tcp:10.0.0.0/8:22"]),
        ("tcp:[fd00::/8]:22,[fd00::1]:80", ["tcp:fd00::/8:22", "tcp:fd00::1:80"]),
    ],
)
def test_a_variable_lists_ports_as_felix_reads_them(value: str, expected: list[str]) -> None:
    assert inbound(variable(value)).value == expected


@pytest.mark.parametrize("value", ["ssh", "sctp:22", "10.0.0.0/8:22", "tcp:22:80", "tcp:10.0.0.300:22"])
def test_a_list_that_felix_would_refuse_tells_nothing(value: str) -> None:
    with pytest.raises(CannotTellError):
        inbound(variable(value))


def test_an_empty_list_disables_and_an_empty_variable_says_nothing() -> None:
    assert inbound(configured()).value == []
    assert inbound(variable(""), configured(22)).value == ["tcp::22"]


def test_the_name_of_a_variable_is_read_in_any_case_and_the_last_of_two_counts() -> None:
    twice = calico_node({"name": "Felix_FailsafeInboundHostPorts", "value": "1"}, {"name": INBOUND, "value": "2"})

    assert inbound(twice).value == ["tcp::2"]


@pytest.mark.parametrize(
    "agent",
    [
        calico_node({"name": INBOUND, "valueFrom": {"configMapKeyRef": {"name": "felix", "key": "ports"}}}),
        variable("$(PORTS)"),
        calico_node(envFrom=[{"configMapRef": {"name": "felix"}}]),
        calico_node(envFrom=[{"secretRef": {"name": "felix"}}]),
    ],
)
def test_a_value_from_elsewhere_is_not_known(agent: Object) -> None:
    with pytest.raises(CannotTellError, match="from elsewhere"):
        inbound(agent, configured(22))


def test_where_the_api_server_is_comes_from_elsewhere_and_sets_nothing() -> None:
    assert inbound(calico_node(envFrom=[{"configMapRef": {"name": "kubernetes-services-endpoint"}}])).is_default


def test_two_agents_that_differ_leave_it_unknown_and_two_alike_do_not() -> None:
    other = calico_node({"name": INBOUND, "value": "23"}, namespace="calico-system")

    with pytest.raises(CannotTellError, match="several DaemonSets"):
        inbound(variable("22"), other)
    assert inbound(variable("23"), other).value == ["tcp::23"]


def test_daemon_sets_of_others_set_nothing() -> None:
    stranger: Object = {**variable("80"), "metadata": {"name": "calico-node", "namespace": "shop"}}

    assert inbound(stranger).is_default


def test_a_configuration_for_some_nodes_leaves_unknown_what_it_sets_and_is_not_overruled() -> None:
    some = configured(22, name="gpu", nodeSelector="has(gpu)")

    with pytest.raises(CannotTellError, match="for some nodes only"):
        inbound(some, configured(179))
    assert inbound(some, configured(80, name="node.n1")).value == ["tcp::80"]
    assert inbound(felix("gpu", nodeSelector="has(gpu)", chainInsertMode="Append"), configured(179)).value == [
        "tcp::179"
    ]


@pytest.mark.parametrize("source", ["felix-configurations", "calico-node"])
def test_settings_that_were_not_read_tell_nothing(source: str) -> None:
    with pytest.raises(CannotTellError, match=f"{source}: denied"):
        settings(denied=(source,)).failsafe_ports("n1", Direction.INBOUND)


def test_the_other_settings_come_from_the_same_places() -> None:
    agent = calico_node(
        {"name": "FELIX_CHAININSERTMODE", "value": "Append"},
        {"name": "FELIX_DEFAULTENDPOINTTOHOSTACTION", "value": "ACCEPT"},
    )
    by_api = felix(chainInsertMode="Append", defaultEndpointToHostAction="Return")

    assert settings(agent).chain_insert_mode("n1").value == "append"
    assert settings(agent, by_api).endpoint_to_host_action("n1").value == "accept"
    assert settings(by_api).chain_insert_mode("n1").value == "append"
    assert settings(by_api).endpoint_to_host_action("n1").value == "return"
