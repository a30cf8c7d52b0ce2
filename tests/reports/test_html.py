"""The HTML report says everything, worst first, and every gap by its name."""

import pytest
from msgspec.structs import replace

from chaudit import Outcome, Severity, Subject, Violation
from chaudit.gate import Threshold
from chaudit_reports.page.likeness import THIS
from reports.pages import FULL, page, section, text
from reports.sample import ABSENT, DENIED, EMPTY, clean_report, error_report, finding, node, stray


def test_forbidden_not_installed_and_empty_are_three_things_in_the_evidence() -> None:
    root = page()

    def row(source: str) -> tuple[str, str]:
        cells = root.get_element_by_id(f"evidence-{source}").xpath("td")
        return cells[0].xpath("string(.//*[contains(@class, 'state')])"), text(cells[1])

    assert row("host-endpoints") == ("denied", "not known")
    assert row("bgp-advertisements") == ("absent", "not served")
    assert row("ingresses") == ("empty", "0")
    assert row("endpointslices") == ("read failed", "not known")
    assert row("nodes") == ("loaded", "42")
    assert DENIED in text(root.get_element_by_id("evidence-host-endpoints"))
    assert "1 object rejected" in text(root.get_element_by_id("evidence-services"))


def test_gaps_in_the_evidence_come_before_what_is_whole() -> None:
    sources = section(page(), "evidence").xpath(".//tbody/tr/th/text()[1]")

    assert [source.strip() for source in sources] == [
        "host-endpoints",
        "endpointslices",
        "services",
        "nodes",
        "ingresses",
        "bgp-advertisements",
    ]


def test_forbidden_not_installed_and_empty_are_three_things_in_the_outcomes() -> None:
    root = page()

    for name, state, words in (
        ("unknown", "denied", DENIED),
        ("not-applicable", "absent", ABSENT),
        ("passed", "empty", EMPTY),
    ):
        assert section(root, name).xpath(".//*[starts-with(@class, 'state')]/text()") == [state]
        assert words in text(section(root, name))


def test_one_denied_list_is_told_once_with_all_it_leaves_open() -> None:
    reasons = section(page(), "unknown").xpath(".//article")

    assert [text(reason.xpath("h3")[0]) for reason in reasons].count(DENIED) == 1
    assert "32 subjects of 2 rules" in text(reasons[0])
    assert "web-29:443/TCP" in text(reasons[0])
    assert reasons[0].xpath(".//details[1]/@open") == []


def test_reasons_that_differ_in_the_name_of_the_subject_only_are_told_once() -> None:
    many = tuple(
        finding("NET-001", Outcome.UNKNOWN, node(f"n{number}"), because=[f"no state n{number}: dark"])
        for number in range(25)
    )

    reasons = section(page(replace(FULL, findings=many)), "unknown").xpath(".//article")

    assert [text(reason.xpath("h3")[0]) for reason in reasons] == [f"no state {THIS}: dark"]
    assert "25 subjects of 1 rule" in text(reasons[0])


def test_more_reasons_than_anybody_reads_are_counted() -> None:
    many = tuple(
        finding("NET-001", Outcome.UNKNOWN, node(f"n{number}"), because=[f"reason {number}"]) for number in range(310)
    )

    unknown = section(page(replace(FULL, findings=many)), "unknown")

    assert len(unknown.xpath(".//article")) == 300
    assert text(unknown).endswith("10 more reasons, in the JSON report.")


def test_the_more_rules_are_broken_the_fewer_statements_of_each_are_told() -> None:
    rules = [replace(FULL.rules[0], id=f"TST-{number:03}") for number in range(100)]
    many = tuple(
        replace(finding("NET-001", Outcome.FAILED, node(f"n{number}"), stray(f"10.0.0.{number}")), rule=rule.id)
        for rule in rules
        for number in range(60)
    )

    failed = section(page(replace(FULL, findings=many, rules=tuple(rules))), "failed")

    assert len(failed.xpath(".//li[contains(@class, 'statement')]")) == 4_000
    assert "20 more subjects, here by name only" in text(failed)


