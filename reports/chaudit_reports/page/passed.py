"""What passed: by rule, as compact as the names allow, and with the words where a pass needs some."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from chaudit import Finding, Subject
from chaudit_reports.page.catalogue import Entry
from chaudit_reports.page.subjects import Anchors, Gathering, gather

_NAMED = 300
"""Subjects of one rule and note that are named; beyond that they are only counted."""

_WHOLE_CLUSTER = Subject("Cluster")


class Passes(msgspec.Struct, frozen=True):
    """The subjects that passed with one note, or (`note` empty) with nothing to add."""

    note: str
    gatherings: tuple[Gathering, ...]


class PassedRule(msgspec.Struct, frozen=True):
    """A rule and the subjects that passed it, those with a note first; `is_empty` where there was none to judge."""

    entry: Entry
    count: int
    is_empty: bool
    passes: tuple[Passes, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be said about these passes."""
        return tuple(passes.note for passes in self.passes if passes.note)


def passed_rules(findings: Iterable[Finding], entries: Mapping[str, Entry], anchors: Anchors) -> tuple[PassedRule, ...]:
    """Return the rules that something passed, by id."""
    by_rule: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        by_rule[finding.rule][finding.note].append(finding)
    return tuple(_rule(entries[rule_id], by_note, anchors) for rule_id, by_note in sorted(by_rule.items()))


def _rule(entry: Entry, by_note: Mapping[str, Sequence[Finding]], anchors: Anchors) -> PassedRule:
    return PassedRule(
        entry=entry,
        count=sum(map(len, by_note.values())),
        is_empty=all(
            note and finding.subject == _WHOLE_CLUSTER for note, findings in by_note.items() for finding in findings
        ),
        passes=tuple(Passes(note, gather(by_note[note], anchors, _NAMED)) for note in sorted(by_note, reverse=True)),
    )
