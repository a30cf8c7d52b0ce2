"""Parses the text of a selector into an expression, by the grammar in the file next to this one."""

from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.lexer import PatternStr

from chaudit_network.selectors.errors import SelectorError
from chaudit_network.selectors.expressions import And, Expression, Or, negated
from chaudit_network.selectors.terms import All, Comparison, Global, Has, In, NotIn, Operator

MAX_LENGTH = 65_536
"""Characters of a selector: parsing takes time in proportion, and whoever wrote it may not mean well."""

MAX_NESTING = 32
"""Parentheses within each other: an expression is evaluated by recursion, which Python ends at a thousand calls."""

_END = "$END"
_NESTING = {"LPAR": 1, "RPAR": -1}


@v_args(inline=True)
class _Builder(Transformer[Token, Expression]):
    """Makes the expression of each rule of the grammar, by its name there."""

    def everything(self) -> Expression:
        return All()

    def without_namespace(self) -> Expression:
        return Global()

    def presence(self, label: Token) -> Expression:
        return Has(label.value)

    def comparison(self, label: Token, operator: Token, text: Token) -> Expression:
        return Comparison(label.value, Operator[operator.type], _unquoted(text))

    def membership(self, label: Token, values: frozenset[str]) -> Expression:
        return In(label.value, values)

    def exclusion(self, label: Token, values: frozenset[str]) -> Expression:
        return NotIn(label.value, values)

    def values(self, *strings: Token) -> frozenset[str]:
        return frozenset(map(_unquoted, strings))

    def negation(self, operand: Expression) -> Expression:
        return negated(operand)

    def conjunction(self, *operands: Expression) -> Expression:
        return And(operands)

    def disjunction(self, *operands: Expression) -> Expression:
        return Or(operands)


@cache
def _grammar() -> Lark:
    return Lark.open_from_package(
        __package__, "grammar.lark", start="selector", parser="lalr", lexer="contextual", transformer=_Builder()
    )


def parse_expression(text: str) -> Expression:
    """Return what a selector says; an empty one says `all()`.

    Raises:
        SelectorError: Calico would refuse the text, or it is longer or deeper than the limits above.
    """
    if len(text) > MAX_LENGTH:
        raise SelectorError(text, MAX_LENGTH, f"the end, after {MAX_LENGTH} characters at most")
    parser = _grammar().parse_interactive(text)
    try:
        nesting = 0
        for token in parser.iter_parse():
            nesting += _NESTING.get(token.type, 0)
            if nesting > MAX_NESTING:
                raise SelectorError(text, token.start_pos or 0, f"at most {MAX_NESTING} parentheses within each other")
        expression: Expression = parser.feed_token(Token(_END, ""))
    except UnexpectedInput as error:
        position: Any = error.pos_in_stream  # lark annotates it as None, which it only is at the end of the text
        acceptable: set[str] = parser.accepts()  # type: ignore[no-untyped-call]  # lark leaves it untyped
        expected = " or ".join(sorted(map(_word, acceptable)))
        raise SelectorError(text, len(text) if position is None else position, expected) from error
    return expression


def _word(terminal: str) -> str:
    """Return what a user would call a terminal of the grammar."""
    if terminal == _END:
        return "the end"
    pattern = _grammar().get_terminal(terminal).pattern
    word: str = pattern.value if isinstance(pattern, PatternStr) else terminal.strip("_").lower().replace("_", " ")
    return word


def _unquoted(string: Token) -> str:
    return str(string[1:-1])
