"""Which endpoints a policy, or one side of its rules, speaks of: its several selectors as one.

Felix knows one label space for pods, host endpoints and network sets. Selectors of namespaces and of service accounts
become conditions on inherited labels. See libcalico-go/lib/backend/syncersv1/updateprocessors (rules.go,
networkpolicyprocessor.go, globalnetworkpolicyprocessor.go).
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from chaudit import CannotTellError
from chaudit_network.kinds.calico_policy import EntityRule, PolicyRule
from chaudit_network.policy.labels import NAME, NAMESPACE, OF_NAMESPACE, OF_SERVICE_ACCOUNT, SERVICE_ACCOUNT, Labels
from chaudit_network.selectors import Selector, parse
from chaudit_network.selectors.expressions import And, Expression, Not, Or, negated
from chaudit_network.selectors.terms import All, Comparison, Global, Has, Operator, Term


def of_policy(selector: str, namespace_selector: str, service_account_selector: str, namespace: str) -> Selector:
    """Return whom a policy applies to.

    In a global policy that asks for namespaces, `all()` means all that have one, so no host endpoint. A selector that
    is absent says nothing, so that a host endpoint, which inherits no label, meets `name not in {'kube-system'}`.

    Raises:
        SelectorError: Calico would refuse one of the selectors.
    """
    parts = [parse(selector).expression] if selector else []
    if namespace:
        parts.append(Comparison(NAMESPACE, Operator.EQUALS, namespace))
    elif namespace_selector:
        parts.append(_inherited(namespace_selector, OF_NAMESPACE))
        parts = [_within(part, NAMESPACE) for part in parts]
    if service_account_selector:
        parts.append(_inherited(service_account_selector, OF_SERVICE_ACCOUNT))
    if service_account_selector and not namespace:
        parts = [_within(part, SERVICE_ACCOUNT) for part in parts]
    return _all_of(parts)


def of_rule(selector: str, namespace_selector: str) -> Selector:
    """Return whom one side of a rule means; `global()` for a namespace means what has none.

    Raises:
        SelectorError: Calico would refuse one of the selectors.
    """
    parts = [parse(selector).expression]
    if namespace_selector:
        parts.append(_within(_inherited(namespace_selector, OF_NAMESPACE), NAMESPACE))
    return _all_of(parts)


def confined(rule: PolicyRule, namespace: str) -> PolicyRule:
    """Return a rule of a namespaced policy with its namespace written out: where a side selects, it stays in there."""
    return msgspec.structs.replace(
        rule, source=_confined(rule.source, namespace), destination=_confined(rule.destination, namespace)
    )


def selects(selector: Selector, labels: Labels) -> bool:
    """Whether the selector matches; what one condition denies needs no answer from the others.

    Raises:
        CannotTellError: that depends on a label that is not known.
    """
    doubt: CannotTellError | None = None
    for condition in _conditions(selector.expression):
        try:
            if not condition.matches(labels):
                return False
        except CannotTellError as gap:
            doubt = gap
    if doubt:
        raise doubt
    return True


def only_namespace(selector: Selector) -> str | None:
    """Return the name of the one namespace in which alone the selector can match; None where it names none."""
    for condition in _conditions(selector.expression):
        match condition:
            case Comparison(label, Operator.EQUALS, name) if label in {OF_NAMESPACE + NAME, NAMESPACE}:
                return name
    return None


def _confined(side: EntityRule, namespace: str) -> EntityRule:
    if side.namespace_selector or not (side.selector or side.not_selector or side.service_accounts):
        return side
    return msgspec.structs.replace(side, namespace_selector=str(Comparison(NAME, Operator.EQUALS, namespace)))


def _inherited(selector: str, prefix: str) -> Expression:
    def handed_down(term: Term) -> Expression:
        return term if isinstance(term, All | Global) else replace(term, label=prefix + term.label)

    return _mapped(parse(selector).expression, handed_down)


def _within(expression: Expression, label: str) -> Expression:
    def translated(term: Term) -> Expression:
        match term:
            case All():
                return Has(label)
            case Global():
                return Not(Has(label))
        return term

    return _mapped(expression, translated)


def _mapped(expression: Expression, change: Callable[[Term], Expression]) -> Expression:
    match expression:
        case Not(operand):
            return negated(_mapped(operand, change))
        case And(operands):
            return And(tuple(_mapped(operand, change) for operand in operands))
        case Or(operands):
            return Or(tuple(_mapped(operand, change) for operand in operands))
        case term:
            return change(term)


def _conditions(expression: Expression) -> Iterator[Expression]:
    """Yield what must hold together."""
    if isinstance(expression, And):
        for operand in expression.operands:
            yield from _conditions(operand)
    else:
        yield expression


def _all_of(parts: Iterable[Expression]) -> Selector:
    conditions = [condition for part in parts for condition in _conditions(part) if condition != All()]
    if not conditions:
        return Selector(All())
    return Selector(And(tuple(conditions)) if len(conditions) > 1 else conditions[0])
