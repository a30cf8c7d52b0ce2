"""Adding a waiver to the text of an intent file: what was there stays as it was written, to the last comment."""

import re
from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

import msgspec
import yaml

from chaudit.errors import IntentError
from chaudit.intent.loading import IntentFile, read
from chaudit.intent.model import WaiverIntent

_ITEM = re.compile(r" *- +")


def with_waiver(text: str, name: str, waiver: WaiverIntent) -> tuple[str, IntentFile]:
    """Return the text with one more waiver, and what it says then; `name` is the file's, for messages.

    The text is the old one with an insertion. It is read back, and must say what it said and the waiver.

    Raises:
        IntentError: the file is none, or its form leaves no place for an insertion that does just that.
    """
    before = read(text.encode(), name)
    wanted = msgspec.structs.replace(before.intent, waivers=(*before.intent.waivers, waiver))
    entry = _entry(waiver)
    hint = f"write it into `waivers` by hand: {_flow(entry)}"
    try:
        longer = _inserted(text, entry)
        after = read(longer.encode(), name)
    except (_NoPlaceError, IntentError) as error:
        raise IntentError(f"{name}: no waiver can be added to a file of this form: {error}; {hint}") from error
    if after.intent != wanted:
        raise IntentError(f"{name}: a waiver cannot be added without changing what else the file says; {hint}")
    return longer, after


class _NoPlaceError(Exception):
    pass


class _Node(msgspec.Struct, frozen=True):
    """A node of the document with the place of its first character, and of what comes after its last one."""

    event: yaml.NodeEvent
    start: int
    column: int
    end: int
    children: "tuple[_Node, ...]" = ()

    @property
    def is_flow(self) -> bool:
        return isinstance(self.event, yaml.CollectionStartEvent) and bool(self.event.flow_style)

    def value_of(self, key: str) -> "tuple[_Node, _Node] | None":
        """Return the node of a key and its value."""
        pairs = zip(self.children[::2], self.children[1::2], strict=True)
        return next((pair for pair in pairs if getattr(pair[0].event, "value", None) == key), None)


