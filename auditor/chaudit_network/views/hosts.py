"""The hosts of a StarlingX platform as the deployment manager builds them: profiles merged with what hosts override."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, DoesNotApplyError, Reading, Subject, printable, view
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.kinds.starlingx_hosts import (
    HOST_PROFILES,
    HOSTS,
    Host,
    HostAttributes,
    HostProfile,
    Interface,
    Interfaces,
)
from chaudit_network.views.unread import unread

LOOPBACK = "lo"
"""Where a system of one node has its management and cluster host network, so that these need no port."""


class Hosts(msgspec.Struct, dict=True):
    """All hosts of the platform, each with its effective attributes."""

    hosts: Reading[Host]
    profiles: Reading[HostProfile]

    def named(self, name: str) -> Host | None:
        """Return a host by its name, which its Node has as well; None where there is none.

        Raises:
            CannotTellError: the hosts were not all read, or are of several systems.
        """
        return self.by_name.get(name)

    def attributes(self, host: Host) -> HostAttributes:
        """Return what is true of a host when its base profiles, its profile and its overrides are merged.

        Raises:
            CannotTellError: one of the profiles is not there, was not read, or is its own base.
        """
        chain: list[HostAttributes] = [host.spec.overrides or HostAttributes()]
        name: str | None = host.spec.profile
        visited: set[str] = set()
        while name:
            if name in visited:
                raise CannotTellError(f"{host.subject}: HostProfile {printable(name)} is its own base")
            visited.add(name)
            profile = self._profile(host, name)
            chain.append(profile)
            name = profile.base
        merged = HostAttributes()
        for attributes in reversed(chain):
            merged = merge(merged, attributes)
        return merged

    @cached_property
    def by_name(self) -> Mapping[str, Host]:
        """All hosts.

        Raises:
            CannotTellError: they were not all read, or are of several systems.
        """
        namespaces = sorted({host.namespace for host in self.hosts.complete_records})
        if len(namespaces) > 1:
            raise CannotTellError(f"there are Hosts of several systems, in namespaces {', '.join(namespaces)}")
        return {host.name: host for host in self.hosts.records}

    def _profile(self, host: Host, name: str) -> HostAttributes:
        subject = Subject("HostProfile", host.namespace, name)
        if subject in self._profiles:
            return self._profiles[subject]
        missing = next((gap for gap in unread(self.profiles) if gap.subject in {subject, self.profiles.subject}), None)
        raise CannotTellError(f"{host.subject}: {missing or f'there is no {subject}'}")

    @cached_property
    def _profiles(self) -> Mapping[Subject, HostAttributes]:
        return {profile.subject: profile.spec for profile in self.profiles.objects}


hosts = view(HOSTS.reading, HOST_PROFILES.reading)(Hosts)
"""The view that answers with `Hosts`."""


class Inventoried(msgspec.Struct, frozen=True):
    """A host of the platform, a node of the cluster, or both where they are one; `rivals` may be the missing host."""

    subject: Subject
    host: Host | None
    node: Node | None
    rivals: Sequence[Host] = ()


@view(hosts, NODES)
def inventory(known: Hosts, nodes: Sequence[Node]) -> Sequence[Inventoried]:
    """Join hosts to nodes.

    Raises:
        DoesNotApplyError: the deployment manager is not installed, or manages no host.
    """
    by_name = known.by_name
    if not by_name:
        raise DoesNotApplyError(known.hosts.reason or "the StarlingX deployment manager manages no host")
    of_cluster = {node.name: node for node in nodes}
    alone = [host for name, host in by_name.items() if name not in of_cluster]
    unsettled = [host for host in alone if not host.status.reconciled]
    return [
        *(Inventoried(node.subject, by_name.get(node.name), node, unsettled) for node in nodes),
        *(Inventoried(host.subject, host, None) for host in alone),
    ]


def all_interfaces(attributes: HostAttributes) -> Sequence[Interface]:
    """Return the interfaces of all kinds."""
    found = attributes.interfaces or Interfaces()
    return [*(found.ethernet or ()), *(found.bond or ()), *(found.vlan or ()), *(found.vf or ())]


def merge(base: HostAttributes, own: HostAttributes) -> HostAttributes:
    """Return what holds when attributes are laid over those they are based on."""
    return HostAttributes(
        base=own.base,
        personality=own.personality or base.personality,
        interfaces=_merge_interfaces(base.interfaces or Interfaces(), own.interfaces or Interfaces()),
    )


def _merge_interfaces(base: Interfaces, own: Interfaces) -> Interfaces:
    """Merge interfaces of one kind by name and class, Ethernet ones by their port, which has only one interface."""
    return Interfaces(
        ethernet=_merge_lists(base.ethernet, own.ethernet, lambda one: one.port),
        bond=_merge_lists(base.bond, own.bond, lambda one: (one.name, one.class_)),
        vlan=_merge_lists(base.vlan, own.vlan, lambda one: (one.name, one.class_)),
        vf=_merge_lists(base.vf, own.vf, lambda one: (one.name, one.class_)),
    )


def _merge_lists(
    base: tuple[Interface, ...] | None, own: tuple[Interface, ...] | None, key: Callable[[Interface], object]
) -> tuple[Interface, ...] | None:
    """Merge equals and append the rest; an empty list deletes what it is laid over."""
    if not own or not base:
        return base if own is None else own
    by_key = {key(one): one for one in own}
    merged = [_merge_one(one, by_key.pop(key(one))) if key(one) in by_key else one for one in base]
    return (*merged, *by_key.values())


def _merge_one(base: Interface, own: Interface) -> Interface:
    written = {name: value for name, value in msgspec.structs.asdict(own).items() if value is not None}
    return msgspec.structs.replace(base, **written)
