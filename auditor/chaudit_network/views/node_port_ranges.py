"""The range of node ports, and the places where somebody wrote it down as numbers."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from chaudit import CannotTellError, Reading, Subject, printable, view
from chaudit_network.intervals import Intervals
from chaudit_network.kinds.calico_policy import (
    FELIX_CONFIGURATIONS,
    GLOBAL_NETWORK_POLICIES,
    FelixConfiguration,
    GlobalNetworkPolicy,
)
from chaudit_network.views.api_servers import ApiServer

DEFAULT_RANGE = Intervals(((30000, 32767),))
"""The range of an API server that is told none."""

_RANGE = re.compile(r"(\d{1,5})(?:(-|\+)(\d{1,5}))?")
_HIGHEST = 65535


def node_port_range(server: ApiServer) -> Intervals:
    """Return the range from which an API server takes node ports: `30000-32767`, `30000+2767`, or one port.

    See ParsePortRange in k8s.io/apimachinery/pkg/util/net/port_range.go.

    Raises:
        CannotTellError: it is none of these.
    """
    text = (server.last("service-node-port-range") or "").strip()
    if not text:
        return DEFAULT_RANGE
    found = _RANGE.fullmatch(text.replace(" ", ""))
    if not found:
        raise CannotTellError(f"--service-node-port-range is '{printable(text)}', which is no range of ports")
    low = int(found[1])
    high = low if not found[2] else int(found[3]) if found[2] == "-" else min(low + int(found[3]), _HIGHEST)
    return Intervals.of([(low, high)])


class WrittenRange(msgspec.Struct, frozen=True):
    """Ports that somebody took for the node ports, and where."""

    subject: Subject
    field: str
    ports: Intervals


class WrittenRanges(msgspec.Struct, frozen=True):
    """Where host policy denies ranges of ports before DNAT, and where Felix is told which ports are node ports."""

    policies: Reading[GlobalNetworkPolicy]
    felix: Reading[FelixConfiguration]

    def __iter__(self) -> Iterator[WrittenRange]:
        """Yield all that were found.

        Raises:
            CannotTellError: the policies, or Felix's settings, were not all read.
        """
        for policy in self.policies.complete_records:
            denied = [rule.destination.ports for rule in policy.spec.ingress if rule.action == "Deny"]
            if policy.spec.pre_dnat and denied and all(denied) and any(map(_has_range, denied)):
                ports = (port for listed in denied for port in listed)
                yield WrittenRange(policy.subject, "its Deny rules list", ports_of(ports))
        for settings in self.felix.complete_records:
            if settings.spec.kube_node_port_ranges:
                yield WrittenRange(
                    settings.subject, "kubeNodePortRanges is", ports_of(settings.spec.kube_node_port_ranges)
                )


written_ranges = view(GLOBAL_NETWORK_POLICIES.reading, FELIX_CONFIGURATIONS.reading)(WrittenRanges)
"""The view that answers with `WrittenRanges`."""


def spelt(ports: Intervals) -> str:
    """Return ports as people write them: `22, 30000-32767`."""
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports.spans)


def _has_range(ports: Sequence[int | str]) -> bool:
    return any(_span(port) for port in ports if isinstance(port, str))


def ports_of(ports: Iterable[int | str]) -> Intervals:
    """Return the numbers among ports; a named port is none."""
    return Intervals.of(filter(None, ((port, port) if isinstance(port, int) else _span(port) for port in ports)))


def _span(port: str) -> tuple[int, int] | None:
    low, _, high = port.partition(":")
    return (int(low), int(high or low)) if low.isdecimal() and (high or low).isdecimal() else None
