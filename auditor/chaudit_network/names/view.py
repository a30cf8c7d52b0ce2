"""The view of all names, each with its records and where they lead."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from chaudit import INTENT, Intent, Subject, printable, view
from chaudit_network.addresses import IPAddress
from chaudit_network.kinds.external_dns import DNS_RECORDS, DNSRecord
from chaudit_network.names.answered import AnsweredName, AnsweredNames, answered_names
from chaudit_network.names.publication import Asked, Port, Publication, Weight
from chaudit_network.names.records import ResourceRecord, canonical
from chaudit_network.names.wanted import asked_names
from chaudit_network.views.unread import Unread

_LONGEST_CHAIN = 8
"""How many CNAMEs are followed; resolvers give up at about as many."""


class Answer(msgspec.Struct, frozen=True):
    """An address that a name leads to, with the TTL of its record; the name in the record may be another (CNAME)."""

    address: IPAddress
    ttl: int | None


class Answers(msgspec.Struct, frozen=True):
    """Where one publication of a name leads in the end; `gaps` say why it may lead elsewhere too."""

    publisher: str
    answers: Sequence[Answer]
    gaps: Sequence[str] = ()

    def of_family(self, family: int) -> Sequence[Answer]:
        """Return the answers in one address family (4 or 6)."""
        return [one for one in self.answers if one.address.version == family]


class PublishedName(msgspec.Struct, dict=True):
    """A name, what is known of its records, and at which ports clients come.

    `wanted` is how many destinations it is meant to have; `dns` is what DNS says of it.
    """

    host: str
    names: "Names"
    asked: list[Asked] = msgspec.field(default_factory=list)
    wanted: int = 2
    declared_ports: frozenset[Port] = frozenset()
    is_declared: bool = False
    dns: AnsweredName = msgspec.field(default_factory=AnsweredName)

    @property
    def subject(self) -> Subject:
        """The name as the subject of a finding."""
        return Subject("Hostname", name=self.host)

    @property
    def ports(self) -> frozenset[Port]:
        """The ports at which clients come: as declared, or else as the objects behind it say."""
        return self.declared_ports or frozenset[Port]().union(*(one.ports for one in self.asked))

    @cached_property
    def publications(self) -> Sequence[Publication]:
        """The records that clients get: as DNS says, where it was asked, or else the weightiest publications."""
        if self.dns.missing:
            return ()
        return self.dns.publications or self.published

    @cached_property
    def published(self) -> Sequence[Publication]:
        """The weightiest publications by the cluster, each publisher's together."""
        published = [one for one in self.asked if one.publication]
        heaviest = max((one.weight for one in published), default=0)
        found: dict[str, dict[ResourceRecord, None]] = defaultdict(dict)
        for one in published:
            if one.publication and one.weight == heaviest:
                found[one.publication.publisher].update(dict.fromkeys(one.publication.records))
        return [Publication(publisher, tuple(records)) for publisher, records in found.items()]

    @property
    def gaps(self) -> Sequence[str]:
        """Why no record is known, or not all; where one is, another wish that nobody fulfils changes nothing."""
        if self.publications or self.dns.missing:
            return self.dns.gaps
        untold = tuple(dict.fromkeys(one.gap for one in self.asked)) or ("nothing in the cluster publishes it",)
        return (*untold, *self.dns.gaps)

    @cached_property
    def doubts(self) -> Sequence[str]:
        """What, for all that is known, may publish it otherwise, or be published so."""
        if self.dns.publications:
            return ()
        heaviest = max((one.weight for one in self.asked if one.publication), default=0)
        unread = [f"{one}, and may publish it otherwise" for one in self.names.unread if heaviest <= _weight(one)]
        still_open = [one.gap for one in self.asked if one.is_open and 0 < heaviest <= one.weight]
        return [*unread, *dict.fromkeys(still_open)]

    @cached_property
    def answers(self) -> Sequence[Answers]:
        """Where each publication leads."""
        found = [self.names.follow(publication) for publication in self.publications]
        return [replace(one, gaps=[*one.gaps, *self.doubts]) for one in found]


class Names(msgspec.Struct):
    """All names by host, and what could not be read and may ask for others."""

    by_host: dict[str, PublishedName] = msgspec.field(default_factory=dict)
    unread: list[Unread] = msgspec.field(default_factory=list)

    def __iter__(self) -> Iterator[PublishedName | Unread]:
        """Yield everything there is something to say about."""
        yield from self.unread
        yield from (self.by_host[host] for host in sorted(self.by_host))

    def at(self, host: str) -> PublishedName:
        """Return a name, which is new where nobody asked for it before."""
        return self.by_host.setdefault(host, PublishedName(host, self))

    def follow(self, publication: Publication, depth: int = 0) -> Answers:
        """Return where a publication leads; a CNAME is followed to records that are known."""
        answers: dict[Answer, None] = {}
        gaps: list[str] = []
        for record in publication.records:
            if record.address is not None:
                answers[Answer(record.address, record.ttl)] = None
                continue
            beyond = self._beyond(record.value, depth)
            answers.update(dict.fromkeys(beyond.answers))
            gaps += beyond.gaps
        return Answers(publication.publisher, [*answers], gaps)

    def _beyond(self, alias: str, depth: int) -> Answers:
        name = self.by_host.get(alias)
        if depth >= _LONGEST_CHAIN:
            return Answers("", (), (f"its chain of CNAMEs does not end within {_LONGEST_CHAIN} names",))
        if name is None or not name.publications:
            return Answers("", (), (f"no record of {printable(alias)} is known, to which a CNAME leads",))
        if len(name.publications) > 1:
            several = " and ".join(one.publisher for one in name.publications)
            return Answers("", (), (f"{printable(alias)}, to which a CNAME leads, is published by {several}",))
        found = self.follow(name.publications[0], depth + 1)
        return replace(found, gaps=[*found.gaps, *name.doubts])


def _weight(missed: Unread) -> Weight:
    """Return how much what was not read may weigh."""
    is_record = missed.subject.kind == DNSRecord.__name__ or missed.subject == Subject("Source", name=DNS_RECORDS.name)
    return Weight.MADE if is_record else Weight.WANTED


@view(INTENT, asked_names, answered_names)
def names(intent: Intent, asked: Sequence[Asked | Unread], answered: AnsweredNames) -> Names:
    """Put together what everything asks for a name, and what DNS says of it."""
    found = Names()
    for one in asked:
        if isinstance(one, Unread):
            found.unread.append(one)
        else:
            found.at(one.host).asked.append(one)
    for declared in intent.names:
        name = found.at(canonical(declared.host))
        name.is_declared = True
        name.wanted = declared.targets
        name.declared_ports = frozenset((port, "TCP") for port in declared.ports)
    for name in found.by_host.values():
        name.dns = answered.of(name.host)
    return found
