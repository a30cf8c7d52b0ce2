"""What a selector says as a whole: terms, and their combinations."""

from collections.abc import Iterator

import msgspec

from chaudit_network.selectors.terms import Labels, Term


class Not(msgspec.Struct, frozen=True):
    """`!operand`, where the operand is not negated itself: two negations cancel out."""

    operand: "Expression"

    def matches(self, labels: Labels) -> bool:
        """Match what the operand does not."""
        return not self.operand.matches(labels)

    def __str__(self) -> str:
        return f"!{self.operand}"


class And(msgspec.Struct, frozen=True):
    """`one && other && ...`, two operands at least."""

    operands: tuple["Expression", ...]

    def matches(self, labels: Labels) -> bool:
        """Match what every operand does."""
        return all(operand.matches(labels) for operand in self.operands)

    def __str__(self) -> str:
        return f"({' && '.join(map(str, self.operands))})"


class Or(msgspec.Struct, frozen=True):
    """`one || other || ...`, two operands at least."""

    operands: tuple["Expression", ...]

    def matches(self, labels: Labels) -> bool:
        """Match what at least one operand does."""
        return any(operand.matches(labels) for operand in self.operands)

    def __str__(self) -> str:
        return f"({' || '.join(map(str, self.operands))})"


Expression = Term | Not | And | Or


def negated(expression: Expression) -> Expression:
    """Return what matches exactly the rest."""
    return expression.operand if isinstance(expression, Not) else Not(expression)


def terms(expression: Expression) -> Iterator[Term]:
    """Yield the terms of an expression from left to right."""
    match expression:
        case Not(operand):
            yield from terms(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from terms(operand)
        case term:
            yield term
