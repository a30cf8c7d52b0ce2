"""Felix's settings on each node, from the strongest place that has them.

The environment of calico-node comes first, then FelixConfigurations: that of the node, those that select it, and
`default` (https://docs.tigera.io/calico/latest/reference/felix/configuration). Its file on the node is not seen.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

import msgspec

from chaudit import CannotTellError, Reading, printable, view
from chaudit_network.addresses import parse_network
from chaudit_network.kinds.calico_node import CALICO_NODE, OF_FELIX, DaemonSet
from chaudit_network.kinds.calico_policy import (
    FELIX_CONFIGURATIONS,
    FelixConfiguration,
    FelixConfigurationSpec,
    ProtoPort,
)

T = TypeVar("T")

_CONTAINER = "calico-node"
_DISABLED = "none"
"""The value of a variable that sets nothing at all, where an empty one is as if it were not there."""

_CALICO_S_OWN = "kubernetes-services-endpoint"
"""The ConfigMap from which calico-node's manifests take where the API server is, and nothing for Felix."""

_PORT = re.compile(
    r"(?:(?P<protocol>tcp|udp):(?:(?P<ipv4>[\d./]+):)?)?(?:\[(?P<ipv6>[^\]]+)\]:)?(?P<port>\d{1,5})", re.IGNORECASE
)
"""One port of a list: `22`, `tcp:22`, `tcp:10.0.0.0/8:22` or `tcp:[fd00::/8]:22` (felix/config/param_types.go)."""


class Direction(StrEnum):
    """Whether packets come in to the host, or leave it."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


def _ports(*listed: tuple[str, tuple[int, ...]]) -> tuple[ProtoPort, ...]:
    return tuple(ProtoPort(port=port, protocol=protocol) for protocol, ports in listed for port in ports)


_CONTROL_PLANE = (179, 2379, 2380, 5473, 6443, 6666, 6667)

DEFAULT_FAILSAFE_PORTS: Mapping[Direction, tuple[ProtoPort, ...]] = {
    Direction.INBOUND: _ports(("tcp", (22, *_CONTROL_PLANE)), ("udp", (68,))),
    Direction.OUTBOUND: _ports(("tcp", _CONTROL_PLANE), ("udp", (53, 67))),
}
"""The failsafe ports where nobody says otherwise (felix/config/config_params.go)."""


class Setting(msgspec.Struct, Generic[T], frozen=True):
    """A value, and where it was set; empty where nobody did."""

    value: T
    origin: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it is Felix's own."""
        return not self.origin


