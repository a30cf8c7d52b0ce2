"""`chaudit rules`: the catalogue, and one rule in full."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
import msgspec
from rich.text import Text

from chaudit.cli.by_rule import STYLES
from chaudit.cli.completion import framework_names, rule_ids
from chaudit.cli.console import Paper, console
from chaudit.cli.manual import manual_of
from chaudit.cli.pages import put_manual
from chaudit.errors import UsageError
from chaudit.host import PluginHost
from chaudit.rules import Rule, unknown_rule
from chaudit.selection import by_control, frameworks_of
from chaudit.text import or_rather


@click.command
@click.argument("rule_id", required=False, metavar="[ID]", shell_complete=rule_ids)
@click.option(
    "--framework",
    metavar="NAME",
    shell_complete=framework_names,
    help="List by the controls of this framework that rules bear on.",
)
@click.option("--profiles", is_flag=True, help="List the profiles that `chaudit scan --profile` can lay under rules.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known of the rules, or of the one, as JSON.")
@click.pass_obj
def rules(host: PluginHost, /, *, rule_id: str | None, framework: str | None, profiles: bool, as_json: bool) -> None:
    """List the rules, or explain one."""
    if (rule_id is not None) + (framework is not None) + profiles > 1:
        raise UsageError("a rule's ID, --framework and --profiles exclude each other")
    if as_json and (framework or profiles):
        raise UsageError("--json is for all rules, or for one")
    if rule_id is not None:
        _explain(host, _named(host, rule_id), as_json=as_json)
    elif as_json:
        _print_json([manual_of(rule, host.profiles) for rule in host.rules])
    elif profiles:
        paper = Paper(console())
        for profile in host.profiles:
            paper.put(Text.assemble((f"{profile.name:<19}", "bold"), profile.title), hanging=19)
    elif framework:
        _list_by_control(host, framework)
    else:
        _list(host)


def _named(host: PluginHost, rule_id: str) -> Rule[Any]:
    found = next((rule for rule in host.rules if rule.id == rule_id.upper()), None)
    if found is None:
        raise UsageError(unknown_rule(rule_id, [rule.id for rule in host.rules]))
    return found


def _explain(host: PluginHost, rule: Rule[Any], *, as_json: bool) -> None:
    manual = manual_of(rule, host.profiles)
    if as_json:
        _print_json(manual)
    else:
        put_manual(Paper(console(), wrapped=True), manual)


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _list(host: PluginHost) -> None:
    """List the rules: by family on a terminal, a line for each in a pipe."""
    paper = Paper(console())
    if not paper.wraps:
        _put_rules(paper, host.rules)
        return
    for family in host.families:
        paper.put(Text.assemble((family.name, "bold"), f"  {family.title}"), hanging=0)
        _put_rules(paper, [rule for rule in host.rules if rule.family == family.name], 2)
        paper.put()
    paper.put(Text("chaudit rules ID explains one", "dim"))


def _list_by_control(host: PluginHost, name: str) -> None:
    known = frameworks_of(host.rules)
    if name not in known:
        rather = or_rather(name, known)
        raise UsageError(f"no rule bears on a framework called {name!r}: known are {', '.join(known)}{rather}")
    paper = Paper(console())
    paper.put(Text(known[name].title, "bold"), hanging=0)
    paper.put(known[name].url, hanging=0)
    for control, bearing in by_control(host.rules, known[name]).items():
        paper.put()
        paper.put(Text(control, "bold"))
        _put_rules(paper, bearing, 4)


def _put_rules(paper: Paper, listed: Iterable[Rule[Any]] | Sequence[Rule[Any]], indent: int = 0) -> None:
    for rule in listed:
        severity = (f"{rule.severity:<9}", STYLES[rule.severity])
        paper.put(Text.assemble((f"{rule.id:<8} ", "bold"), severity, f" {rule.title}"), indent, indent + 19)
