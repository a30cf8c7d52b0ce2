"""Shell completion: `chaudit completion SHELL` prints the script, and these are the words it is answered with."""

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem, get_completion_class

from chaudit.host import PluginHost
from chaudit.selection import frameworks_of

Words = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
Known = Callable[[PluginHost], Iterable[tuple[str, str]]]
_VARIABLE = "_CHAUDIT_COMPLETE"


def words(known: Known) -> Words:
    """Return what completes a word by what the plugins offer: names, each with a line about it."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        host = context.find_object(PluginHost)
        offered = known(host) if host else ()
        folded = incomplete.casefold()
        # fish takes what follows a comma for something else
        return [
            CompletionItem(name, help=about.replace(",", ";"))
            for name, about in offered
            if name.casefold().startswith(folded)
        ]

    return complete


rule_ids = words(lambda host: ((rule.id, rule.title) for rule in host.rules))
rule_patterns = words(
    lambda host: (
        *((f"{family.name}-*", family.title) for family in host.families),
        *((rule.id, rule.title) for rule in host.rules),
    )
)
framework_names = words(lambda host: ((one.name, one.title) for one in frameworks_of(host.rules).values()))
profile_names = words(lambda host: ((one.name, one.title) for one in host.profiles))
report_formats = words(lambda host: ((one.name, one.filename) for one in host.reporters))
probe_names = words(lambda host: ((one.name, one.help) for one in host.probes if not one.writes))


def file_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete the name of a file."""
    return [CompletionItem(incomplete, type="file")]


@click.command
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    r"""Print what lets a shell complete commands, options, rules and formats.

    \b
    bash: eval "$(chaudit completion bash)" in ~/.bashrc
    zsh:  eval "$(chaudit completion zsh)" in ~/.zshrc, after compinit
    fish: chaudit completion fish > ~/.config/fish/completions/chaudit.fish
    """
    made_by = get_completion_class(shell)
    if made_by is None:
        raise AssertionError(shell)
    root = context.find_root()
    click.echo(made_by(root.command, {}, root.info_name or "chaudit", _VARIABLE).source())
