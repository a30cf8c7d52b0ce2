"""On which addresses nodes serve node ports, for the families that are in use."""

from typing import Any

import pytest

from auditor.network.exposure.clusters import N1, PROXY, pod, service
from auditor.network.views.evidence import Evidence, Object, node
from chaudit import CannotTellError, DoesNotApplyError
from chaudit_network.exposure.serving import Limits, Serving, node_port_limits, serving

BOTH = node("n1", "10.10.10.1", "fd00::1")
DUAL = service(ipFamilies=["IPv4", "IPv6"])


def proxy(addresses: str) -> Object:
    text = f"{{apiVersion: kubeproxy.config.k8s.io/v1alpha1, mode: iptables, nodePortAddresses: {addresses}}}"
    return {**PROXY, "data": {"config.conf": text}}


def nodes(*objects: Object, **unread: Any) -> list[Serving]:  # noqa: ANN401 - names of sources
    return list(Evidence(objects, **unread).resolve(serving))


def limits(*objects: Object) -> Limits:
    (found,) = Evidence(objects).resolve(node_port_limits)
    return found


def test_only_addresses_of_families_in_use_count() -> None:
    (found,) = nodes(BOTH, PROXY, service())

    assert ([str(one) for one in found.addresses], found.families) == (["10.10.10.1"], (4,))


def test_a_list_of_one_family_leaves_the_other_unrestricted() -> None:
    (found,) = nodes(BOTH, proxy("[10.10.10.0/24]"), DUAL)

    assert found.unrestricted(4) == ""
    assert found.unrestricted(6) == "nodePortAddresses lists no IPv6 network"
    assert found.unserved(4) == found.unserved(6) == ""


def test_a_list_that_no_address_is_in_leaves_a_node_unserved() -> None:
    (found,) = nodes(N1, proxy("[192.0.2.0/24]"), service())

    assert "no IPv4 NodePorts" in found.unserved(4)


def test_nodes_without_limits_are_gathered_by_the_reason() -> None:
    found = limits(BOTH, node("n2", "10.10.10.2"), proxy("[10.10.10.0/24]"), DUAL)

    assert found.missing == {(6, "nodePortAddresses lists no IPv6 network"): ["n1"]}


def test_without_node_ports_nothing_is_served_even_if_a_pod_is_malformed() -> None:
    broken: Object = {**pod("p", "n1", "172.16.0.1"), "spec": 1}

    with pytest.raises(DoesNotApplyError, match="no service has a node port"):
        nodes(N1, PROXY, broken)


def test_a_malformed_service_may_have_node_ports() -> None:
    broken: Object = {**service(), "spec": 1}

    with pytest.raises(CannotTellError, match="Service shop/web: the object is malformed"):
        nodes(N1, PROXY, broken)


def test_services_that_were_not_read_may_have_node_ports() -> None:
    with pytest.raises(CannotTellError, match="services: denied"):
        nodes(N1, PROXY, denied=("services",))
