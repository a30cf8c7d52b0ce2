"""The simple conditions of a selector: what each says of one label or of none.

Their text is the canonical one, as Calico has it. An absent label meets `!=` and `not in`, and no other condition
(https://docs.tigera.io/calico/latest/reference/resources/networkpolicy#selectors).
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

Labels = Mapping[str, str]


class Operator(StrEnum):
    """How a comparison relates the value of a label to a text."""

    EQUALS = "=="
    DIFFERS = "!="
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"


_HOLDS: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.EQUALS: operator.eq,
    Operator.DIFFERS: operator.ne,
    Operator.CONTAINS: operator.contains,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}


class All(msgspec.Struct, frozen=True):
    """`all()`, and the empty selector."""

    def matches(self, _labels: Labels) -> bool:
        """Match anything, without labels too."""
        return True

    def __str__(self) -> str:
        return "all()"


class Global(msgspec.Struct, frozen=True):
    """`global()`: instead of a namespace, what belongs to none."""

    def matches(self, _labels: Labels) -> bool:
        """Match anything: it says nothing of labels."""
        return True

    def __str__(self) -> str:
        return "global()"


class Has(msgspec.Struct, frozen=True):
    """`has(label)`."""

    label: str

    def matches(self, labels: Labels) -> bool:
        """Match the presence of the label, whatever its value."""
        return self.label in labels

    def __str__(self) -> str:
        return f"has({self.label})"


class Comparison(msgspec.Struct, frozen=True):
    """`label == "text"` and its like; the text never holds quotes of both kinds, for it could not be written."""

    label: str
    operator: Operator
    text: str

    def matches(self, labels: Labels) -> bool:
        """Match the value by the operator; an absent label only differs."""
        value = labels.get(self.label)
        return self.operator is Operator.DIFFERS if value is None else _HOLDS[self.operator](value, self.text)

    def __str__(self) -> str:
        return f"{self.label} {self.operator} {_quoted(self.text)}"


class In(msgspec.Struct, frozen=True):
    """`label in {"one", "other"}`; the set may be empty."""

    label: str
    values: frozenset[str]

    def matches(self, labels: Labels) -> bool:
        """Match a label that is there with one of the values."""
        return labels.get(self.label) in self.values

    def __str__(self) -> str:
        return f"{self.label} in {{{_listed(self.values)}}}"


class NotIn(msgspec.Struct, frozen=True):
    """`label not in {"one", "other"}`; the set may be empty."""

    label: str
    values: frozenset[str]

    def matches(self, labels: Labels) -> bool:
        """Match a label with any other value, and an absent one."""
        return labels.get(self.label) not in self.values

    def __str__(self) -> str:
        return f"{self.label} not in {{{_listed(self.values)}}}"


OnLabel = Has | Comparison | In | NotIn
Term = All | Global | OnLabel


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(_quoted, sorted(values)))


def _quoted(text: str) -> str:
    """Quote without escapes, which the language does not have."""
    quote = "'" if '"' in text else '"'
    return f"{quote}{text}{quote}"
