"""The plugin host loads strictly: what cannot be loaded is an error with a name, never a rule less."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import click
import pytest

from auditor.world import ECHO, THINGS
from chaudit import host as host_module
from chaudit.errors import PluginError
from chaudit.evidence.probe import Probe
from chaudit.evidence.source import Source
from chaudit.evidence.view import View
from chaudit.exhibits import Exhibit, Shown
from chaudit.hookspecs import hookimpl
from chaudit.host import PluginHost
from chaudit.report import Report, Reporter
from chaudit.rules import Family, Rule, Verdicts, rule
from chaudit.severity import Severity


def a_rule(rule_id: str) -> Rule[Any]:
    def judge(_: object) -> Verdicts:
        yield from ()

    return rule(rule_id, "Title", severity=Severity.LOW, each=THINGS, remediation="-", references=())(judge)


def plugin(hook: str, *values: object) -> object:
    def implementation() -> Iterable[object]:
        return values

    implementation.__name__ = hook
    return SimpleNamespace(**{hook: hookimpl(implementation)})


def test_hook_register_rules() -> None:
    host = PluginHost(
        [("b", plugin("register_rules", a_rule("TST-002"))), ("a", plugin("register_rules", a_rule("TST-001")))]
    )

    assert [known.id for known in host.rules] == ["TST-001", "TST-002"]


def test_hook_register_families() -> None:
    described = Family("TST", "What tests are about")
    host = PluginHost(
        [
            ("b", plugin("register_rules", a_rule("TST-001"), a_rule("ODD-001"))),
            ("a", plugin("register_families", described)),
        ]
    )

    assert host.families == (Family("ODD", ""), described)


def test_hook_register_sources() -> None:
    assert PluginHost([("a", plugin("register_sources", THINGS))]).sources == (THINGS,)


def test_hook_register_probes() -> None:
    assert PluginHost([("a", plugin("register_probes", ECHO))]).probes == (ECHO,)


def test_a_probe_with_the_name_of_a_source_is_refused() -> None:
    other = Probe("things", ECHO.record, ECHO.targets, ECHO.ask, "-")
    host = PluginHost([("a", plugin("register_probes", other)), ("b", plugin("register_sources", THINGS))])

    with pytest.raises(PluginError, match="'things': a probe and a source have this name"):
        _ = host.probes


def test_hook_register_reporters() -> None:
    def render(report: Report) -> str:
        return report.error

    text = Reporter("text", "chaudit.txt", render)

    assert PluginHost([("a", plugin("register_reporters", text))]).reporters == (text,)


def an_exhibit(name: str) -> Exhibit[Any]:
    return Exhibit(name, "Things", tuple[str, ...], View("things", (), lambda: Shown(())))


def test_hook_register_exhibits() -> None:
    things = an_exhibit("things")

    assert PluginHost([("a", plugin("register_exhibits", things))]).exhibits == (things,)


def test_an_exhibit_by_the_name_of_something_that_the_report_has_is_refused() -> None:
    host = PluginHost([("a", plugin("register_exhibits", an_exhibit("findings")))])

    with pytest.raises(PluginError, match="the report has a member 'findings' already"):
        _ = host.exhibits


def test_hook_register_commands() -> None:
    command = click.Command("hello")

    assert PluginHost([("a", plugin("register_commands", command))]).commands == (command,)


def test_two_rules_with_one_id_are_refused() -> None:
    host = PluginHost(
        [("a", plugin("register_rules", a_rule("TST-001"))), ("b", plugin("register_rules", a_rule("TST-001")))]
    )

    with pytest.raises(PluginError, match="plugin 'b': register_rules: 'TST-001' is already given by plugin 'a'"):
        _ = host.rules


def test_two_sources_with_one_name_are_refused() -> None:
    other = Source("things", THINGS.record, THINGS.served_as)

    with pytest.raises(PluginError, match="'things' is already given"):
        _ = PluginHost([("a", plugin("register_sources", THINGS)), ("b", plugin("register_sources", other))]).sources


def test_a_misspelt_hook_is_refused() -> None:
    with pytest.raises(PluginError, match="plugin 'a': unknown hook 'register_rulez'"):
        PluginHost([("a", plugin("register_rulez"))])


def test_a_hook_that_raises_names_its_plugin() -> None:
    def implementation() -> Iterable[object]:
        raise RuntimeError("half configured")

    implementation.__name__ = "register_rules"
    broken = SimpleNamespace(register_rules=hookimpl(implementation))

    with pytest.raises(PluginError, match=r"plugin 'a': register_rules raised RuntimeError\('half configured'\)"):
        _ = PluginHost([("a", broken)]).rules


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = EntryPoint("acme", "no_such_module_anywhere", host_module.GROUP)
    monkeypatch.setattr(host_module, "entry_points", lambda **_: [missing])

    with pytest.raises(PluginError, match="plugin 'acme': cannot be loaded"):
        host_module.installed()


def test_a_rule_id_has_a_family_and_a_number() -> None:
    with pytest.raises(ValueError, match="'net1' is not of the form"):
        a_rule("net1")
