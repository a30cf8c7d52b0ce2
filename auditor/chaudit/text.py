"""Text that comes from a cluster, made safe to show: names, messages and annotations there are hostile input."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

_DELETE = "\x7f"
_UNSURE = re.compile(r"[^\x00-\x7e]")


def printable(text: str) -> str:
    r"""Return `text` on one line, with every control, format and bidirectional character as a `\x..` escape.

    What is left can be written to a terminal or into XML 1.0 without moving the cursor, changing colours,
    reversing the reading direction or making the document ill-formed (https://www.w3.org/TR/xml/#charsets).
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def code_span(text: str) -> str:
    """Return text as a Markdown code span, fenced by more backticks than it holds in a row (CommonMark 6.1)."""
    safe = printable(text)
    fence = "`" * (max(map(len, re.findall("`+", safe)), default=0) + 1)
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"


def json_text(value: Any) -> str:  # noqa: ANN401 - whatever msgspec encodes
    r"""Return a value as indented JSON that ends with a newline.

    Characters that a terminal might act on are `\u` escapes, so that nothing happens to who prints it and decoding
    still gives back what was there.
    """
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    is_plain = text.isascii() and _DELETE not in text  # to ask is much cheaper than to search
    return (text if is_plain else _UNSURE.sub(_as_units, text)) + "\n"


def _as_units(match: re.Match[str]) -> str:
    """Return a printable character as it is, any other as escaped UTF-16 units (RFC 8259, section 7)."""
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(rf"\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: `1 node`, `3,000 nodes`, `2 policies`."""
    if count == 1:
        return f"{count} {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}{'es' if noun.endswith(('s', 'x', 'sh', 'ch')) else 's'}"


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a docstring, each on one line."""
    return tuple(" ".join(block.split()) for block in text.split("\n\n") if block.strip())


def or_rather(name: str, known: Iterable[str]) -> str:
    """Return what the user may have meant by a name that is none: `; did you mean NET-001?`, nothing if unlike all."""
    by_folded = {one.casefold(): one for one in known}
    close = [by_folded[one] for one in get_close_matches(name.casefold(), by_folded, 2, cutoff=0.7)]
    return f"; did you mean {' or '.join(close)}?" if close else ""


_SHOWN = 3
"""How many names a message lists; evidence has them all."""


def enumerated(names: Sequence[str], noun: str) -> str:
    """Return how many there are, with the first few: `5 nodes (a, b, c, ...)`."""
    more = ", ..." if len(names) > _SHOWN else ""
    return printable(f"{plural(len(names), noun)} ({', '.join(names[:_SHOWN])}{more})")


def reason_of(error: BaseException) -> str:
    """Return what went wrong on one line, without the error number and the path that an OSError repeats."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split()) or type(error).__name__
