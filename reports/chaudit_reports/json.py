"""JSON (`chaudit.report/v1`): the report itself, indented, for programs and for comparison with the next scan."""

from collections.abc import Iterator, Sequence
from typing import Any

from chaudit import Report, json_text

_AT_ONCE = 1_000
"""So many members of a list are text at once: a report of a large cluster has a hundred megabytes of it."""


def render(report: Report) -> Iterator[str]:
    """Yield the report as JSON text that says first what it is, and ends with a newline."""
    opening = "{"
    for name, value in report.members.items():
        yield f'{opening}\n  "{name}": '
        yield from _member(value)
        opening = ","
    yield "\n}\n"


def _member(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a report has
    if not value or not isinstance(value, list | tuple):
        yield _deeper(json_text(value).rstrip())
        return
    opening = "["
    for start in range(0, len(value), _AT_ONCE):
        listed: Sequence[Any] = value[start : start + _AT_ONCE]
        yield opening + _deeper(json_text(listed).removeprefix("[").removesuffix("\n]\n"))
        opening = ","
    yield "\n  ]"


def _deeper(text: str) -> str:
    """Return JSON text one level deeper; its strings have no line breaks of their own."""
    return text.replace("\n", "\n  ")
