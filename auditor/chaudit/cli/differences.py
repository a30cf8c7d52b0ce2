"""A diff on a terminal and as Markdown, a note on a merge request: what is worse comes first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape

from rich.text import Text

from chaudit.cli.by_rule import Told, put_group, short_id
from chaudit.cli.console import Paper
from chaudit.cli.findings import messages_of, reaches
from chaudit.diff import Coverage, Diff, Side
from chaudit.finding import Finding, Outcome
from chaudit.gate import ExitCode
from chaudit.gate.comparison import Change, Kind
from chaudit.text import code_span, plural, printable

_TITLES: Mapping[Kind, tuple[str, str]] = {
    Kind.NEW: ("New", "bold red"),
    Kind.INCOMPARABLE: ("Incomparable", "bold yellow"),
    Kind.CHANGED: ("Changed", "cyan"),
    Kind.FIXED: ("Fixed", "green"),
}
_TOLD = frozenset({Kind.NEW, Kind.FIXED})
"""What is told though it is below the threshold."""

_THINGS = 20
"""Things that Markdown says of a rule before the rest is only counted."""

_SUBJECTS = 5
"""Subjects of which it says one."""


def put_diff(paper: Paper, diff: Diff, *, verbose: bool, quiet: bool) -> None:
    """Write a diff for people: both sides, evidence, what changed, and the verdict last."""
    if not quiet:
        for which, side in (("then", diff.then), ("now ", diff.now)):
            paper.put(Text.assemble((f"{which}  ", "dim"), (printable(side.name), "bold"), f"  {_about(side)}"), 0, 6)
        for worse, title in ((True, "EVIDENCE that got worse"), (False, "EVIDENCE that got better")):
            _put_evidence(paper, title, [one for one in diff.evidence if one.worse is worse])
        for kind, (title, style) in _TITLES.items():
            if changes := _of(diff, kind):
                told: list[Told] = []
                counted: list[Told] = []
                for change in changes:
                    is_told = verbose or kind in _TOLD or reaches(change.finding, diff.verdict)
                    (told if is_told else counted).append(Told(change.finding, _said(change), _passage(change)))
                put_group(paper, title.upper(), style, told, counted, verbose=verbose)
        paper.put()
        paper.put(Text(f"unchanged: {_unchanged(diff)}", "dim"))
        for warning in diff.warnings:
            paper.put(Text.assemble(("warning ", "yellow"), printable(warning)), hanging=8)
    code = diff.verdict.exit_code
    style = {ExitCode.CLEAN: "bold green", ExitCode.FINDINGS: "bold red"}.get(code, "bold yellow")
    paper.put(Text.assemble((diff.verdict.summary, style), f" (exit code {int(code)})"), hanging=0)


def markdown(diff: Diff) -> str:
    """Return a diff as Markdown; names from the cluster stand in code spans, which nothing reaches into."""
    return "\n".join(_lines(diff)) + "\n"


def _lines(diff: Diff) -> Iterator[str]:
    yield f"## chaudit diff: {diff.verdict.summary}\n"
    yield f"then: {code_span(diff.then.name)} {code_span(_about(diff.then))}  "
    yield f"now: {code_span(diff.now.name)} {code_span(_about(diff.now))}\n"
    yield f"| {' | '.join(Kind)} |"
    yield "|---" * len(Kind) + "|"
    yield f"| {' | '.join(str(diff.verdict.counts[kind]) for kind in Kind)} |"
    if diff.warnings or diff.evidence:
        yield "\n### Of the comparison\n"
        yield from (f"- {code_span(warning)}" for warning in diff.warnings)
        yield from (
            f"- evidence {'worse' if one.worse else 'better'}: {code_span(_came(one))}" for one in diff.evidence
        )
    for kind, (title, _) in _TITLES.items():
        by_rule: dict[str, list[Change]] = defaultdict(list)
        for change in _of(diff, kind):
            by_rule[change.finding.rule].append(change)
        if by_rule:
            yield f"\n### {title}\n"
        for rule, changes in by_rule.items():
            first = changes[0].finding
            is_open = " open" if kind is Kind.NEW else ""
            title_of_rule = f"<b>{_text(rule)}</b> {_text(first.title)} ({first.severity}, {len(changes)})"
            yield f"<details{is_open}><summary>{title_of_rule}</summary>\n"
            yield from _items(changes)
            yield "\n</details>"
    yield f"\nUnchanged: {_unchanged(diff)}."


def _text(text: str) -> str:
    """Return text for the inside of an HTML element, where Markdown has no say."""
    return escape(printable(text))


def _items(changes: Sequence[Change]) -> Iterator[str]:
    """Yield each thing once, with what it is said of, and count the rest: a note takes about a million characters."""
    said: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        name = f"{code_span(str(change.finding.subject))} ({_passage(change)}, `{short_id(change.finding)}`)"
        for message in _said(change):
            said[message].append(name)
    for message, names in list(said.items())[:_THINGS]:
        more = f" and {len(names) - _SUBJECTS} more" if len(names) > _SUBJECTS else ""
        yield f"- {', '.join(names[:_SUBJECTS])}{more}{f': {code_span(message)}' if message else ''}"
    if len(said) > _THINGS:
        yield f"- and {plural(len(said) - _THINGS, 'more message')}"


def _of(diff: Diff, kind: Kind) -> Sequence[Change]:
    return [change for change in diff.changes if change.kind is kind]


def _said(change: Change) -> Sequence[str]:
    """Return why a change is incomparable, else what is said of the finding now; what is fixed needs no words."""
    if change.kind is Kind.INCOMPARABLE:
        return change.because
    return [""] if change.kind is Kind.FIXED else messages_of(change.finding, change.finding.outcome)


def _passage(change: Change) -> str:
    """Return how it was and how it is: `passed -> failed`."""
    nothing = "not seen" if change.kind is Kind.INCOMPARABLE else "not there"
    weighs = bool(change.then and change.now and change.then.severity is not change.now.severity)
    return " -> ".join(_state(finding, weighs=weighs) if finding else nothing for finding in (change.then, change.now))


def _state(finding: Finding, *, weighs: bool) -> str:
    return f"{finding.outcome}, {finding.severity}" if weighs and finding.outcome is Outcome.FAILED else finding.outcome


def _about(side: Side) -> str:
    """Return when a side was taken, by what it was judged, and of which cluster it is."""
    cluster = side.cluster
    named = [f"context {cluster.context}" if cluster.context else "", f"cluster {cluster.uid}"]
    return printable(" · ".join([_at(side.scan.started), f"chaudit {side.tool.version}", *filter(None, named)]))


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}".strip()


def _put_evidence(paper: Paper, title: str, evidence: Sequence[Coverage]) -> None:
    if evidence:
        paper.put()
        paper.put(Text(f"{title} ({len(evidence)})", "bold yellow" if evidence[0].worse else "green"))
        for one in evidence:
            paper.put(Text(printable(_came(one))), 2, 4)


def _came(coverage: Coverage) -> str:
    """Return how evidence came then and now, and why it is not all there."""
    states = f"{coverage.then} -> {coverage.now}" if coverage.then is not coverage.now else f"{coverage.now}"
    rejected = ""
    if coverage.rejected_then != coverage.rejected_now:
        rejected = f", {coverage.rejected_then} -> {plural(coverage.rejected_now, 'malformed object')}"
    reason = f": {coverage.reason}" if coverage.reason else ""
    return f"{coverage.source} {states}{rejected}{reason}"


def _unchanged(diff: Diff) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in diff.unchanged.items() if count) or "nothing"
