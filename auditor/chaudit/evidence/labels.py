"""The labels of subjects, looked up among the objects of a snapshot."""

from collections.abc import Mapping
from functools import cached_property

import msgspec

from chaudit.evidence.snapshot import Snapshot
from chaudit.objects import KubernetesObject, Subject


class Labels:
    """The labels of all objects; nothing is looked through before somebody asks."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def of(self, subject: Subject) -> Mapping[str, str]:
        """Return the labels of the object that a subject is, or is a port of; none where it was not read."""
        return self._known.get(msgspec.structs.replace(subject, port=""), {})

    @cached_property
    def _known(self) -> Mapping[Subject, Mapping[str, str]]:
        return {
            found.subject: found.metadata.labels
            for reading in self._snapshot.readings.values()
            for found in reading.objects
            if isinstance(found, KubernetesObject) and found.metadata.labels
        }
