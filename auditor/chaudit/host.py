"""The plugin host: finds plugins by entry point, loads them strictly and hands out what they register."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

from chaudit import hookspecs
from chaudit.errors import PluginError

if TYPE_CHECKING:
    import click

    from chaudit.evidence.probe import Probe
    from chaudit.evidence.source import Source
    from chaudit.exhibits import Exhibit
    from chaudit.profiles import Profile
    from chaudit.report import Reporter
    from chaudit.rules import Family, Rule

T = TypeVar("T")

GROUP = "chaudit"


class PluginHost:
    """All plugins of one run. A plugin that cannot be loaded is an error: left out, it would look like a pass."""

    def __init__(self, plugins: Iterable[tuple[str, object]]) -> None:
        self._manager = pluggy.PluginManager("chaudit")
        self._manager.add_hookspecs(hookspecs)
        for name, plugin in plugins:
            try:
                self._manager.register(plugin, name)
                self._manager.check_pending()
            except (ValueError, pluggy.PluginValidationError) as error:
                raise PluginError(name, str(error)) from error

    @cached_property
    def rules(self) -> "tuple[Rule[Any], ...]":
        """All rules by id.

        Raises:
            PluginError: two plugins give the same id, or a hook raises.
        """
        return self._registered("register_rules", lambda rule: rule.id)

    @cached_property
    def families(self) -> "tuple[Family, ...]":
        """All families of rules by name, those included that no plugin describes.

        Raises:
            PluginError: two plugins describe the same one, or a hook raises.
        """
        from chaudit.rules import Family  # noqa: PLC0415 - few commands list rules

        described: tuple[Family, ...] = self._registered("register_families", lambda family: family.name)
        others = {rule.family for rule in self.rules} - {family.name for family in described}
        return tuple(sorted((*described, *(Family(name, "") for name in others)), key=lambda family: family.name))

    @cached_property
    def sources(self) -> "tuple[Source[Any], ...]":
        """All registered sources by name.

        Raises:
            PluginError: two plugins give the same name, or a hook raises.
        """
        return self._registered("register_sources", lambda source: source.name)

    @cached_property
    def exhibits(self) -> "tuple[Exhibit[Any], ...]":
        """All exhibits by name.

        Raises:
            PluginError: two plugins give the same name, or one that the report has itself, or a hook raises.
        """
        from chaudit.report import Report  # noqa: PLC0415 - most commands make no report

        found: tuple[Exhibit[Any], ...] = self._registered("register_exhibits", lambda exhibit: exhibit.name)
        for exhibit in found:
            if exhibit.name in Report.__struct_fields__:
                raise PluginError(exhibit.type.__module__, f"the report has a member {exhibit.name!r} already")
        return found

    @cached_property
    def probes(self) -> "tuple[Probe[Any, Any], ...]":
        """All probes by name.

        Raises:
            PluginError: two plugins give the same name, or a source has it, or a hook raises.
        """
        probes: tuple[Probe[Any, Any], ...] = self._registered("register_probes", lambda probe: probe.name)
        for name in {probe.name for probe in probes} & {source.name for source in self.sources}:
            raise PluginError(name, "a probe and a source have this name, and readings go by it")
        return probes

    @cached_property
    def profiles(self) -> "tuple[Profile, ...]":
        """All profiles by name.

        Raises:
            PluginError: two plugins give the same name, or a hook raises.
        """
        return self._registered("register_profiles", lambda profile: profile.name)

    @cached_property
    def reporters(self) -> "tuple[Reporter, ...]":
        """All output formats by name.

        Raises:
            PluginError: two plugins give the same name, or a hook raises.
        """
        return self._registered("register_reporters", lambda reporter: reporter.name)

    @cached_property
    def commands(self) -> "tuple[click.Command, ...]":
        """All subcommands by name.

        Raises:
            PluginError: two plugins give the same name, or a hook raises.
        """
        return self._registered("register_commands", lambda command: command.name or "")

    def _registered(self, hook: str, name: Callable[[T], str]) -> tuple[T, ...]:
        found: dict[str, tuple[str, T]] = {}
        for plugin, value in self._call(hook):
            key = name(value)
            if key in found:
                raise PluginError(plugin, f"{hook}: {key!r} is already given by plugin {found[key][0]!r}")
            found[key] = (plugin, value)
        return tuple(found[key][1] for key in sorted(found))

    def _call(self, hook: str) -> Iterator[tuple[str, Any]]:
        for implementation in sorted(
            self._manager.hook.__getattribute__(hook).get_hookimpls(), key=lambda i: i.plugin_name
        ):
            try:
                values = tuple(implementation.function())
            except Exception as error:  # a plugin that half works would look like a pass
                raise PluginError(implementation.plugin_name, f"{hook} raised {error!r}") from error
            for value in values:
                yield implementation.plugin_name, value


def installed() -> PluginHost:
    """Return a host with every plugin that is installed.

    Raises:
        PluginError: one of them cannot be imported or registered.
    """
    return PluginHost(_load(entry_points(group=GROUP)))


def _load(points: Iterable[EntryPoint]) -> Iterator[tuple[str, object]]:
    for point in sorted(points, key=lambda point: point.name):
        try:
            yield point.name, point.load()
        except Exception as error:  # whatever an import can raise
            raise PluginError(point.name, f"cannot be loaded: {error!r}") from error
