"""Rules: a decorated generator that judges one subject at a time."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

import msgspec

from chaudit.controls import Controls
from chaudit.evidence.input import Facts, Input
from chaudit.finding import Judgement, family_of
from chaudit.objects import Subject
from chaudit.severity import Severity
from chaudit.text import or_rather

_ID = re.compile(r"[A-Z]{1,8}-\d{3}")


def unknown_rule(name: str, known: Iterable[str]) -> str:
    """Return what to say of a rule that nobody knows."""
    return f"no rule is called {name!r}: `chaudit rules` lists them{or_rather(name, known)}"


class HasSubject(Protocol):
    """What a rule can judge: an object, or a view's record about one."""

    @property
    def subject(self) -> Subject:
        """What findings about it are filed under."""


S = TypeVar("S", bound=HasSubject)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
Settings_ = TypeVar("Settings_", bound=msgspec.Struct)
Verdicts = Iterator[Judgement]


@dataclass(frozen=True, eq=False)
class Settings(Input[Settings_], Generic[Settings_]):
    """What operators can set for a rule in the intent file (`rules: ID: settings:`), with its defaults."""

    type: type[Settings_]

    name = "settings"
    needs = ()

    def resolve(self, facts: Facts) -> Settings_:
        """Settings belong to one rule; the engine hands them over itself."""
        raise NotImplementedError


class Family(msgspec.Struct, frozen=True):
    """What the rules whose ids begin with `name` are about: `NET`, node network attachment."""

    name: str
    title: str


class Rule(msgspec.Struct, Generic[S], frozen=True, eq=False):
    """A rule as data: what it is called, what it needs, and the function that judges.

    Every subject of `each` is judged by itself, together with the values of the inputs in `using`.
    """

    id: str
    title: str
    severity: Severity
    each: Input[Iterable[S]]
    using: tuple[Input[Any], ...]
    remediation: str
    references: tuple[str, ...]
    judge: Callable[..., Verdicts]
    controls: tuple[Controls, ...] = ()
    mandatory: bool = False

    @property
    def family(self) -> str:
        """The letters before the dash: `NET`."""
        return family_of(self.id)

    @property
    def rationale(self) -> str:
        """What goes wrong when the rule does not hold: the docstring of its function."""
        return inspect.getdoc(self.judge) or ""

    @property
    def inputs(self) -> tuple[Input[Any], ...]:
        """All inputs the rule asks for."""
        return (self.each, *self.using)

    @property
    def settings(self) -> Settings[Any] | None:
        """The rule's settings, where it has any."""
        return next((wanted for wanted in self.using if isinstance(wanted, Settings)), None)


@overload
def rule(
    rule_id: str,
    title: str,
    /,
    *,
    severity: Severity,
    each: Input[Iterable[S]],
    remediation: str,
    references: tuple[str, ...],
    controls: tuple[Controls, ...] = (),
    mandatory: bool = False,
) -> Callable[[Callable[[S], Verdicts]], Rule[S]]: ...
@overload
def rule(
    rule_id: str,
    title: str,
    /,
    *,
    severity: Severity,
    each: Input[Iterable[S]],
    using: tuple[Input[A]],
    remediation: str,
    references: tuple[str, ...],
    controls: tuple[Controls, ...] = (),
    mandatory: bool = False,
) -> Callable[[Callable[[S, A], Verdicts]], Rule[S]]: ...
@overload
def rule(
    rule_id: str,
    title: str,
    /,
    *,
    severity: Severity,
    each: Input[Iterable[S]],
    using: tuple[Input[A], Input[B]],
    remediation: str,
    references: tuple[str, ...],
    controls: tuple[Controls, ...] = (),
    mandatory: bool = False,
) -> Callable[[Callable[[S, A, B], Verdicts]], Rule[S]]: ...
@overload
def rule(
    rule_id: str,
    title: str,
    /,
    *,
    severity: Severity,
    each: Input[Iterable[S]],
    using: tuple[Input[A], Input[B], Input[C]],
    remediation: str,
    references: tuple[str, ...],
    controls: tuple[Controls, ...] = (),
    mandatory: bool = False,
) -> Callable[[Callable[[S, A, B, C], Verdicts]], Rule[S]]: ...
def rule(
    rule_id: str,
    title: str,
    /,
    *,
    severity: Severity,
    each: Input[Iterable[S]],
    using: tuple[Input[Any], ...] = (),
    remediation: str,
    references: tuple[str, ...],
    controls: tuple[Controls, ...] = (),
    mandatory: bool = False,
) -> Callable[[Callable[..., Verdicts]], Rule[S]]:
    """Turn a generator function into a rule.

    The function takes one subject of `each` and the value of each input in `using`, and yields `Violation`,
    `Unknown` or `NotApplicable`; yielding nothing means that the subject passed. It is pure. Its docstring is the
    rationale that reports and docs show.

    Args:
        rule_id: family and number, `NET-001`; never given twice.
        title: the sentence that should be true.
        severity: how much it matters at most when it is not; a violation may say that it weighs less.
        each: what is judged one by one.
        using: what else is needed to judge.
        remediation: what to do when it fails.
        references: URLs of primary sources.
        controls: what it bears on in published frameworks.
        mandatory: whether nobody may waive its findings.
    """
    if not _ID.fullmatch(rule_id):
        raise ValueError(f"rule id {rule_id!r} is not of the form FAMILY-000")

    def decorate(judge: Callable[..., Verdicts]) -> Rule[S]:
        return Rule(rule_id, title, severity, each, using, remediation, references, judge, controls, mandatory)

    return decorate