class Felix(msgspec.Struct, frozen=True, dict=True):
    """The settings of Felix, node by node."""

    configurations: Reading[FelixConfiguration]
    agents: Reading[DaemonSet]

    def failsafe_ports(self, node: str, direction: Direction) -> Setting[tuple[ProtoPort, ...]]:
        """Return the ports that no policy closes.

        Raises:
            CannotTellError: not all that may set them was read, or Felix would not take it.
        """

        def configured(spec: FelixConfigurationSpec) -> tuple[ProtoPort, ...] | None:
            is_inbound = direction is Direction.INBOUND
            return spec.failsafe_inbound_host_ports if is_inbound else spec.failsafe_outbound_host_ports

        found = self._setting(node, f"failsafe{direction}hostports", configured, _parsed)
        if found is None:
            return Setting(DEFAULT_FAILSAFE_PORTS[direction])
        for port in found.value:
            if port.net:
                parse_network(port.net)
        return found

    def chain_insert_mode(self, node: str) -> Setting[str]:
        """Return whether Felix's chains come before those of others (`insert`) or after them (`append`).

        Raises:
            CannotTellError: not all that may set it was read.
        """
        found = self._setting(node, "chaininsertmode", lambda spec: spec.chain_insert_mode.lower() or None, str.lower)
        return found or Setting("insert")

    def endpoint_to_host_action(self, node: str) -> Setting[str]:
        """Return what becomes of packets from a pod to its own node: `drop`, `accept` or `return`.

        Raises:
            CannotTellError: not all that may set it was read.
        """
        found = self._setting(
            node,
            "defaultendpointtohostaction",
            lambda spec: spec.default_endpoint_to_host_action.lower() or None,
            str.lower,
        )
        return found or Setting("drop")

    def node_port_ranges(self, node: str) -> Setting[tuple[int | str, ...]]:
        """Return the ports that it takes for node ports in mode ipvs of kube-proxy: numbers, and ranges `low:high`.

        Raises:
            CannotTellError: not all that may set it was read.
        """
        found = self._setting(
            node,
            "kubenodeportranges",
            lambda spec: spec.kube_node_port_ranges or None,
            lambda text: tuple(one.strip() for one in text.split(",")),
        )
        return found or Setting(("30000:32767",))

    @cached_property
    def has_node_settings(self) -> bool:
        """Whether nodes may differ.

        Raises:
            CannotTellError: the configurations were not all read.
        """
        return any(one.name.startswith("node.") for one in self.configurations.complete_records)

    def _setting(
        self,
        node: str,
        parameter: str,
        configured: Callable[[FelixConfigurationSpec], T | None],
        parse: Callable[[str], T],
    ) -> Setting[T] | None:
        if found := self._in_environment(parameter):
            origin, value = found
            return Setting(parse(value), origin)
        for one in self._of(node):
            setting = configured(one.spec)
            if setting is not None and one.spec.node_selector:
                raise CannotTellError(f"{one.subject}, which is for some nodes only, sets {parameter}")
            if setting is not None:
                return Setting(setting, str(one.subject))
        return None

    def _of(self, node: str) -> Iterator[FelixConfiguration]:
        """Yield what may be about a node, the strongest first."""
        by_name = self._by_name
        if f"node.{node}" in by_name:
            yield by_name[f"node.{node}"]
        yield from (one for one in by_name.values() if one.spec.node_selector)
        if "default" in by_name:
            yield by_name["default"]

    @cached_property
    def _by_name(self) -> Mapping[str, FelixConfiguration]:
        return {one.name: one for one in self.configurations.complete_records}

    def _in_environment(self, parameter: str) -> tuple[str, str] | None:
        """Return where a variable sets a parameter, and to what; Felix reads their names in any case."""
        found = {value: origin for name, origin, value in self._environment if name == OF_FELIX + parameter}
        if len(found) > 1:
            raise CannotTellError(f"several DaemonSets of calico-node differ in {OF_FELIX.upper()}{parameter.upper()}")
        for value, origin in found.items():
            if value is None or "$(" in value:
                raise CannotTellError(f"{origin} has its value from elsewhere")
            return origin, value
        return None

    @cached_property
    def _environment(self) -> Sequence[tuple[str, str, str | None]]:
        """Felix's variables: the name in lower case, where it is set, and the value where it is set in place."""
        return [variable for agent in self.agents.complete_records for variable in _variables(agent)]


felix = view(FELIX_CONFIGURATIONS.reading, CALICO_NODE.reading)(Felix)
"""The view that answers with `Felix`."""


def _variables(agent: DaemonSet) -> Iterator[tuple[str, str, str | None]]:
    known = {(name.namespace, name.name) for name in CALICO_NODE.only}
    if (agent.namespace, agent.name) not in known:
        return
    for container in agent.spec.template.spec.containers:
        if container.name != _CONTAINER:
            continue
        if any(one.config_map_ref is None or one.config_map_ref.name != _CALICO_S_OWN for one in container.env_from):
            raise CannotTellError(f"{agent.subject} has variables from elsewhere, which may set Felix up")
        for variable in {one.name.lower(): one for one in container.env}.values():
            if variable.name.lower().startswith(OF_FELIX) and (variable.value or variable.value_from):
                value = None if variable.value_from else variable.value
                yield variable.name.lower(), f"{variable.name} of {agent.subject}", value


def _parsed(listed: str) -> tuple[ProtoPort, ...]:
    """Return the ports of a list.

    Raises:
        CannotTellError: Felix would refuse it, and not start.
    """
    if listed.strip().lower() == _DISABLED:
        return ()
    return tuple(_port(one.strip()) for one in listed.split(",") if one.strip())


def _port(text: str) -> ProtoPort:
    found = _PORT.fullmatch(text)
    if not found:
        raise CannotTellError(f"'{printable(text)}' is not a failsafe port")
    net = found["ipv4"] or found["ipv6"] or ""
    return ProtoPort(port=int(found["port"]), protocol=(found["protocol"] or "tcp").lower(), net=net)
