"""What there is to know of one rule, gathered from the rule, its settings and the profiles: a page of a manual."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chaudit.engine import needed_by, probes_of, sources_of
from chaudit.evidence.probe import Probe
from chaudit.evidence.source import Source
from chaudit.profiles import Profile
from chaudit.rules import Rule
from chaudit.selection import matching
from chaudit.text import paragraphs

_TYPES: Mapping[type, str] = {
    msgspec.inspect.BoolType: "true or false",
    msgspec.inspect.FloatType: "a number",
    msgspec.inspect.NoneType: "null",
    msgspec.inspect.StrType: "a text",
}


class Wanted(msgspec.Struct, frozen=True):
    """A source or probe that a rule takes into account, and what it takes to have it.

    `verb` is the right to grant on each of `resources`, or on the objects `only`; a probe has its `option` instead.
    Without one that is `needed` nothing can be judged; of others the rule looks at what there is.
    """

    name: str
    needed: bool
    verb: str = ""
    resources: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    option: str = ""


class Setting(msgspec.Struct, frozen=True):
    """A setting by its name in the intent file, its type in words, and its default."""

    name: str
    type: str
    default: Any


class OfProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a profile says of a rule."""

    profile: str
    severity: str = ""
    settings: Mapping[str, Any] = {}
    leaves_out: bool = False
    takes_in: bool = False


class Manual(msgspec.Struct, frozen=True):
    """A rule as `chaudit rules ID` explains it; `judges` names what it gives a finding each."""

    id: str
    title: str
    severity: str
    mandatory: bool
    judges: str
    rationale: tuple[str, ...]
    remediation: str
    evidence: tuple[Wanted, ...]
    settings: tuple[Setting, ...]
    settings_meaning: str
    profiles: tuple[OfProfile, ...]
    controls: Mapping[str, Sequence[str]]
    references: tuple[str, ...]


def manual_of(rule: Rule[Any], profiles: Iterable[Profile] = ()) -> Manual:
    """Return all that is known of a rule."""
    struct = rule.settings.type if rule.settings else None
    needed = needed_by(rule)
    return Manual(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        mandatory=rule.mandatory,
        judges=rule.each.name,
        rationale=paragraphs(rule.rationale),
        remediation=" ".join(rule.remediation.split()),
        evidence=(
            *(_of_source(source, needed=source in needed) for source in sources_of([rule])),
            *(_of_probe(probe, needed=probe in needed) for probe in probes_of([rule])),
        ),
        settings=tuple(_settings(struct)) if struct else (),
        settings_meaning=" ".join((struct.__doc__ or "").split()) if struct else "",
        profiles=tuple(_profiles(rule, profiles)),
        controls={one.framework.title: one.ids for one in rule.controls},
        references=rule.references,
    )


def _of_source(source: Source[Any], *, needed: bool) -> Wanted:
    return Wanted(
        name=source.name,
        needed=needed,
        verb="get" if source.only else "list",
        resources=tuple(f"{one} {one.version}" for one in source.served_as),
        only=tuple(f"{one.namespace}/{one.name}".removeprefix("/") for one in source.only),
    )


def _of_probe(probe: Probe[Any, Any], *, needed: bool) -> Wanted:
    return Wanted(probe.name, needed, option=probe.option)


def _settings(struct: type[msgspec.Struct]) -> Iterator[Setting]:
    info = msgspec.inspect.type_info(struct)
    for field in info.fields if isinstance(info, msgspec.inspect.StructType) else ():
        made = field.default is msgspec.NODEFAULT
        yield Setting(field.encode_name, _words(field.type), field.default_factory() if made else field.default)


def _words(kind: msgspec.inspect.Type) -> str:
    """Return a type in the words of whoever writes YAML."""
    if isinstance(kind, msgspec.inspect.IntType):
        return "a whole number" if kind.ge is None else f"a whole number from {kind.ge}"
    if isinstance(kind, msgspec.inspect.VarTupleType | msgspec.inspect.ListType):
        return f"a list, each {_words(kind.item_type)}"
    if isinstance(kind, msgspec.inspect.UnionType):
        return ", or ".join(map(_words, kind.types))
    return _TYPES.get(type(kind), "as the schema of the intent file has it")


def _profiles(rule: Rule[Any], profiles: Iterable[Profile]) -> Iterator[OfProfile]:
    for profile in profiles:
        declared = profile.intent.get("rules", {}).get(rule.id, {})
        said = OfProfile(
            profile.name,
            declared.get("severity", ""),
            declared.get("settings", {}),
            leaves_out=bool(matching([rule], profile.leaves_out)),
            takes_in=bool(matching([rule], profile.takes_in)),
        )
        if said != OfProfile(profile.name):
            yield said
