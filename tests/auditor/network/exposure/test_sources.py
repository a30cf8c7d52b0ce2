from ipaddress import ip_network

import pytest

from chaudit_network.exposure.sources import EXTERNAL, NODES, PODS, SourceClass, source_classes
from chaudit_network.exposure.verdict import Reach, Verdict
from chaudit_network.intervals import Intervals

DOUBT = "ip-pools: denied"


def addresses(*cidrs: str) -> dict[int, Intervals]:
    return {family: Intervals.addresses(map(ip_network, cidrs), family) for family in (4, 6)}


def classes(doubt: str = "", pods: str = "172.16.0.0/16") -> dict[str, SourceClass]:
    found = source_classes({"oam": addresses("10.10.10.0/24")}, addresses("10.10.10.3/32"), addresses(pods), doubt)
    return {one.name: one for one in found}


def test_external_is_whoever_is_in_no_other_class() -> None:
    external = classes()[EXTERNAL].addresses[4]

    assert int(ip_network("192.0.2.1/32")[0]) in external
    assert not external & addresses("10.10.10.0/24", "172.16.0.0/16")[4]


def test_hosts_of_a_network_do_not_include_its_nodes() -> None:
    assert int(ip_network("10.10.10.3/32")[0]) not in classes()["oam"].addresses[4]


def test_pods_whose_addresses_are_not_known_are_a_class_nevertheless() -> None:
    assert classes(DOUBT, pods="fd00::/64")[PODS].has(4)
    assert not classes(pods="fd00::/64")[PODS].has(4)


@pytest.mark.parametrize("reach", [Reach.OPEN, Reach.CLOSED])
def test_what_holds_for_all_outsiders_holds_whichever_of_them_are_pods(reach: Reach) -> None:
    assert classes(DOUBT)[EXTERNAL].doubted(Verdict(reach, ("why",))) == Verdict(reach, ("why",))


@pytest.mark.parametrize(("name", "reach"), [(EXTERNAL, Reach.PARTIAL), (PODS, Reach.OPEN), (PODS, Reach.CLOSED)])
def test_what_depends_on_unknown_addresses_is_unknown(name: str, reach: Reach) -> None:
    assert classes(DOUBT)[name].doubted(Verdict(reach, ("why",))) == Verdict(Reach.UNKNOWN, ("why", DOUBT))


@pytest.mark.parametrize("name", [NODES, "oam"])
def test_other_classes_do_not_depend_on_the_addresses_of_pods(name: str) -> None:
    assert classes(DOUBT)[name].doubted(Verdict(Reach.PARTIAL)) == Verdict(Reach.PARTIAL)