def test_failures_come_worst_first_with_why_and_how_to_fix() -> None:
    rules = section(page(), "failed").xpath(".//article")

    assert [rule.get("id") for rule in rules] == ["failed-NET-001", "failed-NPT-004"]
    assert "2 of 42 subjects" in text(rules[0])
    assert "Nodes reach each other" in text(rules[0])
    assert rules[0].xpath(".//div[@class='fix']//code/text()") == ["--node-ip"]
    subject = rules[0].get_element_by_id(f"finding-{finding('NET-001', Outcome.FAILED, node('compute-7')).fingerprint}")
    facts = subject.xpath(".//dl")[0]
    assert facts.xpath(".//dt/text()") == ["internal_ips", "network", "ready"]
    assert facts.xpath(".//dd/code/text()") == ["10.10.10.18", "fd00:206::7", "cluster-host (192.168.206.0/24)", "true"]
    assert subject.xpath("string(.//ul/li[2]/span)") == "low"
    assert "node status of compute-7 is older than the scan" in text(subject)


def test_a_waiver_says_who_accepted_what_until_when() -> None:
    waived = text(section(page(), "waived"))

    assert "Waived until 2026-06-30 by net team: the operators' own dashboard, moved by CHG-1187" in waived
    assert "grafana answers on oam" in waived


def test_many_findings_are_folded_and_none_is_left_out() -> None:
    many = tuple(
        finding("NET-001", Outcome.FAILED, node(f"n{number}"), stray(f"10.0.0.{number}")) for number in range(25)
    )

    failed = section(page(replace(FULL, findings=many)), "failed")

    assert len(failed.xpath(".//li[contains(@class, 'statement')]")) == 25
    assert len(failed.xpath(".//details//li[contains(@class, 'statement')]")) == 13
    assert "13 more findings" in text(failed)


def test_what_is_said_of_several_is_said_once_with_all_their_names() -> None:
    many = tuple(finding("NET-001", Outcome.FAILED, node(f"n{number}"), stray("10.0.0.1")) for number in range(25))

    (statement,) = section(page(replace(FULL, findings=many)), "failed").xpath(".//li[contains(@class, 'statement')]")

    assert text(statement.xpath(".//h4")[0]) == "25 Nodes"
    assert len(statement.xpath(".//p[@class='names all']/span[@id]")) == 25


def test_beyond_what_anybody_reads_findings_are_named() -> None:
    many = tuple(
        finding("NET-001", Outcome.FAILED, node(f"n{number:03}"), stray(f"10.0.0.{number}")) for number in range(230)
    )

    failed = section(page(replace(FULL, findings=many)), "failed")

    assert len(failed.xpath(".//li[contains(@class, 'statement')]")) == 200
    assert "30 more subjects, here by name only; the JSON report has what was found" in text(failed)
    assert len(failed.xpath(".//span[starts-with(@id, 'finding-')]")) == 30


@pytest.mark.parametrize(("given_by", "told"), [("intent", "in the intent file"), ("profile", "by a profile")])
def test_a_severity_that_is_not_the_rules_own_is_told_with_whose_it_is(given_by: str, told: str) -> None:
    one = finding("NET-001", Outcome.FAILED, node("n1"), stray("10.0.0.1"), severity=Severity.LOW)

    failed = section(page(replace(FULL, findings=(replace(one, severity_from=given_by),))), "failed")

    assert text(failed.xpath(".//span[@class='declared']")[0]) == (f"severity set {told}; the rule's own is critical")


def test_profiles_that_a_scan_was_under_are_told() -> None:
    root = page(replace(FULL, scan=replace(FULL.scan, profiles=("starlingx", "edge"))))

    (told,) = root.xpath("//header//dt[text()='Profiles']/following-sibling::dd")
    assert text(told) == "starlingx, edge"


