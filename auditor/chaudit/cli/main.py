"""The `chaudit` command: its subcommands, and the one place where errors become exit codes."""

import gc
import sys

import click

from chaudit.cli.collect import collect
from chaudit.cli.completion import completion
from chaudit.cli.diff import diff
from chaudit.cli.preflight import preflight
from chaudit.cli.rbac import rbac
from chaudit.cli.rules import rules
from chaudit.cli.scan import scan
from chaudit.cli.waive import waive
from chaudit.errors import CannotTellError, ChauditError, ClusterUnavailableError
from chaudit.gate import ExitCode
from chaudit.host import PluginHost, installed
from chaudit.text import printable
from chaudit.version import VERSION

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

_NEW_OBJECTS = 200_000
"""How many more objects there are before the garbage collector looks for cycles, of which evidence has none: a sixth of
a scan's time went to looking for them among millions of records."""

DEFECT = 70
"""EX_SOFTWARE of sysexits.h: chaudit itself is broken, and nothing it said can be relied on."""


def command(host: PluginHost) -> click.Group:
    """Return the command line with these plugins' commands."""
    group = click.Group(
        "chaudit",
        help="Audit the network edge of a Kubernetes cluster: who can reach what, and what could not be judged.",
        context_settings={"obj": host, "help_option_names": ["-h", "--help"], "max_content_width": 100},
        commands=[scan, diff, waive, collect, preflight, rules, rbac, completion, *host.commands],
    )
    return click.version_option(VERSION, message="%(prog)s %(version)s")(group)


def main() -> None:
    """Run `chaudit` and exit: 0-4 as documented, 130 when interrupted, 70 for a defect of chaudit itself."""
    code = run(sys.argv[1:])
    gc.freeze()  # at its end the interpreter would look for cycles among all that is there, twice
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run `chaudit` with these arguments and return the exit code; errors are one line on standard error."""
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    try:
        result = command(installed()).main(arguments, prog_name="chaudit", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the boundary: a gate must not take a defect for findings
        return _explain(error)
    except KeyboardInterrupt:
        return _explain(click.Abort())
    return result if isinstance(result, int) else ExitCode.CLEAN


def _explain(error: Exception) -> int:
    """Say in one line what went wrong and return the exit code for it."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            error.show()
            return ExitCode.USAGE
        case click.ClickException():
            context = error.ctx if isinstance(error, click.UsageError) else None
            command_path = context.command_path if context else "chaudit"
            message = f"error: {error.format_message().rstrip('.')} (see `{command_path} --help`)"
            code: int = ExitCode.USAGE
        case click.Abort():
            message, code = "interrupted; nothing was judged", INTERRUPTED
        case ClusterUnavailableError():
            message, code = f"error: {error} (check --kubeconfig and --context)", ExitCode.UNAVAILABLE
        case CannotTellError():
            message, code = f"nothing can be told: {error}", ExitCode.INCOMPLETE
        case ChauditError():
            message, code = f"error: {error}", ExitCode.USAGE
        case BrokenPipeError():
            message, code = "the reader of the output went away", ExitCode.USAGE
        case _:
            message, code = f"internal error, a defect of chaudit: {type(error).__name__}: {error}", DEFECT
    click.echo(f"chaudit: {printable(message)}", err=True)
    return code
