"""Questions to DNS, one message at a time, and what their answers mean. Only this module knows dnspython."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import dns.rrset
import msgspec

from chaudit import Asking, ProbeError
from chaudit_network.names.wanted import Question
from chaudit_network.probes.dns import DnsAnswer, Outcome, Said, Server

_TYPES = ("A", "AAAA")
_ATTEMPTS = 2
_LONGEST_CHAIN = 16
_MOST_SERVERS = 16
"""Of one zone; the root has 13 with two addresses each, others a handful."""

_FEWEST_LABELS = 3
"""Of a zone whose servers are asked, the root's own included: those of a top-level domain are not to be bothered."""

_PAYLOAD = 1232
"""Bytes that pass everywhere without being cut into fragments (DNS flag day 2020); what is longer comes by TCP."""

_Reply = dns.message.Message | tuple[Outcome, str]
"""A message that says something, or what happened instead, with more of it."""


class _Zone(msgspec.Struct, frozen=True):
    """The zone of a name with the addresses of its servers; `problem` says why these are not all."""

    name: str = ""
    servers: Sequence[tuple[str, Server]] = ()
    problem: str = ""


class Questions(msgspec.Struct):
    """Asks resolvers, and the servers of zones on their own port."""

    resolvers: Sequence[Server]
    asking: Asking
    authoritative_port: int = 53
    _zones: dict[dns.name.Name, _Zone] = msgspec.field(default_factory=dict)

    @classmethod
    def to(cls, resolvers: Sequence[Server], asking: Asking) -> Self:
        """Return questions to these resolvers, or to the system's where there are none.

        Raises:
            ProbeError: the system has none either.
        """
        if resolvers:
            return cls(resolvers, asking)
        try:
            configured = dns.resolver.Resolver().nameservers
        except dns.resolver.NoResolverConfiguration as error:
            raise ProbeError(f"no resolver: {error}; name one with --probe dns=ADDRESS") from error
        return cls([Server(str(address)) for address in configured], asking)

    def about(self, question: Question) -> DnsAnswer:
        """Ask everybody who is to be asked for one name."""
        host = dns.name.from_text(question.host)
        said = tuple(
            _said(str(server), host, type_, self._try(server, host, type_))
            for server in self.resolvers
            for type_ in _TYPES
        )
        if not question.is_declared:
            return DnsAnswer(question.host, said)
        zone = self._zone(host)
        authorities = tuple(
            _of_its_zone(
                _said(f"{name} ({server})", host, type_, self._try(server, host, type_, recursive=False)), zone.name
            )
            for name, server in zone.servers
            for type_ in _TYPES
        )
        return DnsAnswer(question.host, said, zone.name, authorities, zone.problem)

    def _try(self, server: Server, name: dns.name.Name, type_: str, *, recursive: bool = True) -> _Reply:
        """Return the message that a server answers with, or what happened instead."""
        query = dns.message.make_query(name, type_, payload=_PAYLOAD, flags=dns.flags.RD if recursive else 0)
        for _ in range(_ATTEMPTS):
            self.asking.wait()
            timeout_s = self.asking.timeout_s / _ATTEMPTS
            try:
                message, _ = dns.query.udp_with_fallback(
                    query, server.address, timeout_s, server.port, ignore_unexpected=True
                )
            except dns.exception.Timeout:
                continue
            except OSError as error:
                return Outcome.UNREACHABLE, error.strerror or str(error)
            except (dns.exception.DNSException, EOFError, ValueError) as error:
                return Outcome.FAILED, f"no usable answer: {error}"
            if message.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                return message
            return Outcome.FAILED, dns.rcode.to_text(message.rcode())
        return Outcome.TIMED_OUT, ""

    def _zone(self, host: dns.name.Name) -> _Zone:
        """Find the zone that a name is in, and the addresses of all its servers."""
        passed: list[dns.name.Name] = []
        zone, name = _Zone(problem="no zone of its own, below the top-level domains, is found"), host
        while len(name) >= _FEWEST_LABELS:
            if (known := self._zones.get(name)) is not None:
                zone = known
                break
            passed.append(name)
            found = self._delegation(name)
            if found is not None:
                zone = found
                break
            name = name.parent()
        self._zones.update(dict.fromkeys(passed, zone))
        return zone

    def _delegation(self, name: dns.name.Name) -> _Zone | None:
        """Return the zone that begins at a name, None where there is none."""
        reply = self._first(name, "NS")
        if not isinstance(reply, dns.message.Message):
            return _Zone(problem=f"the servers of its zone are not known: {_in_words(reply)}")
        delegated = reply.get_rrset(reply.answer, name, dns.rdataclass.IN, dns.rdatatype.NS)
        if not delegated:
            return None
        found: list[tuple[str, Server]] = []
        problems: list[str] = []
        for server_name in sorted(record.target for record in delegated):
            title = server_name.to_text(omit_final_dot=True)
            addresses = [address for type_ in _TYPES for address in self._addresses(server_name, type_)]
            if not addresses:
                problems.append(f"no address of the name server {title} is known")
            found += [(title, Server(address, self.authoritative_port)) for address in addresses]
        if len(found) > _MOST_SERVERS:
            problems.append(f"{len(found) - _MOST_SERVERS} of the servers of its zone are not asked")
        return _Zone(name.to_text(omit_final_dot=True), found[:_MOST_SERVERS], "; ".join(problems))

    def _addresses(self, name: dns.name.Name, type_: str) -> Sequence[str]:
        return _said("", name, type_, self._first(name, type_)).addresses

    def _first(self, name: dns.name.Name, type_: str) -> _Reply:
        """Return what the first resolver says that says anything, or what happened to the last."""
        reply: _Reply = Outcome.FAILED, "no resolver"
        for server in self.resolvers:
            reply = self._try(server, name, type_)
            if isinstance(reply, dns.message.Message):
                return reply
        return reply


