"""What is said of subjects on a terminal, by rule: each thing once, with all the subjects it is said of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from chaudit.cli.console import Paper
from chaudit.finding import Finding, Outcome
from chaudit.severity import Severity
from chaudit.text import printable

_THINGS = 3
"""Things that are said of a rule before the rest is only counted (`-v` says all)."""

_SUBJECTS = 3
"""Subjects of which one thing is said before the rest is only counted."""

_LINES = 3
"""Lines of a terminal that one thing may take."""

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


@dataclass(frozen=True, slots=True)
class Told:
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
    below = f", {len(counted)} below the threshold" if counted else ""
    paper.put()
    paper.put(Text(f"{title} ({len(told)}{below})", style))
    for of_rule in _by_rule(told):
        first = of_rule[0].finding
        put_heading(paper, first.severity, first.rule, first.title)
        _put_things(paper, of_rule, verbose=verbose)
    for of_rule in _by_rule(counted):
        first = of_rule[0].finding
        put_heading(paper, first.severity, first.rule, first.title, f" ({len(of_rule)})")


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
    said: dict[str, list[Told]] = defaultdict(list)  # one denied list can make a thousand subjects unknown
    for one in told:
        for message in one.messages:
            said[message].append(one)
    things = list(said.items())
    for message, those in things if verbose else things[:_THINGS]:
        named = _some([one.name for one in (those if verbose else those[:_SUBJECTS])], len(those))
        if not message:
            paper.put(Text(named), 4)
        elif paper.is_wide_enough:
            paper.put(Text.assemble((named, "bold"), f"  {printable(message)}"), 4)
        else:
            paper.put(Text(named, "bold"), 4)
            paper.put(Text(printable(message)), 6, 6, None if verbose else _LINES)
    if not verbose and len(things) > _THINGS:
        paper.put(Text(f"and {len(things) - _THINGS} more: -v shows all", "dim"), 4)


def _some(names: Sequence[str], total: int) -> str:
    more = f" and {total - len(names)} more" if total > len(names) else ""
    return ", ".join(names) + more
