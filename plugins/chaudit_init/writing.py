"""YAML with comments, written so that nothing a cluster says can become more than a value or a comment."""

import re
from collections.abc import Iterable, Iterator, Mapping

import yaml

from chaudit import printable

Value = str | int | bool

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_WIDTH = 100
"""At which comments of their own are broken."""


def scalar(value: Value) -> str:
    """Return a value as YAML: bare where it is read back as the same text, else in quotes with escapes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return yaml.safe_dump(value, default_style='"', width=float("inf")).strip()


def sequence(values: Iterable[Value]) -> str:
    """Return values in brackets, on one line."""
    return f"[{', '.join(map(scalar, values))}]"


def mapping(values: Mapping[str, Value]) -> str:
    """Return keys and values in braces, on one line."""
    return f"{{{', '.join(f'{scalar(key)}: {scalar(value)}' for key, value in values.items())}}}"


def remark(text: str, comment: str) -> str:
    """Return a line with a comment behind it."""
    return f"{text}  # {printable(comment)}"


def comment(text: str, indent: str = "") -> Iterator[str]:
    """Yield a comment on lines of its own."""
    line = f"{indent}#"
    for word in printable(text).split(" "):
        if len(line) + len(word) >= _WIDTH and not line.endswith("#"):
            yield line
            line = f"{indent}#"
        line += f" {word}"
    yield line


def commented_out(lines: Iterable[str], indent: str = "") -> Iterator[str]:
    """Yield lines behind a mark, so that taking it away puts them into force."""
    return (f"{indent}# {line}" for line in lines)
