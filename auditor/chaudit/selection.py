"""Which rules are meant: those whose ids match patterns (`NET-*`), and those that bear on a framework's controls."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Protocol, TypeVar

from chaudit.controls import Framework
from chaudit.errors import UsageError
from chaudit.finding import family_of
from chaudit.intent.loading import IntentFile
from chaudit.rules import Rule, unknown_rule
from chaudit.text import or_rather


class HasId(Protocol):
    """A rule, or what a report says of one."""

    @property
    def id(self) -> str:
        """The rule's id."""


Q = TypeVar("Q", bound=HasId)


def select(rules: Sequence[Q], include: Iterable[str], exclude: Iterable[str]) -> tuple[Q, ...]:
    """Return the rules that match a pattern of `include` (all without one) and none of `exclude`.

    Raises:
        UsageError: a pattern matches no rule, or nothing is left to judge.
    """
    included, excluded = tuple(include), tuple(exclude)
    for pattern in (*included, *excluded):
        if not matching(rules, (pattern,)):
            rather = or_rather(pattern, (rule.id for rule in rules))
            raise UsageError(f"no rule matches {pattern!r}: `chaudit rules` lists them{rather}")
    dropped = {rule.id for rule in matching(rules, excluded)}
    selected = tuple(rule for rule in matching(rules, included or ("*",)) if rule.id not in dropped)
    if not selected:
        raise UsageError("no rules are left to judge")
    return selected


def check_rule_names(file: IntentFile, rules: Iterable[Rule[Any]]) -> None:
    """Refuse an intent file that speaks of rules, or families of them, that nobody knows.

    Raises:
        IntentError: with line and path.
    """
    known = {rule.id for rule in rules}
    for name in file.intent.rules:
        if name not in known:
            raise file.error(("rules", name), unknown_rule(name, known))
    families = {family_of(name) for name in known}
    for name in file.intent.gate.families:
        if name not in families:
            raise file.error(("gate", "families", name), unknown_family(name, families))


def unknown_family(name: str, families: Iterable[str]) -> str:
    """Return what to say of a family that nobody knows."""
    return f"no family of rules is called {name!r}: choose from {', '.join(sorted(families))}"


def frameworks_of(rules: Iterable[Rule[Any]]) -> Mapping[str, Framework]:
    """Return the frameworks that rules bear on, by name."""
    found = {one.framework.name: one.framework for rule in rules for one in rule.controls}
    return {name: found[name] for name in sorted(found)}


def by_control(rules: Iterable[Rule[Any]], framework: Framework) -> Mapping[str, Sequence[Rule[Any]]]:
    """Return the rules that bear on each control of a framework, in the order of its ids: S2 before S10."""
    found: dict[str, list[Rule[Any]]] = defaultdict(list)
    for rule in rules:
        for control in (control for one in rule.controls if one.framework == framework for control in one.ids):
            found[control].append(rule)
    return {control: found[control] for control in sorted(found, key=_natural)}


def _natural(control: str) -> list[tuple[str, int]]:
    return [(letters, int(number or 0)) for letters, number in re.findall(r"(\D*)(\d*)", control)]


def matching(rules: Iterable[Q], patterns: Iterable[str]) -> list[Q]:
    """Return the rules whose id matches one of the patterns."""
    return [rule for rule in rules if any(fnmatchcase(rule.id, pattern.upper()) for pattern in patterns)]
