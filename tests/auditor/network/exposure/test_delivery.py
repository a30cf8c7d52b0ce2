"""What kube-proxy does with packets, rule by rule as packets showed it (the numbers are those of the measurements)."""

from ipaddress import ip_address
from typing import Any

import msgspec
import pytest

from auditor.network.exposure.clusters import service
from chaudit import Subject
from chaudit_network.exposure.delivery import Entry, Version, deliver, health_check, receivers
from chaudit_network.exposure.sources import SourceClass, Standpoint
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.exposure.ways import Via, WayIn
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.services import Service
from chaudit_network.views.endpoints import Backend, Backends

OLD, NEW = (1, 20), (1, 36)
ON_N1 = Backend(ip_address("172.16.0.1"), 8080, "n1", None)
ON_N2 = Backend(ip_address("172.16.0.2"), 8080, "n2", None)
NOWHERE = Backend(ip_address("172.16.0.3"), 8080, "", None)


def way(via: Via = Via.NODE_PORT, /, **spec: Any) -> WayIn:  # noqa: ANN401 - any JSON value
    one = msgspec.convert(service(**spec), Service)
    target = Subject("Service", "shop", "web", "80/TCP")
    families = frozenset({4})
    return WayIn(via, 30080, "TCP", target, families, service=one, service_port=one.spec.ports[0])


LOCAL: dict[str, Any] = {"externalTrafficPolicy": "Local"}


def entry(
    version: Version | None = NEW, *, has_endpoint: bool = True, hides: bool = True, owned: bool | None = True
) -> Entry:
    return Entry("n1", version, hides, has_endpoint, owned)


def source(standpoint: Standpoint = Standpoint.OUTSIDE, *networks: str) -> SourceClass:
    spans = [tuple(int(ip_address(end)) for end in network.split("-")) for network in networks]
    addresses = Intervals.of((low, high) for low, high in spans) if networks else Intervals.all_addresses(4)
    return SourceClass("some", standpoint, {4: addresses, 6: Intervals()})


def reach(found: Verdict) -> str:
    return found.verdict


@pytest.mark.parametrize("standpoint", Standpoint)
def test_without_a_usable_endpoint_everybody_is_rejected(standpoint: Standpoint) -> None:
    assert reach(deliver(way(), Backends(), entry(), source(standpoint))) == "closed"


@pytest.mark.parametrize(("version", "expected"), [(NEW, "open"), (OLD, "closed"), (None, "unknown")])
def test_terminating_endpoints_are_the_last_resort_of_new_ones_only(version: Version | None, expected: str) -> None:
    assert reach(deliver(way(), Backends(draining=[ON_N1]), entry(version), source())) == expected


def test_under_cluster_any_node_hands_over_to_any_endpoint() -> None:
    found = deliver(way(), Backends([ON_N1, ON_N2]), entry(has_endpoint=False), source())

    assert found == Verdict(Reach.OPEN, ("any node hands over to 2 usable endpoint(s) on n1, n2",))


@pytest.mark.parametrize(("has_endpoint", "expected"), [(True, "open"), (False, "closed")])
def test_local_binds_outsiders_to_nodes_with_an_endpoint(has_endpoint: bool, expected: str) -> None:
    found = deliver(way(**LOCAL), Backends([ON_N1]), entry(has_endpoint=has_endpoint), source())

    assert (found.verdict, found.because) == (
        expected,
        (f"externalTrafficPolicy Local: {'an' if has_endpoint else 'no'} endpoint on the node",),
    )


@pytest.mark.parametrize(
    ("standpoint", "has_endpoint", "hides", "expected"),
    [
        (Standpoint.NODE, True, False, "open"),
        (Standpoint.NODE, False, False, "partial"),
        (Standpoint.POD, True, True, "open"),
        (Standpoint.POD, True, False, "partial"),
        (Standpoint.POD, False, True, "partial"),
    ],
)
def test_local_binds_clients_inside_in_part(
    standpoint: Standpoint, has_endpoint: bool, hides: bool, expected: str
) -> None:
    found = deliver(way(**LOCAL), Backends([ON_N2]), entry(has_endpoint=has_endpoint, hides=hides), source(standpoint))

    assert reach(found) == expected


