"""Profiles: what is commonly meant by a kind of cluster, laid under the intent file of a single one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chaudit.errors import PluginError, UsageError
from chaudit.intent import paths
from chaudit.intent.loading import IntentFile, Underlay, decode
from chaudit.intent.model import Intent
from chaudit.rules import Rule
from chaudit.selection import matching
from chaudit.text import or_rather


class Profile(msgspec.Struct, frozen=True):
    """A kind of cluster, by name. Several can be laid on top of each other; the later one holds.

    `intent` is what an intent file would say, in its own words; whatever the real file says is stronger. `leaves_out`
    are patterns of rules that are not judged, and `takes_in` of those that are although an earlier profile leaves them
    out.
    """

    name: str
    title: str
    intent: Mapping[str, Any]
    leaves_out: tuple[str, ...] = ()
    takes_in: tuple[str, ...] = ()


def lay_under(
    file: IntentFile, known: Sequence[Profile], named: Sequence[str], rules: Sequence[Rule[Any]]
) -> IntentFile:
    """Return the intent file with profiles under it: those named, or else those that the file itself asks for.

    Raises:
        UsageError: a profile is named that nobody knows.
        IntentError: the file asks for such a one.
        PluginError: a profile speaks of rules that nobody knows.
    """
    chosen = [_named(known, name) for name in named] or list(_asked_for(file, known))
    if not chosen:
        return file
    written: Any = {}
    warnings: list[str] = []
    for number, profile in enumerate(chosen):
        before = " and ".join(one.name for one in chosen[:number])
        warnings += [
            f"profile {profile.name} holds against {before} in {paths.render(path)}"
            for path in _contradicted(written, profile.intent)
        ]
        written = _merged(written, profile.intent)
    of_profiles = [rule_id for rule_id, declared in written.get("rules", {}).items() if "severity" in declared]
    left_out, disputes = _left_out(chosen, rules)
    under = Underlay(
        profiles=tuple(profile.name for profile in chosen),
        severities=frozenset(rule_id for rule_id in of_profiles if not _says_severity(file, rule_id)),
        left_out=left_out,
        warnings=(*warnings, *disputes),
    )
    whole = _merged(written, file.document.value or {})
    return IntentFile(decode(file, whole, Intent), file.name, file.sha256, file.document, under)


def _named(known: Iterable[Profile], name: str) -> Profile:
    by_name = {profile.name: profile for profile in known}
    if name not in by_name:
        raise UsageError(f"no profile is called {name!r}: known are {', '.join(by_name)}{or_rather(name, by_name)}")
    return by_name[name]


def _asked_for(file: IntentFile, known: Sequence[Profile]) -> Iterator[Profile]:
    asked = file.intent.profile
    for name in (asked,) if isinstance(asked, str) else asked:
        try:
            yield _named(known, name)
        except UsageError as error:
            raise file.error(("profile",), str(error)) from error


def _left_out(chosen: Sequence[Profile], rules: Sequence[Rule[Any]]) -> tuple[tuple[str, ...], list[str]]:
    """Return the rules that are left out in the end, and where profiles disagree about that."""
    said: dict[str, tuple[bool, str]] = {}
    disputes = []
    for profile in chosen:
        for patterns, is_out in ((profile.leaves_out, True), (profile.takes_in, False)):
            for rule_id in _ids(profile, patterns, rules):
                was_out, by = said.get(rule_id, (is_out, ""))
                if was_out is not is_out:
                    verb, other = ("leaves out", "takes in") if is_out else ("takes in", "leaves out")
                    disputes.append(f"profile {profile.name} {verb} {rule_id}, which {by} {other}")
                said[rule_id] = is_out, profile.name
    return tuple(sorted(rule_id for rule_id, (is_out, _) in said.items() if is_out)), disputes


def _ids(profile: Profile, patterns: Iterable[str], rules: Sequence[Rule[Any]]) -> Iterator[str]:
    for pattern in patterns:
        found = matching(rules, (pattern,))
        if not found:
            raise PluginError(profile.name, f"the profile speaks of rules like {pattern}, but there are none")
        yield from (rule.id for rule in found)


def _says_severity(file: IntentFile, rule_id: str) -> bool:
    """Whether the file itself gives a rule its severity."""
    return rule_id in file.intent.rules and file.intent.rules[rule_id].severity is not None


def _merged(lower: Any, higher: Any) -> Any:  # noqa: ANN401 - any YAML
    """Lay one value over another: mappings are merged, and everything else is replaced."""
    if isinstance(lower, Mapping) and isinstance(higher, Mapping):
        return {**lower, **{key: _merged(lower.get(key), value) for key, value in higher.items()}}
    return higher


def _contradicted(lower: Any, higher: Any, at: paths.Path = ()) -> Iterator[paths.Path]:  # noqa: ANN401 - any YAML
    """Yield the paths at which both say something, and not the same."""
    if isinstance(lower, Mapping) and isinstance(higher, Mapping):
        for key in sorted(lower.keys() & higher.keys()):
            yield from _contradicted(lower[key], higher[key], (*at, key))
    elif lower != higher:
        yield at
