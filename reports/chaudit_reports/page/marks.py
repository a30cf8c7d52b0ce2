"""What was found about a subject, as marks beside it wherever it is shown: the rule, and a link to the finding."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaudit import Finding, Outcome, Subject
from chaudit_reports.page.subjects import Anchors

_MARKED = (Outcome.FAILED, Outcome.UNKNOWN)


class Mark(msgspec.Struct, frozen=True):
    """A rule that a subject breaks, or may break, and where on the page it says so."""

    rule: str
    outcome: Outcome
    href: str


class Marks:
    """The marks of all subjects; a finding about a port of an object marks the object."""

    def __init__(self, findings: Iterable[Finding], anchors: Anchors) -> None:
        found: dict[tuple[str, str, str], dict[str, Mark]] = defaultdict(dict)
        for finding in findings:
            if finding.outcome in _MARKED:
                subject = finding.subject
                href = anchors.link_to(finding) or f"#{finding.outcome}"
                mark = Mark(finding.rule, finding.outcome, href)
                found[subject.kind, subject.namespace, subject.name].setdefault(finding.rule, mark)
        self._found: Mapping[tuple[str, str, str], Mapping[str, Mark]] = found

    def of(self, subject: Subject) -> Sequence[Mark]:
        """Return the marks of a subject."""
        return tuple(self._found.get((subject.kind, subject.namespace, subject.name), {}).values())
