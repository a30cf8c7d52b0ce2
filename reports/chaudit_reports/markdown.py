"""Markdown for people in a pipeline: GitHub's step summary, a note on a GitLab merge request.

Both take about a million characters; what is left out is counted. Names from the cluster stand in code spans, which
neither Markdown nor HTML reaches into.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from chaudit import Finding, Former, Outcome, Report, Standing, code_span, plural
from chaudit_reports.words import at, said_of

F = TypeVar("F", Finding, Former)

_SHOWN_RULES = 100
_SHOWN_MESSAGES = 20
_SHOWN_SUBJECTS = 5


def render(report: Report) -> str:
    """Return the report: the verdict, counts, then what failed, what is unknown and what was waived.

    With a baseline what is new comes apart from what is not, and what was fixed is named.
    """
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    cluster = report.cluster
    named = [code_span(part) for part in (cluster.server, cluster.context, cluster.version, cluster.uid) if part]
    yield f"## chaudit: {report.verdict.summary}"
    yield ""
    yield f"{' · '.join(named) or 'a cluster that could not be identified'} · {at(report.scan.finished)} UTC"
    yield ""
    if report.error:
        yield f"**Nothing was judged:** {code_span(report.error)}"
        return
    yield f"| {' | '.join(Outcome)} |"
    yield "|---" * len(Outcome) + "|"
    yield f"| {' | '.join(str(report.verdict.counts.get(outcome, 0)) for outcome in Outcome)} |"
    found: dict[tuple[Outcome, Standing | None], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.outcome, finding.standing if finding.outcome is Outcome.FAILED else None].append(finding)
    new = found[Outcome.FAILED, None] + found[Outcome.FAILED, Standing.NEW]
    yield from _section("New since the baseline" if report.baseline else "Failed", new, _failed)
    yield from _section("Failed, and may be new or not", found[Outcome.FAILED, Standing.INCOMPARABLE], _failed)
    yield from _section("Could not be judged", found[Outcome.UNKNOWN, None], said_of)
    yield from _section("Failed as in the baseline", found[Outcome.FAILED, Standing.UNCHANGED], _failed)
    yield from _section("Waived", found[Outcome.WAIVED, None], _waiver)
    if report.baseline:
        yield from _section("Fixed since the baseline", report.baseline.fixed, _was)
        yield from _section("Not seen any more", report.baseline.incomparable, _was)
    if report.warnings:
        yield "\n### Warnings\n"
        yield from (f"- {code_span(warning)}" for warning in report.warnings)


def _section(heading: str, chosen: Iterable[F], said: Callable[[F], Sequence[str]]) -> Iterator[str]:
    """Yield findings, worst first, folded by rule."""
    by_rule: dict[str, list[F]] = defaultdict(list)
    for finding in sorted(chosen, key=lambda one: (one.severity.rank, one.rule, one.subject)):
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


def _messages(findings: Iterable[F], said: Callable[[F], Sequence[str]]) -> Iterator[str]:
    """Yield each message once, with the subjects it is said of."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        for message in said(finding):
            subjects[message].append(str(finding.subject))
    for message, about in list(subjects.items())[:_SHOWN_MESSAGES]:
        more = f" and {len(about) - _SHOWN_SUBJECTS} more" if len(about) > _SHOWN_SUBJECTS else ""
        yield f"- {', '.join(map(code_span, about[:_SHOWN_SUBJECTS]))}{more}: {code_span(message)}"
    if len(subjects) > _SHOWN_MESSAGES:
        yield f"- and {plural(len(subjects) - _SHOWN_MESSAGES, 'more message')}"


def _failed(finding: Finding) -> Sequence[str]:
    expired = [f"was waived {finding.expired_waiver}"] if finding.expired_waiver else []
    return [*said_of(finding), *expired]


def _waiver(finding: Finding) -> Sequence[str]:
    return [str(finding.waiver)]


def _was(former: Former) -> Sequence[str]:
    return [f"{former.outcome} then"]
