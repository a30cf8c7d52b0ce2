"""JUnit XML: a suite for each rule and a case for each subject, as Jenkins and its kin read them.

Unknown is an error and never a success: a pipeline must not take what was not seen for what is fine.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC
from xml.etree import ElementTree as ET

from junit_xml import TestCase, TestSuite

from chaudit import Finding, Outcome, Report, Standing, State, Violation, plural, printable
from chaudit_reports.words import api_of, facts_of

_DECLARATION = "<?xml version='1.0' encoding='utf-8'?>"


def render(report: Report) -> Iterator[str]:
    """Yield the report as a JUnit document: valid for strict readers, and the same text for the same report.

    It is written suite by suite, so that only one of them is there as a tree, which takes ten times as much memory.
    """
    totals = " ".join(f'{name}="{count}"' for name, count in _totals(report).items())
    yield f'{_DECLARATION}\n<testsuites name="chaudit" {totals}>\n'
    for suite in _suites(report):
        element = suite.build_xml_doc()
        _make_portable(element)
        ET.indent(element, level=1)
        yield f"  {ET.tostring(element, encoding='unicode')}\n"
    yield "</testsuites>\n"


def _totals(report: Report) -> Mapping[str, int]:
    """Return what the suites will have in all, by the names of the attributes."""
    counts = Counter((finding.outcome, finding.standing) for finding in report.findings)
    failed = sum(count for (outcome, _), count in counts.items() if outcome is Outcome.FAILED)
    unchanged, incomparable = (counts[Outcome.FAILED, one] for one in (Standing.UNCHANGED, Standing.INCOMPARABLE))
    unknown = sum(count for (outcome, _), count in counts.items() if outcome is Outcome.UNKNOWN)
    of_scan = int(bool(report.error))
    return {
        "tests": len(report.findings) + of_scan,
        "failures": failed - unchanged - incomparable,
        "errors": unknown + incomparable + of_scan,
    }


def _make_portable(suite: ET.Element) -> None:
    """Drop what junit-xml always writes: a duration that nobody took, and `disabled`.

    The xUnit plugin of Jenkins refuses files with the latter (https://github.com/kyrus/python-junit-xml/issues/63).
    """
    del suite.attrib["time"], suite.attrib["disabled"]


def _suites(report: Report) -> Iterator[TestSuite]:
    if report.error:
        case = TestCase("cluster", classname="chaudit")
        case.add_error_info(printable(f"nothing was judged: {report.error}"), error_type="unavailable")
        yield _suite(report, "chaudit", [case])
    titles = {rule.id: rule.title for rule in report.rules}
    remedies = {rule.id: rule.remediation for rule in report.rules}
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
        titles.setdefault(finding.rule, finding.title)
    for rule_id in sorted(titles):
        cases = [_case(finding, remedies.get(rule_id, "")) for finding in by_rule[rule_id]]
        yield _suite(report, f"{rule_id} {titles[rule_id]}", cases)


def _suite(report: Report, name: str, cases: list[TestCase]) -> TestSuite:
    # Without an offset, as the Ant schema wants it; the properties have the exact time.
    timestamp = f"{report.scan.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return TestSuite(printable(name), cases, timestamp=timestamp, properties=_properties(report))


def _case(finding: Finding, remediation: str) -> TestCase:
    case = TestCase(str(finding.subject), classname=f"chaudit.{finding.rule}")
    match finding.outcome:
        case Outcome.FAILED if finding.standing is Standing.UNCHANGED:
            message = f"unchanged since the baseline: {finding.violations[0].message}"
            case.add_skipped_info(printable(message), _details(finding, remediation))
        case Outcome.FAILED if finding.standing is Standing.INCOMPARABLE:
            message = f"whether it is new is not known: {finding.violations[0].message}"
            case.add_error_info(printable(message), _details(finding, remediation), "incomparable")
        case Outcome.FAILED:
            message = finding.violations[0].message
            case.add_failure_info(printable(message), _details(finding, remediation), finding.severity)
        case Outcome.UNKNOWN:
            message = "; ".join(finding.unknown_because)
            case.add_error_info(printable(message), _details(finding), "unknown")
        case Outcome.WAIVED:
            case.add_skipped_info(printable(f"waived {finding.waiver}"), _details(finding, remediation))
        case Outcome.NOT_APPLICABLE:
            case.add_skipped_info(printable(f"not applicable: {finding.note}"))
        case Outcome.PASSED:
            case.stdout = printable(finding.note)
    return case


def _details(finding: Finding, remediation: str = "") -> str:
    """Return everything that was said of a subject, a line for each thing."""
    lines = [line for violation in finding.violations for line in _violation(violation)]
    lines += [f"could not be judged: {reason}" for reason in finding.unknown_because]
    lines += [f"was waived {finding.expired_waiver}"] if finding.expired_waiver else []
    lines += [finding.note] if finding.note else []
    lines += [f"fix: {remediation}"] if remediation else []
    return "\n".join(printable(line) for line in [*lines, f"fingerprint: {finding.fingerprint}"])


def _violation(violation: Violation) -> Iterator[str]:
    yield violation.message
    for key, values in facts_of(violation.evidence):
        yield f"  {key}: {', '.join(values)}"


def _properties(report: Report) -> Mapping[str, str]:
    """Return what every suite carries: which cluster, when, judged by what, and the state of each source."""
    scan, verdict = report.scan, report.verdict
    properties = {
        "cluster.uid": report.cluster.uid,
        "cluster.server": report.cluster.server,
        "cluster.context": report.cluster.context,
        "cluster.version": report.cluster.version,
        "chaudit.version": report.tool.version,
        "scan.started": scan.started.isoformat(),
        "scan.finished": scan.finished.isoformat(),
        "scan.intent_sha256": scan.intent_sha256,
        "scan.profiles": ", ".join(scan.profiles),
        "verdict": verdict.summary,
        "verdict.exit_code": str(int(verdict.exit_code)),
    }
    for reading in report.evidence:
        objects = plural(reading.objects, "object") if reading.state is State.LOADED else ""
        rejected = f"{len(reading.rejected)} rejected" if reading.rejected else ""
        said = (reading.state, objects, rejected, api_of(reading), reading.reason)
        properties[f"evidence.{reading.source}"] = "; ".join(part for part in said if part)
    if report.baseline:
        properties["baseline.taken"] = report.baseline.taken.isoformat()
        for number, fixed in enumerate(report.baseline.fixed, 1):
            properties[f"baseline.fixed.{number}"] = f"{fixed.rule} {fixed.subject}"
        for number, lost in enumerate(report.baseline.incomparable, 1):
            properties[f"baseline.incomparable.{number}"] = f"{lost.rule} {lost.subject}"
    for number, warning in enumerate(report.warnings, 1):
        properties[f"warning.{number}"] = warning
    return {printable(key): printable(value) for key, value in properties.items()}
