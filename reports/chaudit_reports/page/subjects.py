"""Subjects in a list: gathered by kind and namespace, each with the anchor by which others link to it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from chaudit import Finding, Former, Subject
from chaudit_reports.words import name_of


class Anchors:
    """Hands out each anchor once, so that no id is on the page twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, finding: Finding | Former) -> str:
        """Return the finding's anchor where it is mentioned first, and nothing from then on."""
        return self._once(f"finding-{finding.fingerprint}")

    def link_to(self, finding: Finding) -> str:
        """Return a link to the finding's anchor, empty where it has none."""
        anchor = f"finding-{finding.fingerprint}"
        return f"#{anchor}" if anchor in self._given else ""

    def of_subject(self, subject: Subject) -> str:
        """Return the anchor of an object the first time, and nothing from then on."""
        return self._once(anchor_of(subject))

    def of_reason(self, text: str) -> str:
        """Return the anchor of a reason."""
        return self._once(f"reason-{hashlib.sha256(text.encode()).hexdigest()[:12]}")

    def _once(self, anchor: str) -> str:
        if anchor in self._given:
            return ""
        self._given.add(anchor)
        return anchor


def anchor_of(subject: Subject) -> str:
    """Return where an object is on the page, if it is: `node/compute-0`, `service/shop/web`, ports left out."""
    parts = (subject.kind.lower(), subject.namespace, subject.name)
    return "/".join(quote(part, safe="") for part in parts if part)


class Mention(msgspec.Struct, frozen=True):
    """One subject in a list; the namespace is given where the list has several."""

    anchor: str
    name: str
    namespace: str = ""


class Gathering(msgspec.Struct, frozen=True):
    """The subjects of one kind and namespace: `Service in kube-system`, some by name and `more` only counted."""

    heading: str
    mentions: tuple[Mention, ...]
    more: int = 0

    @property
    def count(self) -> int:
        """How many subjects there are."""
        return len(self.mentions) + self.more


def gather(findings: Iterable[Finding | Former], anchors: Anchors, limit: int | None = None) -> tuple[Gathering, ...]:
    """Return the subjects of findings by kind, namespace and name; beyond the limit they are only counted."""
    places: dict[str, list[Finding | Former]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: finding.subject):
        subject = finding.subject
        places[f"{subject.kind} in {subject.namespace}" if subject.namespace else subject.kind].append(finding)
    gatherings = []
    left = limit
    for heading, found in places.items():
        named = found[:left]
        mentions = tuple(Mention(anchors.of(finding), name_of(finding.subject)) for finding in named)
        gatherings.append(Gathering(heading, mentions, len(found) - len(named)))
        left = left if left is None else left - len(named)
    return tuple(gatherings)
