"""Command lines of containers, taken apart into flags."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from chaudit_network.kinds.core import Container

Flags = Mapping[str, Sequence[str]]
"""The values of each flag, in the order in which it was given; a bare one has the value `true`."""


def flags_of(container: Container) -> Flags:
    """Return a container's flags, in the forms `--name=value` and `--name value`, also within a shell's line."""
    words = [word.strip("\"'") for text in (*container.command, *container.args) for word in text.split()]
    found: dict[str, list[str]] = defaultdict(list)
    for word, following in pairwise([*words, "--"]):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            found[name].append(value.strip("\"'") if equals else "true" if following.startswith("--") else following)
    return found
