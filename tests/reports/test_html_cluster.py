"""The HTML report shows the cluster: its network drawn, and who can reach what as a matrix."""

from typing import Any

import pytest
from lxml import html
from msgspec.structs import replace

from chaudit import Exhibited, Outcome, Subject, Violation
from chaudit_network.exhibits import BGP, EXPOSURE, NAMES, NETWORK, PLACES
from chaudit_network.exhibits.bgp import SessionsEntry
from chaudit_network.exhibits.exposure import At
from chaudit_reports.page.likeness import THIS
from reports.pages import FULL, page, section, text
from reports.sample import (
    CLUSTER_NETWORK,
    DENIED,
    ENTRIES,
    NAMES_SHOWN,
    NODES,
    PEERING,
    PLACE_SETS,
    error_report,
    finding,
)


def cells(row: html.HtmlElement) -> list[str]:
    return [text(cell) for cell in row.xpath("th | td")]


def matrix(root: html.HtmlElement) -> list[list[str]]:
    return [cells(row) for row in section(root, "exposure").xpath(".//table[@class='matrix']/tbody/tr")]


def with_exhibits(*exhibits: Exhibited[Any]) -> html.HtmlElement:
    return page(replace(FULL, exhibits=exhibits))


def test_a_way_in_is_a_row_with_what_outsiders_find_in_each_network() -> None:
    assert matrix(page())[:4] == [
        ["30080/TCP NodePort", "shop/web:80", "open", "inside"],
        ["30081/TCP NodePort", "shop/part:80", "in part", ""],
        ["30082/TCP NodePort", "shop/dark:80", "unknown", ""],
        ["30083/TCP NodePort", "shop/inner:80", "inside", "inside"],
    ]


def test_what_is_open_where_no_outsider_arrives_is_not_in_the_colour_of_what_is_open() -> None:
    root = page()

    levels = section(root, "exposure").xpath(".//table[@class='matrix']/tbody/tr[1]/td/@class")
    assert levels[:2] == ["level open", "level inside"]
    assert text(section(root, "exposure").xpath(".//p[@class='legend']")[0]).startswith("1 open to outsiders 1 in part")


def test_what_grey_means_is_told_where_there_is_some() -> None:
    everywhere = replace(ENTRIES[0], at=(At(0), At(1)))
    root = with_exhibits(
        Exhibited(EXPOSURE.name, EXPOSURE.title, value=(everywhere,)),
        Exhibited(PLACES.name, PLACES.title, value=PLACE_SETS),
    )
    legends = [text(section(one, "exposure").xpath(".//p[@class='legend']")[0]) for one in (root, page())]

    assert ["open where outsiders do not arrive" in legend for legend in legends] == [True, False]


def test_ways_that_are_closed_to_outsiders_are_folded_and_not_left_out() -> None:
    folded = section(page(), "exposure").xpath("./details[not(@class)]")

    assert [text(one.xpath("summary")[0]) for one in folded] == ["2 ways in, closed to outsiders"]
    assert "30084/TCP" in text(folded[0])


def test_every_way_says_why_place_by_place() -> None:
    way = page().get_element_by_id("way-0")

    stories = [text(story) for story in way.xpath("dl")]
    assert stories == [
        "oam: 1 node open to external, oam: web: open open to nodes, pods: web: open",
        "cluster-host: 1 node closed to external, oam: web: closed open to nodes, pods: web: open",
    ]


def test_an_exhibit_that_is_not_whole_says_what_is_missing() -> None:
    assert "May be incomplete: Service shop/odd: 'nonsense' is not an IP address" in text(section(page(), "exposure"))


def test_an_exhibit_without_its_evidence_says_why_and_shows_nothing() -> None:
    root = with_exhibits(
        *(Exhibited(one.name, one.title, (DENIED,)) for one in (BGP, EXPOSURE, NAMES, NETWORK, PLACES))
    )

    for name in ("bgp", "exposure", "names", "network"):
        assert f"Not shown: {DENIED}" in text(section(root, name))
        assert not section(root, name).xpath(".//table | .//svg")


@pytest.mark.parametrize("root", [with_exhibits(), page(error_report())], ids=["without exhibits", "error"])
def test_a_report_without_exhibits_has_no_such_sections(root: html.HtmlElement) -> None:
    for name in ("network", "exposure", "names", "bgp"):
        assert not root.xpath(f"//section[@id='{name}']")
        assert f"#{name}" not in root.xpath("//a/@href")


def test_nodes_are_drawn_on_the_networks_they_have_addresses_in() -> None:
    (picture,) = page().xpath("//svg[@class='drawing']")

    assert picture.xpath(".//text[@class='network']/text()") == ["no known network", "oam", "cluster-host"]
    assert [title.strip() for title in picture.xpath(".//text[@class='node']/text()")] == [
        "<script>alert(1)</script>",
        "controller-0",
        "compute-3",
    ]
    assert picture.xpath(".//text[@class='count']/text()") == ["2 open"]
    assert picture.xpath(".//g[contains(@class, 'not-ready')]/text[@class='ready']/text()") == ["not Ready"]


def test_networks_without_addresses_are_named_below_the_picture() -> None:
    assert "No known address in: pxeboot 169.254.202.0/24" in text(section(page(), "network"))


def test_many_nodes_alike_are_drawn_once_and_one_that_differs_stands_out() -> None:
    alike = [replace(NODES[1], name=f"worker-{number:04}", ready=True) for number in range(5_000)]
    known = replace(CLUSTER_NETWORK, nodes=(*NODES, *alike))

    root = with_exhibits(Exhibited(NETWORK.name, NETWORK.title, value=known))

    (picture,) = root.xpath("//svg[@class='drawing']")
    titles = [title.strip() for title in picture.xpath(".//text[@class='node']/text()")]
    assert titles == ["<script>alert(1)</script>", "controller-0", "5,000 nodes", "compute-3"]
    assert len(section(root, "network").xpath(".//tr[starts-with(@id, 'node/worker-')]")) == 5_000


