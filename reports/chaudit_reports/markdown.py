"""Markdown for people in a pipeline: GitHub's step summary, a note on a GitLab merge request.

Both take about a million characters; what is left out is counted. Names from the cluster stand in code spans, which
neither Markdown nor HTML reaches into.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from chaudit import Finding, Outcome, Report, plural, printable
from chaudit_reports.words import at, said_of

_SHOWN_RULES = 100
_SHOWN_MESSAGES = 20
_SHOWN_SUBJECTS = 5


def render(report: Report) -> str:
    """Return the report: the verdict, counts, then what failed, what is unknown and what was waived."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    cluster = report.cluster
    named = [code(part) for part in (cluster.server, cluster.context, cluster.version, cluster.uid) if part]
    yield f"## chaudit: {report.verdict.summary}"
    yield ""
    yield f"{' · '.join(named) or 'a cluster that could not be identified'} · {at(report.scan.finished)} UTC"
    yield ""
    if report.error:
        yield f"**Nothing was judged:** {code(report.error)}"
        return
    yield f"| {' | '.join(Outcome)} |"
    yield "|---" * len(Outcome) + "|"
    yield f"| {' | '.join(str(report.verdict.counts.get(outcome, 0)) for outcome in Outcome)} |"
    yield from _section("Failed", report, Outcome.FAILED, said_of)
    yield from _section("Could not be judged", report, Outcome.UNKNOWN, said_of)
    yield from _section("Waived", report, Outcome.WAIVED, _waiver)
    if report.warnings:
        yield "\n### Warnings\n"
        yield from (f"- {code(warning)}" for warning in report.warnings)


def _section(heading: str, report: Report, outcome: Outcome, said: Callable[[Finding], Sequence[str]]) -> Iterator[str]:
    """Yield the findings of one outcome, worst first, folded by rule."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(report.findings, key=lambda one: (one.severity.rank, one.sort_key)):
        if finding.outcome is outcome:
            by_rule[finding.rule].append(finding)
    if not by_rule:
        return
    yield f"\n### {heading}\n"
    for rule, findings in list(by_rule.items())[:_SHOWN_RULES]:
        first = findings[0]
        yield f"<details><summary><b>{rule}</b> {first.title} ({first.severity}, {len(findings)})</summary>\n"
        yield from _messages(findings, said)
        yield "\n</details>"
    if len(by_rule) > _SHOWN_RULES:
        yield f"\nand {plural(len(by_rule) - _SHOWN_RULES, 'more rule')}"


def _messages(findings: Iterable[Finding], said: Callable[[Finding], Sequence[str]]) -> Iterator[str]:
    """Yield each message once, with the subjects it is said of."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        for message in said(finding):
            subjects[message].append(str(finding.subject))
    for message, about in list(subjects.items())[:_SHOWN_MESSAGES]:
        more = f" and {len(about) - _SHOWN_SUBJECTS} more" if len(about) > _SHOWN_SUBJECTS else ""
        yield f"- {', '.join(map(code, about[:_SHOWN_SUBJECTS]))}{more}: {code(message)}"
    if len(subjects) > _SHOWN_MESSAGES:
        yield f"- and {plural(len(subjects) - _SHOWN_MESSAGES, 'more message')}"


def _waiver(finding: Finding) -> Sequence[str]:
    waiver = finding.waiver
    return [f"until {waiver.expires}, {waiver.owner}: {waiver.reason}"] if waiver else []


def code(text: str) -> str:
    """Return text as a code span, fenced by more backticks than it holds in a row (CommonMark 6.1)."""
    safe = printable(text)
    longest = max((len(run) for run in _runs(safe)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"


def _runs(text: str) -> Iterator[str]:
    """Yield the runs of backticks in a text."""
    run = ""
    for character in f"{text} ":
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""
