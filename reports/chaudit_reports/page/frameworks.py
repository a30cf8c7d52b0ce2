"""The controls of published frameworks that the judged rules bear on, and how these rules fared."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from chaudit import Framework
from chaudit_reports.page.catalogue import Entry


class Control(msgspec.Struct, frozen=True):
    """One control, and the rules that bear on it."""

    id: str
    entries: tuple[Entry, ...]


class FrameworkTable(msgspec.Struct, frozen=True):
    """A framework, with those of its controls that some rule bears on."""

    framework: Framework
    controls: tuple[Control, ...]


def frameworks_of(entries: Iterable[Entry]) -> tuple[FrameworkTable, ...]:
    """Return the frameworks by title, and their controls in the order of their ids."""
    found: dict[Framework, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        for controls in entry.controls:
            for control in controls.ids:
                found[controls.framework][control].append(entry)
    return tuple(
        FrameworkTable(
            framework, tuple(Control(one, tuple(rules)) for one, rules in sorted(controls.items(), key=_numbered))
        )
        for framework, controls in sorted(found.items(), key=lambda item: item[0].title)
    )


def _numbered(item: tuple[str, object]) -> tuple[object, ...]:
    """Sort `S9` before `S10`."""
    digits = "".join(character if character.isdigit() else " " for character in item[0])
    return item[0].rstrip("0123456789"), *map(int, digits.split())
