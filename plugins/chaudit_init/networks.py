"""The networks of a draft: which there are, with the addresses and interfaces of nodes in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from chaudit import CannotTellError, Reading, plural, view
from chaudit_init.writing import comment, commented_out, remark, scalar, sequence
from chaudit_network.addresses import IPNetwork, parse_address, parse_interface, parse_network
from chaudit_network.kinds.core import NODES, Node
from chaudit_network.views.attachments import NodeAttachments, attachments
from chaudit_network.views.networks import CLUSTER_HOST, OAM, NamedNetwork, Networks, networks
from chaudit_network.views.node_addresses import NodeAddresses, node_addresses
from chaudit_network.views.node_evidence import listed_by_calico

_SHOWN = 5
_LONGEST_NAME = 100
_USUAL_PREFIX = {4: 24, 6: 64}
"""How large a network mostly is, where nothing tells but an address."""


class Found(msgspec.Struct):
    """A network with what is known of it, from the declared to the guessed."""

    known: NamedNetwork | None = None
    interfaces: Counter[str] = msgspec.field(default_factory=Counter)
    guessed: Counter[IPNetwork] = msgspec.field(default_factory=Counter)


class NetworkDraft(msgspec.Struct):
    """All networks, and the addresses of nodes that are in none of them."""

    networks: Networks
    nodes: Reading[Node]
    attachments: NodeAttachments
    addresses: NodeAddresses

    def lines(self) -> Iterator[str]:
        """Yield the section."""
        for gap in self.networks.gaps:
            yield from comment(f"Not known in full: {gap}", "  ")
        found = self._found()
        for name in sorted(found):
            if len(name) > _LONGEST_NAME:
                yield from comment(f"A network is called {name[:_LONGEST_NAME]}..., which is left out.", "  ")
            else:
                yield from self._network(name, found[name])
        if CLUSTER_HOST not in found:
            yield from self._guess()
        yield from self._strays()

    def _found(self) -> Mapping[str, Found]:
        """Gather networks by name; of one that is known by its interfaces alone, the addresses there tell the rest."""
        found: dict[str, Found] = defaultdict(Found)
        for network in self.networks:
            found[network.name].known = network
        for node in self.nodes.objects:
            prefixes = _prefixes(node)
            for one in self.attachments.on(node).attachments:
                for name in one.networks:
                    found[name].interfaces[one.interface] += 1
                    if len(one.networks) == 1:
                        found[name].guessed.update(prefixes.get(one.interface, ()))
        return found

    def _network(self, name: str, found: Found) -> Iterator[str]:
        yield f"  {scalar(name)}:"
        if found.known:
            yield remark(f"    cidrs: {sequence(map(str, found.known.cidrs))}", f"from {found.known.origin}")
        elif found.guessed:
            cidrs = [
                max(own, key=found.guessed.__getitem__) for family in (4, 6) if (own := _of(found.guessed, family))
            ]
            yield remark(f"    cidrs: {sequence(map(str, cidrs))}", "guessed from addresses on these interfaces")
        else:
            yield from comment("cidrs are not known", "    ")
        if found.known.external if found.known else name == OAM:
            yield remark("    external: true", "people outside reach it")
        if found.interfaces:
            names = sorted(found.interfaces)
            counts = ", ".join(f"{one} on {plural(found.interfaces[one], 'node')}" for one in names[:_SHOWN])
            yield remark(f"    interfaces: {sequence(names)}", counts)
        elif not found.known and not found.guessed:
            yield "    cidrs: []"

    def _guess(self) -> Iterator[str]:
        """Yield what the cluster host network could be, which nobody should take for known."""
        guesses: dict[IPNetwork, None] = {}
        for node in self.nodes.objects:
            for text in node.internal_ips:
                with suppress(CannotTellError):
                    address = parse_address(text)
                    guesses[parse_network(f"{address}/{_USUAL_PREFIX[address.version]}")] = None
        if guesses:
            yield from comment(
                "Nothing says which network the nodes use among themselves. If networks are as large as usual, the "
                "InternalIPs of the nodes lie in these:",
                "  ",
            )
            yield from commented_out([f"{CLUSTER_HOST}:", f"  cidrs: {sequence(map(str, guesses))}"], "  ")

    def _strays(self) -> Iterator[str]:
        strays = [
            f"{one.address} of {networking.node.name} ({one.known_from})"
            for networking in self.addresses
            for one in networking.addresses
            if not one.network
        ]
        if strays:
            more = f", and {len(strays) - _SHOWN} more" if len(strays) > _SHOWN else ""
            yield from comment(f"In none of these: {', '.join(strays[:_SHOWN])}{more}.", "  ")


network_draft = view(networks, NODES.reading, attachments, node_addresses)(NetworkDraft)
"""The view that answers with `NetworkDraft`."""


def _prefixes(node: Node) -> Mapping[str, Sequence[IPNetwork]]:
    """Return the networks of a node's interfaces, as calico-node lists their addresses."""
    found: dict[str, list[IPNetwork]] = defaultdict(list)
    with suppress(CannotTellError):
        for claim in listed_by_calico(node):
            interface = parse_interface(claim.text)
            if interface.network.num_addresses > 1:
                found[claim.interface].append(interface.network)
    return found


def _of(counted: Counter[IPNetwork], family: int) -> list[IPNetwork]:
    return [network for network in counted if network.version == family]
