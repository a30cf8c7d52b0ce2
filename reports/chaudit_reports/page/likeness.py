"""Findings that say the same of many subjects, told once with all their names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from chaudit import Finding

THIS = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}name\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
"""What stands for the subject's own name in what is said of several."""

_JOINS = frozenset("-._")


@dataclass(frozen=True, slots=True)
class Alike:
    """Findings of one rule that differ in nothing but the subject; `said` is what is told of all of them."""

    said: Finding
    findings: tuple[Finding, ...]


def alike(findings: Iterable[Finding]) -> list[Alike]:
    """Gather findings that say the same, in the order in which each is said first."""
    gathered: dict[object, list[Finding]] = {}
    told: dict[object, Finding] = {}
    for finding in findings:
        said = _told_of_any(finding)
        key = msgspec.json.encode((finding.severity, finding.severity_from, finding.subject.kind, said))
        told.setdefault(key, msgspec.structs.replace(finding, **said))
        gathered.setdefault(key, []).append(finding)
    return [Alike(members[0] if len(members) == 1 else told[key], tuple(members)) for key, members in gathered.items()]


def _told_of_any(finding: Finding) -> dict[str, Any]:
    """Return what is said of a subject with its own name left open."""
    name = finding.subject.name
    return {
        "violations": tuple(
            msgspec.structs.replace(
                violation, message=left_open(violation.message, name), evidence=_opened(violation.evidence, name)
            )
            for violation in finding.violations
        ),
        "unknown_because": tuple(left_open(reason, name) for reason in finding.unknown_because),
        "note": left_open(finding.note, name),
        "waiver": finding.waiver,
    }


def _opened(value: Any, name: str) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return left_open(value, name)
    if isinstance(value, dict):
        return {key: _opened(member, name) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_opened(member, name) for member in value]
    return value


def left_open(text: str, name: str) -> str:
    """Return the text with a placeholder for the name wherever it stands as a word of its own."""
    if not name or name not in text:
        return text
    first, *others = text.split(name)
    parts = [first]
    for other in others:
        is_word = not (_continues(parts[-1][-1:]) or _continues(other[:1]))
        parts += [THIS if is_word else name, other]
    return "".join(parts)


def _continues(character: str) -> bool:
    return character.isalnum() or character in _JOINS if character else False
