"""Findings that say the same of many subjects, told once with all their names."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chaudit import Finding

THIS = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}name\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
"""What stands for the subject's own name in what is said of several."""

TOLD = 50
"""Members of a list that are told; of the rest only the number is."""

_JOINS = frozenset("-._")


class Alike(msgspec.Struct, frozen=True):
    """Findings of one rule that differ in nothing but the subject; `said` is what is told of all of them."""

    said: Finding
    findings: tuple[Finding, ...]


def alike(findings: Iterable[Finding]) -> list[Alike]:
    """Gather findings that say the same, in the order in which each is said first."""
    gathered: dict[bytes, list[Finding]] = {}
    told: dict[bytes, Finding] = {}
    for finding in findings:
        said = _left_open(finding)
        about = said.subject.kind, said.severity, said.severity_from, said.standing
        what = said.violations, said.unknown_because, said.note, said.waiver, said.expired_waiver
        key = msgspec.json.encode((about, what))
        told.setdefault(key, said)
        gathered.setdefault(key, []).append(finding)
    return [Alike(members[0] if len(members) == 1 else told[key], tuple(members)) for key, members in gathered.items()]


def _left_open(finding: Finding) -> Finding:
    """Return what is said of a subject with its own name left open."""
    name = finding.subject.name
    return msgspec.structs.replace(
        finding,
        violations=tuple(
            msgspec.structs.replace(
                violation, message=left_open(violation.message, name), evidence=_opened(violation.evidence, name)
            )
            for violation in finding.violations
        ),
        unknown_because=tuple(left_open(reason, name) for reason in finding.unknown_because),
        note=left_open(finding.note, name),
    )


def _opened(value: Any, name: str) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return left_open(value, name)
    if isinstance(value, dict):
        return {key: _opened(member, name) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [*(_opened(member, name) for member in value[:TOLD]), *value[TOLD:]]
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
