"""The network model: typed objects (`kinds`) and what follows from them (`views`). It knows no rule and no report."""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from chaudit import Exhibit, Probe, Profile, Source, hookimpl
from chaudit_network import kinds, probes
from chaudit_network.profiles import PROFILES


@hookimpl
def register_sources() -> Iterable[Source[Any]]:
    """Return every kind the model knows, so that `chaudit collect` keeps them all."""
    modules = (import_module(f"{kinds.__name__}.{module.name}") for module in iter_modules(kinds.__path__))
    return [value for module in modules for value in vars(module).values() if isinstance(value, Source)]


@hookimpl
def register_probes() -> Iterable[Probe[Any, Any]]:
    """Return the probes of the network, imported only when somebody may ask for one."""
    modules = (import_module(f"{probes.__name__}.{module.name}") for module in iter_modules(probes.__path__))
    return [value for module in modules for value in vars(module).values() if isinstance(value, Probe)]


@hookimpl
def register_profiles() -> Iterable[Profile]:
    """Return the kinds of cluster that are known."""
    return PROFILES


@hookimpl
def register_exhibits() -> Iterable[Exhibit[Any]]:
    """Return what reports show of the network, imported only when one is made."""
    exhibits: Iterable[Exhibit[Any]] = import_module(f"{__name__}.exhibits").EXHIBITS
    return exhibits
