"""What services and pods ask to be open, and that what is broken of them takes away nothing but itself."""

from typing import Any

import pytest

from auditor.network.exposure.clusters import pod, service
from auditor.network.views.evidence import Evidence, Object
from chaudit_network.exposure.view import Ways, ways_in
from chaudit_network.exposure.ways import Via

LOAD_BALANCER = {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}, {"ip": "192.0.2.8", "ipMode": "Proxy"}]}}
MALFORMED_POD: Object = {**pod("broken", "n1", "172.16.0.9"), "spec": 1}


def ways(*objects: Object, denied: tuple[str, ...] = ()) -> Ways:
    return Evidence(objects, denied=denied).resolve(ways_in)


def found(known: Ways) -> list[tuple[Via, int, str]]:
    return [(way.via, way.port, str(way.address or "")) for way in known.known]


def with_port(**port: Any) -> Object:  # noqa: ANN401 - any JSON value
    return pod("p", "n1", "172.16.0.9", containers=[{"name": "c", "ports": [{"containerPort": 9100, **port}]}])


def test_a_service_has_its_node_port_and_every_address_that_nodes_answer_for() -> None:
    one: Object = {**service(externalIPs=["192.0.2.9"]), "status": LOAD_BALANCER}

    assert found(ways(one)) == [
        (Via.NODE_PORT, 30080, ""),
        (Via.EXTERNAL_IP, 80, "192.0.2.9"),
        (Via.LOAD_BALANCER_IP, 80, "192.0.2.7"),
    ]


def test_a_broken_address_of_a_service_takes_away_no_other_way_in() -> None:
    known = ways(service(externalIPs=["nowhere", "192.0.2.9"], ports=[{"port": 80, "nodePort": 30080}, {"port": 81}]))

    assert found(known) == [
        (Via.NODE_PORT, 30080, ""),
        (Via.EXTERNAL_IP, 80, "192.0.2.9"),
        (Via.EXTERNAL_IP, 81, "192.0.2.9"),
    ]
    assert known.gaps == ["Service shop/web: 'nowhere' is not an IP address"]
    assert not known.services


def test_a_service_of_a_family_that_is_none_is_not_understood_at_all() -> None:
    known = ways(service(ipFamilies=["IPv7"]), service("other"))

    assert [one.reason for one in known.services] == ["'IPv7' is not an address family"]
    assert [way.target.name for way in known.known] == ["other"]


def test_a_malformed_pod_is_a_gap_among_pods_only() -> None:
    known = ways(service(), MALFORMED_POD)

    assert found(known) == [(Via.NODE_PORT, 30080, "")]
    assert (len(known.pods), known.services, known.lacks_a_list) == (1, [], False)


@pytest.mark.parametrize(("denied", "kinds"), [("pods", {"Service"}), ("services", {"Pod"})])
def test_a_list_that_was_not_read_hides_no_other(denied: str, kinds: set[str]) -> None:
    known = ways(service(), with_port(hostPort=9100), denied=(denied,))

    assert {way.target.kind for way in known.known} == kinds
    assert known.lacks_a_list
    assert known.gaps == [f"{denied}: denied"]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"hostPort": 80}, [(Via.HOST_PORT, 80, "")]),
        ({"hostPort": 80, "hostIP": "0.0.0.0"}, [(Via.HOST_PORT, 80, "")]),  # noqa: S104 - that is the case
        ({"hostPort": 80, "hostIP": "10.10.10.1"}, [(Via.HOST_PORT, 80, "10.10.10.1")]),
        ({}, []),
    ],
)
def test_a_host_port_is_on_the_address_it_asks_for(port: dict[str, Any], expected: list[tuple[Via, int, str]]) -> None:
    assert found(ways(with_port(**port))) == expected


def test_a_host_port_with_a_broken_address_is_a_gap() -> None:
    known = ways(with_port(hostPort=80, hostIP="somewhere"))

    assert (found(known), known.gaps) == ([], ["Pod shop/p:9100/TCP: 'somewhere' is not an IP address"])


def test_a_pod_on_the_host_has_the_ports_that_it_declares_and_no_host_ports_besides() -> None:
    one = pod(
        "p",
        "n1",
        "10.10.10.1",
        hostNetwork=True,
        containers=[{"name": "c", "ports": [{"containerPort": 80, "hostPort": 80}]}],
    )

    assert found(ways(one)) == [(Via.HOST_NETWORK, 80, "")]


def test_a_sidecar_s_ports_count_and_those_of_a_container_that_has_ended_do_not() -> None:
    def asking(port: int, **more: str) -> dict[str, Any]:
        return {"name": f"c{port}", "ports": [{"containerPort": port, "hostPort": port}], **more}

    one = pod("p", "n1", "172.16.0.9", initContainers=[asking(81), asking(82, restartPolicy="Always")])

    assert found(ways(one)) == [(Via.HOST_PORT, 82, "")]


@pytest.mark.parametrize("phase", ["Pending", "Succeeded", "Failed"])
def test_a_pod_that_does_not_run_opens_nothing(phase: str) -> None:
    one: Object = {**with_port(hostPort=80), "status": {"phase": phase, "podIPs": [{"ip": "172.16.0.9"}]}}

    assert found(ways(one)) == []