def test_gaps_in_what_is_known_of_nodes_are_told_once_for_all_alike() -> None:
    assert f"1 node: no NodeNetworkState {THIS} lists every address" in text(section(page(), "network"))


def test_load_balancers_stand_beside_their_network_and_in_a_table() -> None:
    root = page()

    assert "LB 10.10.10.40" in text(root.xpath("//svg[@class='drawing']")[0])
    rows = [cells(row) for row in section(root, "network").xpath(".//details[contains(., 'balancer')]//tbody/tr")]
    assert rows == [
        ["shop/web", "10.10.10.40", "oam"],
        ["shop/<script>alert(1)</script>", "lb.example.org", ""],
        ["shop/waiting", "none yet", ""],
    ]


def test_a_picture_without_exposure_does_not_say_that_nothing_is_open() -> None:
    root = with_exhibits(Exhibited(NETWORK.name, NETWORK.title, value=CLUSTER_NETWORK))

    assert "what is open on them is not known" in text(section(root, "network"))
    assert "nothing known to be open" not in text(section(root, "network"))


def table(root: html.HtmlElement, name: str, caption: str) -> list[list[str]]:
    return [cells(row) for row in section(root, name).xpath(f".//table[caption='{caption}']/tbody/tr")]


def test_a_name_is_a_row_with_how_it_leads_to_each_node() -> None:
    hostile = "<script>alert(1)</script>"

    assert table(page(), "names", "Names by the nodes they lead to") == [
        [
            "shop.example.org 443/TCP",
            "10.10.10.3 node, 192.168.206.14 node",
            "1 of 2",
            "",
            "record",
            "record not Ready",
            "",
        ],
        [hostile, "10.10.10.40 load balancer a gap", "1 of 2", "announces not Ready", "announces", "", ""],
        ["gone.example.org", "DNS says no such name (192.0.2.53)", "0 of 2", "", "", "", ""],
    ]


def test_what_was_found_of_a_name_is_marked_beside_it_and_can_be_followed() -> None:
    gone = finding("HA-001", Outcome.FAILED, Subject("Hostname", "", "gone.example.org"), Violation("it leads nowhere"))

    root = page(replace(FULL, findings=(*FULL.findings, gone)))

    (mark,) = section(root, "names").xpath(".//a[@class='mark failed']")
    assert text(mark) == "HA-001"
    assert "it leads nowhere" in text(root.get_element_by_id(mark.get("href")[1:]))


def test_many_names_that_lead_to_the_same_share_a_row_and_are_all_named() -> None:
    known = replace(
        NAMES_SHOWN, names=tuple(replace(NAMES_SHOWN.names[0], host=f"n{i}.example.org") for i in range(99))
    )

    root = with_exhibits(
        Exhibited(NAMES.name, NAMES.title, value=known), Exhibited(NETWORK.name, NETWORK.title, value=CLUSTER_NETWORK)
    )

    ((first, *_),) = table(root, "names", "Names by the nodes they lead to")
    assert first == "n0.example.org and 98 more 443/TCP"
    assert "n98.example.org" in text(section(root, "names").xpath("./details")[0])


def test_a_router_is_a_row_with_the_state_of_its_session_with_each_node() -> None:
    assert table(page(), "bgp", "Sessions by the nodes that have them") == [
        [
            "10.10.10.251 AS 65001, oam",
            "Calico as AS 64512 password none; BGPPeer tor-a",
            "unknown",
            "established",
            "active",
            "",
        ]
    ]
    assert "1 session: nothing fresh reports it" in text(section(page(), "bgp"))


def test_prefixes_are_told_with_whom_they_go_to_and_how_sure_that_is() -> None:
    rows = table(page(), "bgp", "What the routers are told")

    assert rows[0][0] == "load balancer IPs Calico, 64512:100"
    assert rows[0][1].startswith("203.0.113.0/32 shop/<script>alert(1)</script>, controller-0")
    assert "2 more prefixes 203.0.113.12/32" in rows[0][1]
    assert rows[1] == [
        "pods Calico",
        "172.16.0.0/26 5,000 nodes perhaps: BGPFilter odd is malformed",
        "10.10.10.251",
    ]


def test_routers_and_names_stand_beside_their_networks_in_the_picture() -> None:
    (picture,) = page().xpath("//svg[@class='drawing']")
    said = text(picture)

    assert "BGP 10.10.10.251 AS 65001" in said
    assert "DNS shop.example.org" in said
    assert "10.10.10.251 AS 65001 Established 1, Active 1, unknown 1" in said


def test_sessions_of_many_nodes_are_counted_by_likeness() -> None:
    alike = [replace(NODES[1], name=f"worker-{number:04}", ready=True) for number in range(5_000)]
    known = replace(CLUSTER_NETWORK, nodes=tuple(alike))
    half = tuple(one.name for one in alike[:2_000])
    sessions = (SessionsEntry("Established", established=True, nodes=half),)
    peering = replace(PEERING, routers=(replace(PEERING.routers[0], sessions=sessions),))

    root = with_exhibits(
        Exhibited(NETWORK.name, NETWORK.title, value=known), Exhibited(BGP.name, BGP.title, value=peering)
    )

    (row,) = table(root, "bgp", "Sessions by the nodes that have them")
    assert row[2] == "established 2,000/5,000"
