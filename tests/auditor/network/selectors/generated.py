"""Generates expressions that the language can spell."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from chaudit_network.selectors import Selector
from chaudit_network.selectors.expressions import And, Expression, Or, negated
from chaudit_network.selectors.terms import All, Comparison, Global, Has, In, NotIn, Operator, Term

_WORDS_OF_THE_LANGUAGE = ("all", "contains", "ends", "global", "has", "in", "not", "notin", "starts", "with")

label_names = st.sampled_from(_WORDS_OF_THE_LANGUAGE) | st.from_regex(r"[a-c0-9_./-]{1,4}", fullmatch=True)

strings = st.text(max_size=3).filter(lambda text: not ('"' in text and "'" in text))

label_sets = st.dictionaries(label_names, strings)


def _terms() -> SearchStrategy[Term]:
    values = st.frozensets(strings, max_size=3)
    return st.one_of(
        st.builds(All),
        st.builds(Global),
        st.builds(Has, label_names),
        st.builds(Comparison, label_names, st.sampled_from(Operator), strings),
        st.builds(In, label_names, values),
        st.builds(NotIn, label_names, values),
    )


def _combined(expressions: SearchStrategy[Expression]) -> SearchStrategy[Expression]:
    operands = st.lists(expressions, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(negated, expressions), st.builds(And, operands), st.builds(Or, operands))


selectors = st.builds(Selector, st.recursive(_terms(), _combined, max_leaves=12))
