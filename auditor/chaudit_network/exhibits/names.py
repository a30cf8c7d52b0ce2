"""The names of applications, and what they lead to."""

import msgspec

from chaudit import CannotTellError, Exhibit, Shown, view
from chaudit_network.addresses import IPAddress
from chaudit_network.names.destinations import Destinations, Kind, destinations
from chaudit_network.names.view import Names, PublishedName
from chaudit_network.names.view import names as names_view
from chaudit_network.views.networks import Networks, networks
from chaudit_network.views.unread import Unread


class DestinationEntry(msgspec.Struct, frozen=True):
    """An address that some name leads to, and the nodes that are reached by it; `ready` are those that are Ready.

    `survives` says whether it goes on answering when one node is lost; `network` is empty where it is not known.
    """

    address: str
    network: str
    kind: Kind
    nodes: tuple[str, ...]
    ready: tuple[str, ...]
    survives: bool
    because: str


class PublicationEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a name leads by one publisher; `gaps` say why it may lead elsewhere too."""

    publisher: str
    addresses: tuple[str, ...]
    gaps: tuple[str, ...] = ()


class NameEntry(msgspec.Struct, frozen=True):
    """A name, the ports at which clients come (`443/TCP`), and how many destinations it is meant to have.

    `missing` says who knows that it leads nowhere; `gaps` say why no record of it is known, or not all.
    """

    host: str
    declared: bool
    wanted: int
    ports: tuple[str, ...]
    publications: tuple[PublicationEntry, ...]
    missing: str
    gaps: tuple[str, ...]


class PublishedNames(msgspec.Struct, frozen=True):
    """All names, and each address that they lead to once."""

    names: tuple[NameEntry, ...]
    destinations: tuple[DestinationEntry, ...]


@view(names_view, destinations, networks)
def names(found: Names, known: Destinations, where: Networks) -> Shown[PublishedNames]:
    """Show where every name leads; what could not be read may ask for others."""
    gaps: list[str] = []
    entries: list[NameEntry] = []
    places: dict[IPAddress, DestinationEntry] = {}
    for name in found:
        if isinstance(name, Unread):
            gaps.append(str(name))
            continue
        entries.append(_name(name))
        for address in (answer.address for published in name.answers for answer in published.answers):
            if address not in places:
                places[address] = _destination(address, known, where)
    return Shown(PublishedNames(tuple(entries), tuple(places.values())), tuple(gaps))


NAMES = Exhibit("names", "The names of applications, and what they lead to", PublishedNames, names)


def _name(name: PublishedName) -> NameEntry:
    return NameEntry(
        host=name.host,
        declared=name.is_declared,
        wanted=name.wanted,
        ports=tuple(f"{number}/{protocol}" for number, protocol in sorted(name.ports)),
        publications=tuple(
            PublicationEntry(one.publisher, tuple(str(answer.address) for answer in one.answers), tuple(one.gaps))
            for one in name.answers
        ),
        missing=name.dns.missing,
        gaps=tuple(name.gaps),
    )


def _destination(address: IPAddress, known: Destinations, where: Networks) -> DestinationEntry:
    network = where.of(address)
    name = network.name if network else ""
    try:
        found = known.at(address)
    except CannotTellError as gap:
        return DestinationEntry(str(address), name, Kind.UNKNOWN, (), (), survives=False, because=str(gap))
    return DestinationEntry(
        address=str(address),
        network=name,
        kind=found.kind,
        nodes=tuple(sorted(found.nodes)),
        ready=tuple(sorted(found.ready)),
        survives=found.survives,
        because=found.because,
    )