def _said(server: str, host: dns.name.Name, type_: str, reply: _Reply) -> Said:
    """Return what a reply says of a name."""
    if not isinstance(reply, dns.message.Message):
        return Said(server, type_, reply[0], detail=reply[1])
    is_authoritative = bool(reply.flags & dns.flags.AA)
    if not is_authoritative and not reply.flags & dns.flags.RA:
        return Said(server, type_, Outcome.FAILED, detail="it is no resolver, and does not answer for the zone")
    chain = [*_chain(host, reply)]
    if len(chain) > _LONGEST_CHAIN:
        return Said(server, type_, Outcome.FAILED, detail=f"its chain of CNAMEs is longer than {_LONGEST_CHAIN}")
    aliases = [record[0].target for record in chain]
    last = aliases[-1] if aliases else host
    end = reply.get_rrset(reply.answer, last, dns.rdataclass.IN, dns.rdatatype.from_text(type_))
    outcome = Outcome.NXDOMAIN if reply.rcode() == dns.rcode.NXDOMAIN else Outcome.NO_DATA
    if end or (aliases and outcome is Outcome.NO_DATA and not _tells_of(last, reply)):
        outcome = Outcome.ANSWERED
    return Said(
        server=server,
        type=type_,
        outcome=outcome,
        aliases=tuple(alias.to_text(omit_final_dot=True).lower() for alias in aliases),
        addresses=tuple(sorted(ip_address(record.address).compressed for record in end or ())),
        ttl=min((record.ttl for record in (*chain, *([end] if end else []))), default=None),
        authoritative=is_authoritative,
    )


def _tells_of(name: dns.name.Name, reply: dns.message.Message) -> bool:
    """Whether the sender can know that there is nothing: it resolves, or proves by the SOA that it has the zone."""
    has_zone = any(one.rdtype == dns.rdatatype.SOA and name.is_subdomain(one.name) for one in reply.authority)
    return has_zone or bool(reply.flags & dns.flags.RA)


def _of_its_zone(said: Said, zone: str) -> Said:
    """Return what a server of a zone says as far as it is its to say: an alias outside of the zone is the end of it."""
    if not said.is_an_answer:
        return said
    if not said.authoritative:
        return Said(said.server, said.type, Outcome.FAILED, detail="it does not answer for the zone")
    outside = next((n for n, alias in enumerate(said.aliases, 1) if not f".{alias}".endswith(f".{zone}")), None)
    if outside is None:
        return said
    return msgspec.structs.replace(said, outcome=Outcome.ANSWERED, aliases=said.aliases[:outside], addresses=())


def _chain(host: dns.name.Name, message: dns.message.Message) -> Iterator[dns.rrset.RRset]:
    """Yield the CNAMEs that lead on from a name, at most one more than are followed."""
    for _ in range(_LONGEST_CHAIN + 1):
        alias = message.get_rrset(message.answer, host, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if not alias:
            return
        yield alias
        host = alias[0].target


def _in_words(reply: tuple[Outcome, str]) -> str:
    outcome, detail = reply
    return f"{outcome}: {detail}" if detail else outcome
