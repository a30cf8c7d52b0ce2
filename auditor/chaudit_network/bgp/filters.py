"""What BGPFilters of Calico make of a route: the first rule that matches decides, and where none does Calico itself.

A rule becomes a condition in BIRD's language (confd/pkg/resource/template/template_funcs.go of projectcalico/calico).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.kinds.calico_bgp import BGP_FILTERS, BGPFilter, FilterRule

ACCEPT = "Accept"
_EBGP = "eBGP"
_IBGP = "iBGP"
_REMOTE_PEERS = "RemotePeers"
_EVERYTHING = frozenset({"0.0.0.0/0", "::/0"})


class Candidate(msgspec.Struct, frozen=True):
    """A route that wants out over a session: one of the node's own, or one that it heard from others."""

    prefix: IPNetwork
    is_internal: bool
    is_heard: bool = False


class Ruling(msgspec.Struct, frozen=True):
    """What a rule says of a route, and the communities that it adds."""

    is_accepted: bool
    communities: tuple[str, ...] = ()


class Filters(msgspec.Struct, dict=True):
    """All BGPFilters by name."""

    reading: Reading[BGPFilter]
    _parsed: dict[str, IPNetwork] = msgspec.field(default_factory=dict)

    def named(self, name: str) -> BGPFilter | None:
        """Return a filter, None where there is none of this name, so that it filters nothing.

        Raises:
            CannotTellError: the filters were not read.
        """
        return self._by_name.get(name)

    def of_export(self, names: Iterable[str], route: Candidate) -> Ruling | None:
        """Return what the first matching rule of the filters says, None where none matches.

        Raises:
            CannotTellError: the filters were not read, or whether a rule matches is not known.
        """
        for name in names:
            for rule in self.exports_of(name, route.prefix.version):
                if self._matches(rule, route):
                    added = (one.add_community.value for one in rule.operations if one.add_community)
                    return Ruling(rule.action == ACCEPT, tuple(added))
        return None

    def exports_of(self, name: str, family: int) -> Sequence[FilterRule]:
        """Return the rules of a filter for what goes out in a family; none where there is no such filter.

        Raises:
            CannotTellError: the filters were not read.
        """
        found = self.named(name)
        if found is None:
            return ()
        return found.spec.export_v4 if family == 4 else found.spec.export_v6  # noqa: PLR2004 - an IP version

    @cached_property
    def _by_name(self) -> Mapping[str, BGPFilter]:
        return {found.name: found for found in self.reading.complete_records}

    def _matches(self, rule: FilterRule, route: Candidate) -> bool:
        """Whether all that a rule asks for holds.

        A route of the node's own has no interface, no path and no communities yet; of those that it heard, none of
        that is known, nor of any the priority.
        """
        if rule.peer_type in {_EBGP, _IBGP} and (rule.peer_type == _IBGP) != route.is_internal:
            return False
        if rule.source == _REMOTE_PEERS and not route.is_heard:
            return False
        if rule.cidr and not self._meets(rule, route.prefix):
            return False
        learned = rule.interface or rule.as_path_prefix or (rule.communities and rule.communities.values)
        if learned and not route.is_heard:
            return False
        if learned or rule.priority is not None:
            raise CannotTellError("a BGPFilter asks for what is only known on the node: interface, path or priority")
        return True

    def _meets(self, rule: FilterRule, prefix: IPNetwork) -> bool:
        if rule.cidr not in self._parsed:
            self._parsed[rule.cidr] = parse_network(rule.cidr)
        network = self._parsed[rule.cidr]
        match rule.match_operator:
            case "Equal":
                return prefix == network
            case "NotEqual":
                return prefix != network
        bounds = rule.prefix_length
        shortest = bounds.min if bounds and bounds.min is not None else 0
        longest = bounds.max if bounds and bounds.max is not None else prefix.max_prefixlen
        is_in = within(prefix, network) and shortest <= prefix.prefixlen <= longest
        return is_in != (rule.match_operator == "NotIn")


def takes_all(found: FilterRule, *, is_internal: bool, is_import: bool = False) -> bool:
    """Whether a rule matches every route of a session: all that come in are from remote peers."""
    any_prefix = not found.cidr or (
        found.cidr in _EVERYTHING and found.match_operator == "In" and found.prefix_length is None
    )
    any_peer = not found.peer_type or (found.peer_type == _IBGP) == is_internal
    any_source = is_import or not found.source
    learned = found.interface or found.priority is not None or found.as_path_prefix or found.communities
    return any_prefix and any_peer and any_source and not learned


bgp_filters = view(BGP_FILTERS.reading)(Filters)
"""The view that answers with `Filters`."""


def within(prefix: IPNetwork, network: IPNetwork) -> bool:
    """Whether a prefix lies in a network, of its own family."""
    return (
        prefix.version == network.version
        and prefix.prefixlen >= network.prefixlen
        and prefix.network_address in network
    )
