"""Text that comes from a cluster, made safe to show: names, messages and annotations there are hostile input."""

from collections.abc import Sequence


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


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: `1 node`, `3 nodes`, `2 policies`."""
    if count == 1:
        return f"{count} {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}{'es' if noun.endswith(('s', 'x', 'sh', 'ch')) else 's'}"


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