def test_a_subject_comes_with_the_command_that_shows_it() -> None:
    failed = section(page(), "failed")

    commands = failed.xpath(".//p[@class='command']/code/text()")
    assert commands[:2] == ["kubectl get nodes compute-3 -o yaml", "kubectl get nodes compute-7 -o yaml"]


def test_controls_of_frameworks_are_told_with_the_rules_that_bear_on_them() -> None:
    frameworks = section(page(), "frameworks")

    rows = [[text(cell) for cell in row] for row in frameworks.xpath(".//tbody/tr")]
    assert rows == [["S9", "failed NET-001"], ["S10", "failed NET-001"]]


def test_passed_subjects_are_a_plain_list_by_kind_and_namespace() -> None:
    (services,) = section(page(), "passed").xpath(".//details[contains(., 'NPT-004')]/p[contains(@class, 'names')]")

    assert text(services) == "Service in kube-system (2): dns:53/TCP, dns:53/UDP"


def test_the_verdict_is_one_sentence_with_its_terms() -> None:
    verdict = text(section(page(), "verdict"))

    assert verdict.startswith("Failed: 12 findings at or above high, and 31 could not be judged. Exit code 1")
    assert "Findings of severity critical or high fail this scan" in verdict


@pytest.mark.parametrize(
    ("threshold", "tone", "terms"),
    [
        (Threshold(None), "calm", "No finding was set to fail this scan."),
        (Threshold(allow_unknown=True), "bad", "subjects that could not be judged were set not to matter"),
    ],
)
def test_the_terms_follow_the_threshold(threshold: Threshold, tone: str, terms: str) -> None:
    verdict = section(page(replace(FULL, verdict=threshold.judge(FULL.findings))), "verdict")

    assert verdict.get("class") == tone
    assert terms in text(verdict)


def test_a_clean_report_says_so_and_leaves_no_section_empty() -> None:
    root = page(clean_report())

    assert section(root, "verdict").get("class") == "good"
    assert text(section(root, "failed")) == "What failed Nothing failed."
    assert text(section(root, "unknown")) == "What could not be judged Everything could be judged."


def test_a_cluster_that_was_not_looked_at_says_so_first_and_shows_no_outcome() -> None:
    report = error_report()
    root = page(report)

    first = root.xpath("//main/*[1]")[0]
    assert text(first).startswith(f"Unavailable: nothing was judged. {report.error} Exit code 4")
    assert "What passed" not in root.text_content()


def test_the_header_says_which_cluster_and_when() -> None:
    header = text(page().xpath("//header")[0])

    for told in (
        "stx-lab",
        "https://192.168.206.1:6443",
        "v1.29.2",
        FULL.cluster.uid,
        "2026-03-01 12:00:00 UTC, 4.2 s",
    ):
        assert told in header


def test_what_is_not_known_of_a_cluster_is_said() -> None:
    (told,) = page(error_report()).xpath("//header//dt[text()='Cluster UID']/following-sibling::dd")

    assert text(told) == "not known"


def test_warnings_are_shown() -> None:
    assert FULL.warnings[0] in text(section(page(), "warnings"))


def test_a_subject_of_the_whole_cluster_needs_no_name() -> None:
    only = (finding("HA-001", Outcome.UNKNOWN, Subject("Cluster"), because=[DENIED]),)

    unknown = section(page(replace(FULL, findings=only)), "unknown")

    assert text(unknown.xpath(".//p[starts-with(@class, 'names')]")[0]) == "Cluster"


def test_of_a_long_list_of_evidence_the_first_are_told_and_the_rest_counted() -> None:
    one = finding("NET-001", Outcome.FAILED, node("n1"), Violation("too many", {"ports": list(range(3_000))}))

    values = section(page(replace(FULL, findings=(one,))), "failed").xpath(".//dd/code/text()")

    assert (values[0], values[-1], len(values)) == ("0", "and 2,950 more", 51)
