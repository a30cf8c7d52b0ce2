"""Which rules are judged: shell-style patterns on their ids, `NET-*`."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from chaudit.errors import UsageError
from chaudit.intent.loading import IntentFile
from chaudit.rules import Rule


def select(rules: Sequence[Rule[Any]], include: Iterable[str], exclude: Iterable[str]) -> tuple[Rule[Any], ...]:
    """Return the rules that match a pattern of `include` (all without one) and none of `exclude`.

    Raises:
        UsageError: a pattern matches no rule, or nothing is left to judge.
    """
    included, excluded = tuple(include), tuple(exclude)
    for pattern in (*included, *excluded):
        if not _matching(rules, (pattern,)):
            raise UsageError(f"no rule matches {pattern!r}: `chaudit rules` lists them")
    dropped = {rule.id for rule in _matching(rules, excluded)}
    selected = tuple(rule for rule in _matching(rules, included or ("*",)) if rule.id not in dropped)
    if not selected:
        raise UsageError("no rules are left to judge")
    return selected


def check_rule_names(file: IntentFile, rules: Iterable[Rule[Any]]) -> None:
    """Refuse an intent file that speaks of rules nobody knows: a mistyped waiver must not be silent.

    Raises:
        IntentError: with line and path.
    """
    known = {rule.id for rule in rules}
    for name in file.intent.rules:
        if name not in known:
            raise file.error(("rules", name), f"no rule is called {name!r}: `chaudit rules` lists them")
    for index, waiver in enumerate(file.intent.waivers):
        if waiver.rule not in known:
            raise file.error(
                ("waivers", index, "rule"), f"no rule is called {waiver.rule!r}: `chaudit rules` lists them"
            )


def _matching(rules: Iterable[Rule[Any]], patterns: Iterable[str]) -> list[Rule[Any]]:
    return [rule for rule in rules if any(fnmatchcase(rule.id, pattern.upper()) for pattern in patterns)]
