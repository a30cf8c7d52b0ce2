"""Commands that show a subject as the cluster has it: kubectl, by the exact resource that was read."""

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chaudit import Evidence, Subject, printable


class Commands:
    """Knows which resources the kinds of a report's subjects are."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        by_kind: dict[str, dict[str, None]] = defaultdict(dict)
        for reading in evidence:
            if reading.kind:
                by_kind[reading.kind][_resource(reading)] = None
        self._resources: Mapping[str, Sequence[str]] = {kind: tuple(found) for kind, found in by_kind.items()}

    def of(self, subject: Subject) -> tuple[str, ...]:
        """Return a command for each resource that the subject may be; none where it is no object, or cannot be typed.

        A name with characters that act instead of showing could not be copied as it is, and one that begins with a
        dash would be an option: the API server accepts neither.
        """
        names = (subject.name, subject.namespace)
        if not subject.name or any(name.startswith("-") or printable(name) != name for name in names):
            return ()
        namespace = ("-n", subject.namespace) if subject.namespace else ()
        return tuple(
            shlex.join(("kubectl", "get", resource, *namespace, subject.name, "-o", "yaml"))
            for resource in self._resources.get(subject.kind, ())
        )


def _resource(reading: Evidence) -> str:
    """Return the resource as kubectl takes it: `services`, `hostendpoints.crd.projectcalico.org`."""
    return f"{reading.resource}.{reading.group}" if reading.group else reading.resource
