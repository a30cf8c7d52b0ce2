"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from chaudit.cli.completion import file_names, probe_names, profile_names, rule_patterns
from chaudit.evidence.asking import Limits

F = TypeVar("F", bound=Callable[..., Any])


def _all(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


connection_options = _all(
    click.option(
        "--kubeconfig",
        metavar="FILE",
        shell_complete=file_names,
        help="Kubeconfig to use instead of KUBECONFIG or ~/.kube/config.",
    ),
    click.option("--context", metavar="NAME", help="Context of the kubeconfig instead of its current one."),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        metavar="SECONDS",
        help="Longest wait for one request.",
    ),
    click.option(
        "--deadline",
        type=click.FloatRange(min=0, min_open=True),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="Longest wait for all of them; what was not read by then is unknown.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Show every request with its status, time and size; of a scan also the evidence and every finding.",
    ),
)
"""How to reach a cluster, and how long to wait for it."""

cluster_options = _all(
    connection_options,
    click.option(
        "--page-size",
        type=click.IntRange(1, 10_000),
        default=500,
        show_default=True,
        metavar="OBJECTS",
        help="Objects in one page of a list.",
    ),
    click.option(
        "--probe",
        "probes",
        multiple=True,
        metavar="NAME[=ARGUMENT]",
        shell_complete=probe_names,
        help="Ask outside of the API, too: dns, tcp ...; several with commas or by repeating the option.",
    ),
    click.option(
        "--allow-node-status",
        is_flag=True,
        help="Create CalicoNodeStatus objects for a moment, to learn how BGP sessions are. Nothing else is written.",
    ),
    click.option("--bgp-rib", metavar="PLACE", help="Short for --probe bgp-rib=PLACE: a router's table, FILE or URL."),
    click.option(
        "--probe-timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=Limits().timeout_s,
        show_default=True,
        metavar="SECONDS",
        help="Longest wait for one answer to a probe.",
    ),
    click.option(
        "--probe-rate",
        type=click.FloatRange(min=0, min_open=True),
        default=Limits().per_second,
        show_default=True,
        metavar="PER_SECOND",
        help="Most questions of a probe in a second.",
    ),
    click.option(
        "--probe-limit",
        type=click.IntRange(min=1),
        default=Limits().targets,
        show_default=True,
        metavar="TARGETS",
        help="Most targets of a probe; the others are unknown.",
    ),
    click.option(
        "--probe-deadline",
        type=click.FloatRange(min=0, min_open=True),
        default=Limits().deadline_s,
        show_default=True,
        metavar="SECONDS",
        help="Longest time for one probe; what was not asked by then is unknown.",
    ),
)
"""How to get evidence from a live cluster; `live_cluster` takes them."""

rule_options = _all(
    click.option(
        "--rule",
        "include",
        multiple=True,
        metavar="PATTERN",
        shell_complete=rule_patterns,
        help="Only rules like NET-001 or 'NPT-*'.",
    ),
    click.option(
        "--skip-rule",
        "exclude",
        multiple=True,
        metavar="PATTERN",
        shell_complete=rule_patterns,
        help="No rules like this.",
    ),
)


def profile_option(help_text: str) -> Callable[[F], F]:
    """Return the option that names profiles; what they are for is the command's own."""
    return click.option(
        "--profile", "profiles", multiple=True, metavar="NAME", shell_complete=profile_names, help=help_text
    )


quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print nothing but the verdict and errors.")

file_path = click.Path(path_type=Path, dir_okay=False)
