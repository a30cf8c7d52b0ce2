"""Where evidence comes from: a source names an exact API resource, its fallbacks, and the record to decode into."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from chaudit.errors import CannotTellError
from chaudit.evidence.input import Facts, Input
from chaudit.objects import KubernetesObject

if TYPE_CHECKING:
    from chaudit.evidence.reading import Reading

R = TypeVar("R", bound=KubernetesObject)


class Resource(msgspec.Struct, frozen=True, omit_defaults=True):
    """One resource of one API version: group (empty for core), version, plural name and kind."""

    group: str
    version: str
    plural: str
    kind: str

    @property
    def api_version(self) -> str:
        """The `apiVersion` that objects carry: `v1`, `discovery.k8s.io/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def discovery_path(self) -> str:
        """The path that lists the resources of this group and version."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def list_path(self) -> str:
        """The path that lists all objects of the cluster."""
        return f"{self.discovery_path}/{self.plural}"

    def __str__(self) -> str:
        """Return the name that RBAC and kubectl use: `endpointslices.discovery.k8s.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


@dataclass(frozen=True)
class ObjectName:
    """One object that is read by its name."""

    name: str
    namespace: str = ""


@dataclass(frozen=True, eq=False)
class Source(Input[Sequence[R]], Generic[R]):
    """One kind of object to read from the API, as an input of views and rules.

    Asked for as such, a source hands over its records and refuses (`CannotTellError`) unless they are all there. A
    view that can make do with less asks for `SOURCE.reading` and looks at its state.

    `served_as` lists the API versions that carry the same objects, best first: the first one that has
    objects is read, so each object is counted once. With `only`, these objects are read one by one (verb `get`) and
    nothing is listed.
    """

    name: str
    record: type[R]
    served_as: tuple[Resource, ...]
    only: tuple[ObjectName, ...] = ()

    needs = ()

    @cached_property
    def reading(self) -> "ReadingOf[R]":
        """The reading itself as an input, whatever its state."""
        return ReadingOf(self)

    def resolve(self, facts: Facts) -> Sequence[R]:
        """Return all records.

        Raises:
            CannotTellError: the reading is denied, failed or absent.
        """
        reading = facts.reading(self)
        if reading.is_absent:
            raise CannotTellError(reading.reason)
        return reading.records


class ReadingOf(Input["Reading[R]"], Generic[R]):
    """A source's reading as an input: loaded, absent, denied or failed, with the objects that were rejected."""

    def __init__(self, source: Source[R]) -> None:
        self.name = source.name
        self.needs = (source,)
        self._source = source

    def resolve(self, facts: Facts) -> "Reading[R]":
        """Return the reading."""
        return facts.reading(self._source)