def test_local_does_not_bind_clients_inside_at_addresses_of_the_service() -> None:
    backends = Backends([ON_N2])

    for via in (Via.EXTERNAL_IP, Via.LOAD_BALANCER_IP):
        assert reach(deliver(way(via, **LOCAL), backends, entry(has_endpoint=False), source(Standpoint.POD))) == "open"
        assert reach(deliver(way(via, **LOCAL), backends, entry(has_endpoint=False), source())) == "closed"


@pytest.mark.parametrize(
    ("version", "owned", "expected"),
    [
        (OLD, True, "open"),
        (OLD, False, "closed"),
        (OLD, None, "unknown"),
        (NEW, False, "open"),
        ((1, 28), False, "unknown"),
    ],
)
def test_old_ones_do_not_redirect_a_node_s_own_processes_to_an_address_that_no_node_has(
    version: Version, owned: bool | None, expected: str
) -> None:
    found = deliver(way(Via.EXTERNAL_IP), Backends([ON_N1]), entry(version, owned=owned), source(Standpoint.NODE))

    assert reach(found) == expected


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        ("192.0.2.1-192.0.2.9", "open"),
        ("192.0.2.1-198.51.100.9", "partial"),
        ("198.51.100.1-198.51.100.9", "closed"),
    ],
)
def test_source_ranges_guard_the_load_balancer_s_address(clients: str, expected: str) -> None:
    one = way(Via.LOAD_BALANCER_IP, loadBalancerSourceRanges=[" 192.0.2.0/24"])

    assert reach(deliver(one, Backends([ON_N1]), entry(), source(Standpoint.OUTSIDE, clients))) == expected


def test_source_ranges_guard_neither_node_ports_nor_external_ips_nor_another_family() -> None:
    stranger = source(Standpoint.OUTSIDE, "198.51.100.1-198.51.100.9")

    for via in (Via.NODE_PORT, Via.EXTERNAL_IP):
        ranged = way(via, loadBalancerSourceRanges=["192.0.2.0/24"])
        assert reach(deliver(ranged, Backends([ON_N1]), entry(), stranger)) == "open"
    other = way(Via.LOAD_BALANCER_IP, loadBalancerSourceRanges=["fd00::/64"])
    assert reach(deliver(other, Backends([ON_N1]), entry(), stranger)) == "open"


@pytest.mark.parametrize(
    ("version", "family", "node_ports", "expected"),
    [
        (OLD, 6, Reach.CLOSED, "open"),
        (NEW, 4, Reach.CLOSED, "closed"),
        (NEW, 4, Reach.OPEN, "open"),
        (NEW, 6, Reach.OPEN, "closed"),
        ((1, 28), 4, Reach.CLOSED, "unknown"),
        (None, 4, Reach.OPEN, "open"),
    ],
)
def test_health_checks_are_answered_everywhere_by_old_ones_and_like_node_ports_by_new_ones(
    version: Version | None, family: int, node_ports: Reach, expected: str
) -> None:
    assert reach(health_check(way(), family, Verdict(node_ports), version)) == expected


def test_under_local_outsiders_get_the_endpoints_of_the_node_and_clients_inside_any() -> None:
    backends = Backends([ON_N1, ON_N2, NOWHERE])

    assert receivers(way(**LOCAL), backends, entry(), source()) == [ON_N1]
    assert receivers(way(**LOCAL), backends, entry(), source(Standpoint.NODE)) == [ON_N1, ON_N2, NOWHERE]
    assert receivers(way(), backends, entry(), source()) == [ON_N1, ON_N2, NOWHERE]


def test_under_local_a_terminating_endpoint_serves_although_another_node_has_a_ready_one() -> None:
    backends = Backends(ready=[ON_N2], draining=[ON_N1])

    assert receivers(way(**LOCAL), backends, entry(NEW), source()) == [ON_N1]
    assert receivers(way(**LOCAL), backends, entry(OLD), source()) == ()
