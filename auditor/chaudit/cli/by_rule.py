"""What is said of subjects on a terminal, by rule: the same once, with all the subjects it is said of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from rich.text import Text

from chaudit.cli.console import Paper
from chaudit.finding import Finding, Outcome, Standing
from chaudit.severity import Severity
from chaudit.text import printable

_THINGS = 3
"""Things that are said of a rule before the rest is only counted (`-v` says all)."""

_SUBJECTS = 3
"""Subjects of which one thing is said before the rest is only counted."""

_LINES = 3
"""Lines of a terminal that one thing may take."""

_DECLARED_BY: Mapping[str, str] = {"intent": "of the intent file", "profile": "of a profile"}

_ID = 12
"""Characters of a fingerprint that are shown: enough to tell millions of findings apart."""

STYLES: Mapping[str, str] = {
    Outcome.FAILED: "bold red",
    Outcome.UNKNOWN: "bold yellow",
    Outcome.WAIVED: "cyan",
    Outcome.PASSED: "green",
    Outcome.NOT_APPLICABLE: "dim",
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
    Severity.INFO: "dim",
}


class Told(msgspec.Struct, frozen=True):
    """A finding, what to say of it, and what to add to its name."""

    finding: Finding
    messages: Sequence[str]
    remark: str = ""

    @property
    def name(self) -> str:
        """Its subject, with the beginning of its fingerprint."""
        remark = f" ({self.remark})" if self.remark else ""
        return f"{self.finding.subject} [{short_id(self.finding)}]{remark}"


def short_id(finding: Finding) -> str:
    """Return the part of a fingerprint that is shown."""
    return finding.fingerprint[:_ID]


def put_group(
    paper: Paper, title: str, style: str, told: Sequence[Told], counted: Sequence[Told], *, verbose: bool
) -> None:
    """Write what belongs together by rule, in the given order, and count what is below the threshold."""
    counts = [f"{len(told)}"] if told else []
    if counted:
        is_old = counted[0].finding.standing is Standing.UNCHANGED
        counts += [f"{len(counted)}{'' if is_old else ' below the threshold'}"]
    paper.put()
    paper.put(Text(f"{title} ({', '.join(counts)})", style))
    for of_rule in _by_rule(told):
        _put_heading_of(paper, of_rule[0].finding)
        _put_things(paper, of_rule, verbose=verbose)
    for of_rule in _by_rule(counted):
        _put_heading_of(paper, of_rule[0].finding, f" ({len(of_rule)})")


def _put_heading_of(paper: Paper, finding: Finding, more: str = "") -> None:
    """Write the heading of a rule's findings; a severity that is not the rule's own is told as such."""
    declared = _DECLARED_BY.get(finding.severity_from)
    put_heading(
        paper, finding.severity, finding.rule, finding.title, f" [severity {declared}]{more}" if declared else more
    )


def put_heading(paper: Paper, severity: Severity, rule_id: str, title: str, more: str = "") -> None:
    """Write a rule's severity, id and title."""
    heading = Text.assemble((f"{severity:<8} ", STYLES[severity]), (f"{rule_id:<8}", "bold"), f"  {printable(title)}")
    paper.put(heading + Text(more, "dim"), 2, 21)


def put_names(paper: Paper, names: Sequence[str], *, verbose: bool) -> None:
    """Write the first few of these names, and how many more there are."""
    paper.put(Text(_some(names if verbose else names[:_SUBJECTS], len(names))), 4)


def _by_rule(told: Iterable[Told]) -> Iterable[list[Told]]:
    found: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        found[one.finding.rule].append(one)
    return found.values()


def _put_things(paper: Paper, told: Iterable[Told], *, verbose: bool) -> None:
    said: dict[Sequence[str], list[Told]] = defaultdict(list)  # one denied list can make a thousand subjects unknown
    for one in told:
        said[tuple(one.messages)].append(one)
    things = list(said.items())
    shown = things if verbose else things[:_THINGS]
    for messages, those in shown:
        named = _some([one.name for one in (those if verbose else those[:_SUBJECTS])], len(those))
        _put_messages(paper, messages, named, verbose=verbose)
    if more := sum(len(those) for _, those in things[len(shown) :]):
        paper.put(Text(f"and {more} more: -v shows all", "dim"), 4)


def _put_messages(paper: Paper, messages: Sequence[str], named: str, *, verbose: bool) -> None:
    """Write what is said of some subjects: on a terminal below their names, in a pipe beside them."""
    shown = messages if verbose else messages[:_THINGS]
    if paper.wraps:
        paper.put(Text(named, "bold"), 4)
        for message in filter(None, shown):
            paper.put(Text(printable(message)), 6, 6, None if verbose else _LINES)
    else:
        for message in shown:
            paper.put(Text.assemble((named, "bold"), f"  {printable(message)}".rstrip()), 4)
    if len(messages) > len(shown):
        paper.put(Text(f"and {len(messages) - len(shown)} more: -v shows all", "dim"), 6)


def _some(names: Sequence[str], total: int) -> str:
    more = f" and {total - len(names)} more" if total > len(names) else ""
    return ", ".join(names) + more
