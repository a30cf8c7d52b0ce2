"""Progress of a reading, as whoever watches is told."""

from collections.abc import Callable

import msgspec


class Progress(msgspec.Struct, frozen=True):
    """How far the reading of one source has come; `total` is 0 while it is unknown."""

    source: str
    objects: int
    total: int = 0
    done: bool = False


Watcher = Callable[[Progress], None]
