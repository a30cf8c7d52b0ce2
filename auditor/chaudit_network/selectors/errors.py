"""What is said about a selector that cannot be read."""

from chaudit import CannotTellError

_SHOWN = 80
"""Characters of a selector that a message quotes; the rest of a hostile one would only bury the sense."""


class SelectorError(CannotTellError, ValueError):
    """A selector that Calico refuses, or one beyond the limits of what chaudit reads; nothing can be said of matches.

    `position` counts characters from 0, and `expected` says what could have stood there.
    """

    def __init__(self, text: str, position: int, expected: str) -> None:
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        super().__init__(f"selector {shown!r}, character {position + 1}: expected {expected}")
        self.position = position
        self.expected = expected
