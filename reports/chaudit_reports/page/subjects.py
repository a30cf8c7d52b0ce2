"""Subjects in a list: gathered by kind and namespace, each with the anchor by which others link to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from chaudit import Finding
from chaudit_reports.words import name_of


class Anchors:
    """Hands out the anchor of each finding once, so that no id is on the page twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, finding: Finding) -> str:
        """Return the finding's anchor where it is mentioned first, and nothing from then on."""
        anchor = f"finding-{finding.fingerprint}"
        if anchor in self._given:
            return ""
        self._given.add(anchor)
        return anchor


@dataclass(frozen=True, slots=True)
class Mention:
    """One subject in a list."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True)
class Gathering:
    """The subjects of one kind and namespace: `Service in kube-system`."""

    heading: str
    mentions: tuple[Mention, ...]


def gather(findings: Iterable[Finding], anchors: Anchors) -> tuple[Gathering, ...]:
    """Return the subjects of findings by kind, namespace and name."""
    places: dict[str, list[Mention]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: finding.subject):
        subject = finding.subject
        place = f"{subject.kind} in {subject.namespace}" if subject.namespace else subject.kind
        places[place].append(Mention(anchors.of(finding), name_of(subject)))
    return tuple(Gathering(heading, tuple(mentions)) for heading, mentions in places.items())
