"""The Kubernetes API as evidence: a source names an exact resource, its fallbacks, and the record to decode into."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from chaudit.evidence.readable import Readable
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.resource import Resource
from chaudit.objects import KubernetesObject

R = TypeVar("R", bound=KubernetesObject)


class ObjectName(msgspec.Struct, frozen=True):
    """One object that is read by its name."""

    name: str
    namespace: str = ""


@dataclass(frozen=True, eq=False)
class Source(Readable[R], Generic[R]):
    """One kind of object to read from the API, as an input of views and rules.

    `served_as` lists the API versions that carry the same objects, best first: the first one that has
    objects is read, so each object is counted once. With `only`, these objects are read one by one (verb `get`) and
    nothing is listed.
    """

    served_as: tuple[Resource, ...]
    only: tuple[ObjectName, ...] = ()

    @property
    def unread(self) -> Reading[R]:
        """A failed reading: nobody looked, so nobody knows."""
        return Reading(self.name, State.FAILED, reason=f"{self.name}: not in the snapshot")