def _inserted(text: str, entry: Mapping[str, Any]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    root, end = _parse(text)
    found = root.value_of("waivers") if root else None
    if root and found:
        return _in_section(text, root, *found, entry, newline)
    if root and root.is_flow:
        return _in_flow(text, root, f"waivers: [{_flow(entry)}]")
    return _with_section(text, end, root.column if root else 0, entry, newline)


def _parse(text: str) -> tuple[_Node | None, int]:
    """Return the mapping that the document is, None where it is empty, and the place of its end."""
    events = iter(list(yaml.parse(text, yaml.SafeLoader)))
    root, end = None, len(text)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            root = _node(next(events), events)
        elif isinstance(event, yaml.DocumentEndEvent) and event.explicit:
            end = _mark(event.start_mark).index
    return (root if root and isinstance(root.event, yaml.CollectionStartEvent) else None), end


def _node(event: yaml.Event, events: Iterator[yaml.Event]) -> _Node:
    if not isinstance(event, yaml.NodeEvent):
        raise _NoPlaceError("it is not understood")
    start, end = _mark(event.start_mark), _mark(event.end_mark).index
    children: list[_Node] = []
    if isinstance(event, yaml.CollectionStartEvent):
        for child in events:
            if isinstance(child, yaml.CollectionEndEvent):
                # A block ends with its last child: the parser sees its end only behind the comments that follow.
                end = _mark(child.end_mark).index if event.flow_style or not children else children[-1].end
                break
            children.append(_node(child, events))
    return _Node(event, start.index, start.column, end, tuple(children))


def _mark(mark: Any) -> yaml.Mark:  # noqa: ANN401 - events are typed as if they might have none
    if not isinstance(mark, yaml.Mark):
        raise _NoPlaceError("it is not understood")
    return mark


def _in_section(text: str, root: _Node, key: _Node, waivers: _Node, entry: Mapping[str, Any], newline: str) -> str:
    """Return the text with the waiver among those that `waivers` has, if any."""
    if isinstance(waivers.event, yaml.AliasEvent):
        raise _NoPlaceError("`waivers` is an alias")
    if waivers.is_flow and (waivers.children or root.is_flow or text[waivers.start : waivers.end] != "[]"):
        return _in_flow(text, waivers, _flow(entry))
    if waivers.children:
        return _after_last(text, waivers.children[-1], entry, newline)
    nothing_there = text[: waivers.start].rstrip(" ") + text[waivers.end :]
    block = _block(entry, " " * (key.column + 2), "  ", newline)
    return _at_line_end(nothing_there, key.end, block, newline)


def _with_section(text: str, end: int, column: int, entry: Mapping[str, Any], newline: str) -> str:
    """Return the text with a section of its own for the waiver, at the end of the document."""
    indent = " " * column
    head = text[:end]
    gap = newline * (2 - (head[-4:].replace("\r", "")[-2:].count("\n"))) if head else ""
    return f"{head}{gap}{indent}waivers:{newline}{_block(entry, f'{indent}  ', '  ', newline)}{text[end:]}"


def _after_last(text: str, last: _Node, entry: Mapping[str, Any], newline: str) -> str:
    """Return the text with the waiver behind the last one of a block, and behind the comments that belong to that."""
    line = text.rfind("\n", 0, last.start) + 1
    dash = _ITEM.match(text, line, last.start)
    if not dash or dash.end() != last.start:
        raise _NoPlaceError("its last waiver does not begin on the line of its dash")
    indent, gap = dash[0].split("-")
    block = _block(entry, indent, gap + " ", newline)
    return _at_line_end(text, last.end, block, newline, comments_from=len(indent) + 1)


def _at_line_end(text: str, end: int, block: str, newline: str, comments_from: int | None = None) -> str:
    """Return the text with lines behind the one that something ends on, and behind comments indented that far."""
    if not text[:end].endswith("\n"):
        end = _next_line(text, end)
    while comments_from is not None and re.match(rf" {{{comments_from},}}#", text[end:]):
        end = _next_line(text, end)
    gap = "" if text[:end].endswith("\n") else newline
    return f"{text[:end]}{gap}{block}{text[end:]}"


def _next_line(text: str, index: int) -> int:
    return text.find("\n", index) + 1 or len(text)


def _in_flow(text: str, collection: _Node, added: str) -> str:
    """Return the text with a last member more in `{...}` or `[...]`."""
    if collection.children:
        end = collection.children[-1].end
        return f"{text[:end]}, {added}{text[end:]}"
    end = collection.end - 1
    return f"{text[:end]}{added}{text[end:]}"


def _entry(waiver: WaiverIntent) -> Mapping[str, Any]:
    """Return a waiver as it is written: what says nothing is left out."""
    given = {name: value for name, value in msgspec.structs.asdict(waiver.subject).items() if value not in ("*", {})}
    entry = {
        "rule": waiver.rule,
        "subject": given,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "ticket": waiver.ticket,
        "expires": waiver.expires,
    }
    return {name: value for name, value in entry.items() if value}


def _block(entry: Mapping[str, Any], indent: str, gap: str, newline: str) -> str:
    lines = _dump(entry, flow=None).strip().split("\n")
    lead = [f"{indent}-{gap[1:]}", *[f"{indent}{gap}"] * (len(lines) - 1)]
    return "".join(f"{before}{line}{newline}" for before, line in zip(lead, lines, strict=True))


def _flow(entry: Mapping[str, Any]) -> str:
    return _dump(entry, flow=True).strip()


def _dump(entry: Mapping[str, Any], *, flow: bool | None) -> str:
    """Return YAML on lines of any length; what is not printable is escaped."""
    plain = all(character.isprintable() for character in str(entry))
    return yaml.safe_dump(entry, sort_keys=False, default_flow_style=flow, width=inf, allow_unicode=plain)
