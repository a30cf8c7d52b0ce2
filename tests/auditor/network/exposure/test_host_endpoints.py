"""Which of several host endpoints is active on an interface."""

from ipaddress import ip_address

import pytest

from auditor.network.exposure.clusters import endpoint
from auditor.network.views.evidence import Evidence, Object
from chaudit import CannotTellError
from chaudit_network.exposure.host_endpoints import host_endpoints


def active(*endpoints: Object, interface: str = "eno1", addresses: tuple[str, ...] = ("10.10.10.1",)) -> str | None:
    known = Evidence(endpoints).resolve(host_endpoints)
    found = known.active("n1", interface, frozenset(map(ip_address, addresses)))
    return found.name if found else None


def test_the_first_by_name_is_active_whether_by_interface_or_by_address() -> None:
    by_name, by_address = endpoint("b", "n1", "eno1"), endpoint("a", "n1", "", "10.10.10.1")

    assert active(by_name, by_address) == "a"
    assert active(by_name, endpoint("c", "n1", "", "10.10.10.1")) == "b"


def test_one_for_the_interface_comes_before_one_for_all() -> None:
    assert active(endpoint("a", "n1", "*"), endpoint("b", "n1", "eno1")) == "b"
    assert active(endpoint("a", "n1", "*"), endpoint("b", "n1", "eno2")) == "a"
    assert active(endpoint("b", "n1", "*"), endpoint("a", "n1", "*")) == "a"


def test_another_node_s_is_none() -> None:
    assert active(endpoint("a", "n2", "*")) is None


def test_an_address_is_expected_however_it_is_spelt() -> None:
    one = endpoint("a", "n1", "", "2001:DB8:0::0001")

    assert active(one, addresses=("2001:db8::1",)) == "a"
    assert active(one, addresses=("2001:db8::2",)) is None


def test_one_that_expects_another_address_of_the_interface_covers_them_all() -> None:
    assert active(endpoint("a", "n1", "", "10.10.10.1"), addresses=("10.10.10.1", "10.10.10.2")) == "a"


def test_what_is_no_address_is_passed_over() -> None:
    assert active(endpoint("a", "n1", "", "nowhere", "10.10.10.1")) == "a"
    assert active(endpoint("a", "n1", "", "nowhere")) is None


def test_an_endpoint_that_names_another_interface_is_not_matched_by_its_addresses() -> None:
    assert active(endpoint("a", "n1", "eno2", "10.10.10.1")) is None


@pytest.mark.parametrize("other", [endpoint("a", "n1", "eno2"), endpoint("a", "n1", "", "10.10.10.9")])
def test_while_the_interface_is_not_known_an_earlier_endpoint_may_be_for_it(other: Object) -> None:
    with pytest.raises(CannotTellError, match="the interface of the address"):
        active(other, endpoint("b", "n1", "", "10.10.10.1"), interface="")
    with pytest.raises(CannotTellError, match="the interface of the address"):
        active(other, endpoint("b", "n1", "*"), interface="")


def test_an_endpoint_for_all_interfaces_or_an_earlier_match_needs_no_interface() -> None:
    assert active(endpoint("a", "n1", "*"), interface="") == "a"
    assert active(endpoint("a", "n1", "", "10.10.10.1"), endpoint("b", "n1", "eno2"), interface="") == "a"


def test_a_malformed_endpoint_may_be_for_any_interface() -> None:
    broken: Object = {**endpoint("a", "n1", "*"), "spec": 1}

    with pytest.raises(CannotTellError, match="malformed"):
        active(broken, endpoint("b", "n1", "*"))
