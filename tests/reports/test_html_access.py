"""The HTML report can be linked to, walked through by keyboard, and read out."""

from collections import Counter

from msgspec.structs import replace

from chaudit import Outcome, Report
from reports.pages import FULL, REPORTS, page, text
from reports.sample import finding, node, stray


@REPORTS
def test_every_id_is_given_once_and_every_link_inside_leads_somewhere(report: Report) -> None:
    root = page(report)
    ids = Counter(root.xpath("//@id"))

    assert [name for name, count in ids.items() if count > 1] == []
    assert {href[1:] for href in root.xpath("//a/@href") if href.startswith("#")} <= set(ids)


def test_every_finding_and_every_rule_has_its_anchor() -> None:
    ids = set(page().xpath("//@id"))

    assert {f"finding-{one.fingerprint}" for one in FULL.findings} <= ids
    assert {f"rule-{rule.id}" for rule in FULL.rules} <= ids


def test_two_findings_on_one_subject_share_its_anchor() -> None:
    twice = tuple(finding("NET-001", Outcome.FAILED, node("a"), stray(address)) for address in ("10.0.0.1", "10.0.0.2"))

    root = page(replace(FULL, findings=twice))

    assert len(root.xpath("//li[contains(@class, 'statement')]")) == 2
    assert len(root.xpath(f"//*[@id='finding-{twice[0].fingerprint}']")) == 1


@REPORTS
def test_headings_come_in_order_and_every_section_has_one(report: Report) -> None:
    root = page(report)
    levels = [int(heading.tag[1]) for heading in root.xpath("//h1 | //h2 | //h3 | //h4")]

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))
    for one in root.xpath("//section"):
        assert text(root.get_element_by_id(one.get("aria-labelledby")))


@REPORTS
def test_it_has_landmarks_a_language_and_a_way_past_the_header(report: Report) -> None:
    root = page(report)

    assert root.get("lang") == "en"
    assert [len(root.xpath(f"/html/body/{tag}")) for tag in ("header", "main", "footer")] == [1, 1, 1]
    assert root.xpath("/html/body/*[1]/@href") == ["#verdict"]
    assert root.xpath("//nav/@aria-label")
    assert root.xpath("//head/meta[@name='viewport']")


def test_tables_are_tables_for_a_screen_reader_too() -> None:
    tables = page().xpath("//table")

    assert tables
    for table in tables:
        assert text(
            table.xpath(
                "caption | ../preceding-sibling::summary | ../preceding-sibling::p | preceding-sibling::summary"
            )[0]
        )
        assert {cell.get("scope") for cell in table.xpath("thead//th")} == {"col"}
        assert {cell.get("scope") for cell in table.xpath("tbody//th")} == {"row"}


def test_every_source_has_a_row() -> None:
    assert len(page().get_element_by_id("evidence").xpath(".//tbody/tr")) == len(FULL.evidence)


def test_the_picture_has_a_title_and_a_description() -> None:
    (picture,) = page().xpath("//svg[@role='img']")
    told = [text(picture.get_element_by_id(name)) for name in picture.get("aria-labelledby").split()]

    assert told[0] == "The network of the cluster"
    assert told[1].startswith("3 nodes on 3 networks; ports are open to outsiders on oam.")


def test_what_can_be_scrolled_sideways_can_be_reached_by_keyboard_and_has_a_name() -> None:
    regions = page().xpath("//div[@class='scroll']")

    assert {region.get("tabindex") for region in regions} == {"0"}
    assert all(region.get("aria-label") and region.get("role") == "region" for region in regions)


def test_nodes_and_services_have_anchors_by_their_names() -> None:
    ids = set(page().xpath("//@id"))

    assert {"node/controller-0", "node/%3Cscript%3Ealert%281%29%3C%2Fscript%3E", "service/shop/web"} <= ids


def test_counts_lead_to_their_sections() -> None:
    tiles = page().xpath("//ul[@class='tiles']//a")

    assert [(tile.get("href"), text(tile)) for tile in tiles] == [
        ("#failed", "12 failed"),
        ("#unknown", "32 could not be judged"),
        ("#waived", "1 waived"),
        ("#passed", "43 passed"),
        ("#not-applicable", "1 not applicable"),
    ]
