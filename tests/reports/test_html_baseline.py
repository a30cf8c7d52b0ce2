"""The HTML report held against a baseline: what is new, old, fixed or not to be compared is told, and not hidden."""

from collections.abc import Sequence

from lxml import html
from msgspec.structs import replace

from chaudit import Finding, Outcome, Severity, Standing
from chaudit.gate import Threshold
from reports.pages import FULL, page, section, text
from reports.sample import HOSTILE, compared_report, finding, node, stray

COMPARED = compared_report()
ROOT = page(COMPARED)


def badges(element: html.HtmlElement) -> list[str]:
    found: Sequence[html.HtmlElement] = element.xpath(".//span[contains(@class, 'standing')]")
    return [text(one) for one in found]


def statement(name: str, root: html.HtmlElement = ROOT) -> html.HtmlElement:
    (found,) = section(root, "failed").xpath(f".//li[contains(@class, 'statement')][.//*[@class='name']='{name}']")
    return found


def test_every_failure_bears_its_standing() -> None:
    assert badges(statement("compute-3")) == ["new"]
    assert badges(statement("compute-7")) == ["unchanged"]
    assert statement("compute-7").get("data-standing") == "unchanged"
    hostile = section(ROOT, "failed").xpath(".//li[@data-standing='incomparable']")
    assert [badges(one) for one in hostile] == [["cannot be compared"]]


def test_what_could_not_be_judged_cannot_be_compared() -> None:
    assert {one.get("data-standing") for one in section(ROOT, "unknown").xpath(".//article")} == {"incomparable"}


def test_what_is_new_comes_before_what_is_worse_but_old() -> None:
    old = finding("NET-001", Outcome.FAILED, node("n1"), stray("10.0.0.1"))
    new = finding("NPT-004", Outcome.FAILED, node("n2"), stray("10.0.0.1"))
    findings = (replace(old, standing=Standing.UNCHANGED), replace(new, standing=Standing.NEW))

    rules = section(page(replace(COMPARED, findings=findings)), "failed").xpath(".//article")

    assert [rule.get("id") for rule in rules] == ["failed-NPT-004", "failed-NET-001"]
    assert [rule.get("data-rank") for rule in rules] == ["1", "2"]


def test_the_same_is_not_said_once_of_what_is_new_and_what_is_old() -> None:
    def one(name: str, standing: Standing) -> Finding:
        return replace(finding("NET-001", Outcome.FAILED, node(name), stray("10.0.0.1")), standing=standing)

    findings = (one("n1", Standing.UNCHANGED), one("n2", Standing.NEW), one("n3", Standing.UNCHANGED))
    failed = section(page(replace(COMPARED, findings=findings)), "failed")

    assert badges(failed) == ["1 new", "2 unchanged", "new", "unchanged"]


def test_of_more_than_is_told_the_names_come_with_their_standing() -> None:
    def one(number: int) -> Finding:
        found = finding("NET-001", Outcome.FAILED, node(f"n{number:03}"), stray(f"10.0.0.{number}"))
        return replace(found, standing=Standing.NEW if number < 210 else Standing.UNCHANGED)

    failed = section(page(replace(COMPARED, findings=tuple(map(one, range(230))))), "failed")

    named = failed.xpath(".//p[contains(@class, 'names item')]")
    assert [(one.get("data-standing"), len(one.xpath("span[@id]"))) for one in named] == [
        ("new", 10),
        ("unchanged", 20),
    ]


def test_what_is_fixed_is_named_and_so_is_what_was_not_judged_any_more() -> None:
    baseline = text(section(ROOT, "baseline"))

    assert "Held against the report of 2026-02-28 12:00:00 UTC" in baseline
    assert "compute-20" in text(ROOT.get_element_by_id("fixed"))
    assert "X-001" in baseline


def test_what_failed_and_can_no_longer_be_seen_is_named() -> None:
    assert "gone.example.org" in text(ROOT.get_element_by_id("incomparable"))


def test_the_first_screen_counts_the_standings() -> None:
    counts = COMPARED.verdict.standings
    verdict = text(section(ROOT, "verdict"))

    assert (
        f"Since the baseline of 2026-02-28 12:00:00 UTC: {counts[Standing.NEW]} new "
        f"{counts[Standing.UNCHANGED]} unchanged {counts[Standing.INCOMPARABLE]} cannot be compared 1 fixed"
    ) in verdict
    assert "unless the baseline has them" in verdict


def test_without_a_baseline_nothing_is_said_of_one() -> None:
    root = page(FULL)

    assert badges(root) == []
    assert root.xpath("//*[@id='baseline'] | //select[@name='standing']") == []


def test_a_waiver_that_expired_is_told_where_it_was_and_on_the_first_screen() -> None:
    told = statement("compute-7").xpath(".//p[contains(@class, 'expired')]")

    assert [text(one) for one in told] == [
        "Counts again: its waiver expired on 2026-02-28 by net team: moved in spring (CHG-1186)"
    ]
    assert "1 warning 1 finding counts again, since a waiver expired." in text(section(ROOT, "verdict"))


def test_a_severity_that_the_intent_gives_is_told_of_what_is_unknown_and_on_the_first_screen() -> None:
    dark = finding("HA-001", Outcome.UNKNOWN, node("n1"), because=["dark"], severity=Severity.INFO)
    loud = finding("HA-001", Outcome.FAILED, node("n2"), stray("10.0.0.1"), severity=Severity.CRITICAL)
    findings = tuple(replace(one, severity_from="intent") for one in (dark, loud))
    root = page(replace(FULL, findings=findings, verdict=Threshold().judge(findings)))

    assert "severity set in the intent file; the rule's own is low" in text(section(root, "unknown"))
    assert "severity set in the intent file; the rule's own is low" in text(section(root, "verdict"))


def test_hostile_names_of_the_baseline_stay_text() -> None:
    assert COMPARED.baseline
    gone = tuple(replace(one, subject=node(HOSTILE[0])) for one in COMPARED.baseline.fixed)
    root = page(replace(COMPARED, baseline=replace(COMPARED.baseline, fixed=gone)))

    assert HOSTILE[0] in text(root.get_element_by_id("fixed"))
    assert len(root.xpath("//script")) == 1
