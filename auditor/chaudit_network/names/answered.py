"""What DNS says of names, where the probe `dns` asked it: the weightiest evidence of where they lead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Reading, printable, view
from chaudit_network.addresses import parse_address
from chaudit_network.names.publication import Publication
from chaudit_network.names.records import RecordType, ResourceRecord
from chaudit_network.names.wanted import can_be_asked
from chaudit_network.probes.dns import DNS, DnsAnswer, Outcome, Said

_Content = tuple[tuple[str, tuple[str, ...]], ...]
"""The addresses of a name by the type of their records, or the last alias that is known of it."""


class AnsweredName(msgspec.Struct, frozen=True):
    """What is known of one name; everything is empty where nobody asked.

    `publications` hold what resolvers give to clients, once for all that give the same. `missing` says who knows that
    the name leads nowhere, if nobody says that it leads somewhere. `gaps` say what DNS was asked and did not tell.
    """

    answer: DnsAnswer | None = None
    publications: Sequence[Publication] = ()
    missing: str = ""
    gaps: Sequence[str] = ()


class AnsweredNames(msgspec.Struct, dict=True):
    """What DNS said of all names."""

    reading: Reading[DnsAnswer]
    _known: dict[str, AnsweredName] = msgspec.field(default_factory=dict)

    def of(self, host: str) -> AnsweredName:
        """Return what is known of a name."""
        if host not in self._known:
            self._known[host] = self._find(host)
        return self._known[host]

    @cached_property
    def _by_host(self) -> Mapping[str, DnsAnswer]:
        return {answer.host: answer for answer in self.reading.objects}

    def _find(self, host: str) -> AnsweredName:
        if self.reading.is_absent or not can_be_asked(host):
            return AnsweredName()
        answer = self._by_host.get(host)
        if answer is None:
            why = self.reading.reason or "dns: it was not asked for: collect again, with this intent file"
            return AnsweredName(gaps=(why,))
        gaps = tuple(_gaps(answer.resolvers))
        contents = _contents(answer.resolvers)
        publications = [
            Publication(f"DNS ({', '.join(servers)})", tuple(_records(content, answer)))
            for content, servers in contents.items()
            if content
        ]
        missing = "" if publications or gaps else f"DNS says {_nothing(answer.resolvers)}"
        return AnsweredName(answer, publications, missing, gaps)


answered_names = view(DNS.reading)(AnsweredNames)
"""The view that answers with `AnsweredNames`."""


def in_words(said: Said) -> str:
    """Return `192.0.2.53: A: timed out`."""
    detail = f" ({said.detail})" if said.detail else ""
    return printable(f"{said.server}: {said.type}: {said.outcome}{detail}")


def _gaps(said: Sequence[Said]) -> Iterator[str]:
    """Yield what nobody told of a type of records."""
    told = {one.type for one in said if one.is_an_answer}
    for type_ in dict.fromkeys(one.type for one in said if one.type not in told):
        yield f"DNS did not tell: {'; '.join(in_words(one) for one in said if one.type == type_)}"


def _contents(said: Iterable[Said]) -> Mapping[_Content, Sequence[str]]:
    """Return what servers give, each content with those that give it; one that answers nothing gives nothing."""
    by_server: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        if one.is_an_answer:
            by_server[one.server].append(one)
    found: dict[_Content, list[str]] = defaultdict(list)
    for server, own in by_server.items():
        given = dict.fromkeys(
            (one.type, one.addresses) if one.addresses else (RecordType.CNAME, one.aliases[-1:])
            for one in own
            if one.outcome is Outcome.ANSWERED
        )
        found[tuple(given)].append(server)
    return found


def _nothing(said: Sequence[Said]) -> str:
    """Return `no such name (192.0.2.53)`; behind an alias it is that which leads nowhere."""
    first = said[0]
    behind = f"of {first.aliases[-1]}, to which a CNAME leads, " if first.aliases else ""
    return printable(f"{behind}{first.outcome} ({', '.join(dict.fromkeys(one.server for one in said))})")


def _records(content: _Content, answer: DnsAnswer) -> Iterator[ResourceRecord]:
    for type_, values in content:
        ttl = _ttl(type_, values, answer)
        for text in values:
            address = None if type_ == RecordType.CNAME else parse_address(text)
            yield ResourceRecord(RecordType(type_), text, address, ttl)


def _ttl(type_: str, addresses: tuple[str, ...], answer: DnsAnswer) -> int | None:
    """Return the TTL that records are given with, which only a server of their zone tells: others say what is left."""
    return max(
        (
            one.ttl
            for one in (*answer.resolvers, *answer.authorities)
            if one.authoritative and one.ttl is not None and (one.type, one.addresses) == (type_, addresses)
        ),
        default=None,
    )
