"""A selector as a value: what it matches and what it mentions."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from chaudit_network.selectors.expressions import Expression, terms
from chaudit_network.selectors.terms import All, Global, OnLabel


class Selector(msgspec.Struct, frozen=True):
    """A parsed selector: equal to every other spelling of it, and its text is the canonical one."""

    expression: Expression

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether something with these labels is selected; `global()` says nothing of labels and is met by any."""
        return self.expression.matches(labels)

    @property
    def labels(self) -> frozenset[str]:
        """The names of the labels it mentions."""
        return frozenset(term.label for term in terms(self.expression) if isinstance(term, OnLabel))

    @property
    def is_all(self) -> bool:
        """Whether it is `all()` or empty. Others may match everything too; this one says so."""
        return isinstance(self.expression, All)

    @property
    def uses_global(self) -> bool:
        """Whether it mentions `global()`, which only the namespace selector of a policy rule may."""
        return any(isinstance(term, Global) for term in terms(self.expression))

    def __str__(self) -> str:
        return str(self.expression)


@lru_cache(maxsize=16_384)
def parse(text: str) -> Selector:
    """Return the selector that a text spells, each text parsed once; an empty text selects everything.

    Raises:
        SelectorError: Calico would refuse the text, or it is longer or deeper than chaudit parses.
    """
    from chaudit_network.selectors.grammar import parse_expression  # noqa: PLC0415 - lark is slow to import

    return Selector(parse_expression(text))
