"""`chaudit rules`: the catalogue, and one rule in full."""

from typing import Any

import click
import msgspec

from chaudit.engine import probes_of, sources_of
from chaudit.errors import UsageError
from chaudit.host import PluginHost
from chaudit.rules import Rule
from chaudit.selection import by_control, frameworks_of


@click.command
@click.argument("rule_id", required=False, metavar="[ID]")
@click.option("--framework", metavar="NAME", help="List by the controls of this framework that rules bear on.")
@click.option("--profiles", is_flag=True, help="List the profiles that `chaudit scan --profile` can lay under rules.")
@click.pass_obj
def rules(host: PluginHost, rule_id: str | None, framework: str | None, *, profiles: bool) -> None:
    """List the rules, or explain one."""
    if (rule_id is not None) + (framework is not None) + profiles > 1:
        raise UsageError("a rule's ID, --framework and --profiles exclude each other")
    if profiles:
        for profile in host.profiles:
            click.echo(f"{profile.name:<18} {profile.title}")
        return
    if framework:
        _list_by_control(host, framework)
        return
    if rule_id is None:
        for rule in host.rules:
            click.echo(_line(rule))
        return
    found = next((rule for rule in host.rules if rule.id == rule_id.upper()), None)
    if found is None:
        raise UsageError(f"no rule is called {rule_id!r}: `chaudit rules` lists them")
    _explain(found)


def _list_by_control(host: PluginHost, name: str) -> None:
    known = frameworks_of(host.rules)
    if name not in known:
        raise UsageError(f"no rule bears on a framework called {name!r}: known are {', '.join(known)}")
    click.echo(f"{known[name].title}\n{known[name].url}")
    for control, bearing in by_control(host.rules, known[name]).items():
        click.echo(f"\n{click.style(control, bold=True)}")
        for rule in bearing:
            click.echo(f"    {_line(rule)}")


def _line(rule: Rule[Any]) -> str:
    return f"{rule.id:<8} {rule.severity:<9} {rule.title}"


def _explain(rule: Rule[Any]) -> None:
    _section(f"{rule.id}  {rule.title}", f"severity {rule.severity}")
    _section("WHY", rule.rationale)
    _section("FIX", rule.remediation)
    _section("EVIDENCE", "\n".join(_evidence(rule)))
    if rule.settings:
        _section("SETTINGS", "\n".join(_settings(rule)))
    _section("REFERENCES", "\n".join(rule.references))
    if rule.controls:
        _section("CONTROLS", "\n".join(f"{one.framework.title}: {', '.join(one.ids)}" for one in rule.controls))


def _section(heading: str, text: str) -> None:
    click.echo(click.style(heading, bold=True))
    for paragraph in text.split("\n"):
        click.echo(click.wrap_text(paragraph, width=96, initial_indent="    ", subsequent_indent="    ") or "")
    click.echo()


def _evidence(rule: Rule[Any]) -> list[str]:
    return [
        *(
            f"{source.name}: {' or '.join(f'{one.api_version} {one.plural}' for one in source.served_as)}"
            for source in sources_of([rule])
        ),
        *(f"{probe.name}: with --probe {probe.name}" for probe in probes_of([rule])),
    ]


def _settings(rule: Rule[Any]) -> list[str]:
    """Return each setting with its default."""
    settings = rule.settings.type if rule.settings else msgspec.Struct
    return [f"{field.encode_name} (default {field.default!r})" for field in msgspec.structs.fields(settings)]
