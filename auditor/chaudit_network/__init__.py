"""The network model: typed objects (`kinds`) and what follows from them (`views`). It knows no rule and no report."""

from collections.abc import Iterable
from typing import Any

from chaudit import Source, hookimpl
from chaudit_network.kinds import calico, cilium, core, starlingx


@hookimpl
def register_sources() -> Iterable[Source[Any]]:
    """Return every kind the model knows, so that `chaudit collect` keeps them all."""
    return [
        source
        for module in (calico, cilium, core, starlingx)
        for source in vars(module).values()
        if isinstance(source, Source)
    ]
