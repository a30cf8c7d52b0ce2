"""The terminal: how wide it is, whether it takes colours, and how text is laid out on it or in a pipe."""

import os
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

_WIDEST = 120
"""Columns beyond which a line is hard to follow back to the start of the next."""

_NARROWEST = 20


def console(*, err: bool = False) -> Console:
    """Return standard output or standard error; with NO_COLOR (https://no-color.org/) without any escape sequence."""
    return Console(stderr=err, highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")


class Paper:
    """Lines for people: wrapped at the width of a terminal, and one line for each thing in a pipe, for grep."""

    def __init__(self, to: Console) -> None:
        self._console = to
        self._width = min(to.width, _WIDEST)

    @property
    def is_wide_enough(self) -> bool:
        """Whether a line is taken as it is: in a pipe."""
        return not self._console.is_terminal

    def put(self, text: Text | str = "", indent: int = 0, hanging: int | None = None, most: int | None = None) -> None:
        """Write a text; on a terminal its later lines hang further in, and no more than `most` of them are shown."""
        whole = Text(text) if isinstance(text, str) else text
        if self.is_wide_enough:
            self._console.print(Text(" " * indent) + whole, soft_wrap=True)
            return
        for line in self._lines(whole, indent, indent + 2 if hanging is None else hanging, most):
            self._console.print(line, soft_wrap=True)

    def _lines(self, text: Text, indent: int, hanging: int, most: int | None) -> Iterator[Text]:
        lines = text.wrap(self._console, max(self._width - hanging, _NARROWEST))
        shown = lines[:most]
        for number, line in enumerate(shown):
            line.rstrip()
            if number == len(shown) - 1 < len(lines) - 1:
                line.truncate(max(self._width - hanging, _NARROWEST) - 2)
                line.append(" …")
            yield Text(" " * (hanging if number else indent)) + line
