"""Kubernetes objects as records: only the fields that some rule reads, frozen, in the shape the API has.

A kind is a subclass of `KubernetesObject` whose fields carry the API's own names in snake case. Decoding ignores
every field that the record does not name, and encoding a record gives the same JSON back, so that a snapshot
holds what was judged and nothing else.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from chaudit.text import printable


class Record(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """A part of a Kubernetes object, or a probe's answer.

    Records form trees, so the cyclic garbage collector need not track them.
    """


class ObjectMeta(Record, frozen=True, gc=False):
    """What every object is called and labelled with (meta/v1 ObjectMeta)."""

    name: str
    namespace: str = ""
    labels: Mapping[str, str] = {}


class AnnotatedMeta(ObjectMeta, frozen=True, gc=False):
    """Metadata with annotations, for the kinds whose annotations are evidence."""

    annotations: Mapping[str, str] = {}


class Subject(msgspec.Struct, frozen=True, omit_defaults=True, order=True):
    """What a finding is about: one object, or one port of it (`80/TCP`)."""

    kind: str
    namespace: str = ""
    name: str = ""
    port: str = ""

    def __str__(self) -> str:
        """Return `Kind namespace/name:port`, safe to show."""
        path = "/".join(part for part in (self.namespace, self.name) if part)
        port = f":{self.port}" if self.port else ""
        return printable(f"{self.kind} {path}{port}".rstrip())


class KubernetesObject(Record, frozen=True, gc=False, kw_only=True):
    """Base of all kinds. The class is named like the kind it decodes."""

    metadata: ObjectMeta

    @property
    def name(self) -> str:
        """The object's name."""
        return self.metadata.name

    @property
    def namespace(self) -> str:
        """The object's namespace, empty for cluster-scoped kinds."""
        return self.metadata.namespace

    @property
    def subject(self) -> Subject:
        """The object as the subject of a finding."""
        return Subject(type(self).__name__, self.namespace, self.name)


def strip_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a JSON value without the object members that are null.

    To the API server null and absent are one (API conventions, "Optional vs. Required"), but typed decoding
    tells them apart, and Go writes a nil list as null.
    """
    if isinstance(value, dict):
        return {key: strip_nulls(member) for key, member in value.items() if member is not None}
    if isinstance(value, list):
        return [strip_nulls(member) for member in value]
    return value
