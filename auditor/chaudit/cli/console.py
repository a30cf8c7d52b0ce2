"""The terminal: how wide it is, whether it takes colours, and how text is laid out on it or in a pipe."""

import os
import shutil
from collections.abc import Iterator

from rich.console import Console, ConsoleDimensions
from rich.text import Text

_WIDEST = 120
"""Columns beyond which a line is hard to follow back to the start of the next."""

_NARROWEST = 20


def console(*, err: bool = False) -> Console:
    """Return standard output or standard error; with NO_COLOR (https://no-color.org/) without any escape sequence."""
    made = Console(stderr=err, highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    if made.is_dumb_terminal:  # of which rich takes 80 columns for granted
        made.size = ConsoleDimensions(*shutil.get_terminal_size())
    return made


class Paper:
    """Lines for people: wrapped at the width of a terminal, and one line for each thing in a pipe, for grep.

    What is `wrapped` is so in a pipe, too: it is to be read as a page.
    """

    def __init__(self, to: Console, *, wrapped: bool = False) -> None:
        self._console = to
        self._width = min(to.width, _WIDEST)
        self.wraps = wrapped or to.is_terminal

    def put(self, text: Text | str = "", indent: int = 0, hanging: int | None = None, most: int | None = None) -> None:
        """Write a text; on a terminal its later lines hang further in, and no more than `most` of them are shown."""
        whole = Text(text) if isinstance(text, str) else text
        if not self.wraps:
            self.put_as_is(whole, indent)
            return
        for line in self._lines(whole, indent, indent + 2 if hanging is None else hanging, most):
            self._console.print(line, soft_wrap=True)

    def put_as_is(self, text: Text, indent: int = 0) -> None:
        """Write a line that is to be copied, however long it is."""
        self._console.print(Text(" " * indent) + text, soft_wrap=True)

    def _lines(self, text: Text, indent: int, hanging: int, most: int | None) -> Iterator[Text]:
        hanging = max(min(hanging, self._width - _NARROWEST), 0)
        lines = self._wrapped(text, max(self._width - indent, _NARROWEST), max(self._width - hanging, _NARROWEST))
        shown = lines[:most]
        for number, line in enumerate(shown):
            line.rstrip()
            if number == len(shown) - 1 < len(lines) - 1:
                line.truncate(max(self._width - hanging, _NARROWEST) - 2)
                line.append(" …")
            yield Text(" " * (hanging if number else indent)) + line

    def _wrapped(self, text: Text, first: int, others: int) -> list[Text]:
        """Break a text into a first line and others; a word alone, such as an address, stays whole to be copied."""
        if " " not in text.plain.strip():
            return [text]
        line = text.wrap(self._console, first)[0]
        rest = text[len(line.plain.rstrip()) :]
        rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
        return [line, *rest.wrap(self._console, others)] if rest.plain else [line]
