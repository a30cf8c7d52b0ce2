"""JSON (`chaudit.report/v1`): the report itself, indented, for programs and for comparison with the next scan."""

import re

import msgspec

from chaudit import Report

_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def render(report: Report) -> str:
    r"""Return the report as JSON text that says first what it is, and ends with a newline.

    Characters that a terminal might act on are `\u` escapes, so that nothing happens to who prints it and decoding
    still gives back what was there.
    """
    text = msgspec.json.format(msgspec.json.encode(report.members), indent=2).decode()
    return _BEYOND_ASCII.sub(_visible, text) + "\n"


def _visible(match: re.Match[str]) -> str:
    """Return a printable character as it is, any other as escaped UTF-16 units (RFC 8259, section 7)."""
    character = match[0]
    if character.isprintable():
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(rf"\u{units[start : start + 4]}" for start in range(0, len(units), 4))
