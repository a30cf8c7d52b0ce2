"""Whether everybody who is asked for a name says the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from chaudit import DoesNotApplyError, Severity, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_network.names.answered import AnsweredNames, answered_names, in_words
from chaudit_network.names.view import Names, PublishedName, names
from chaudit_network.probes.dns import DnsAnswer, Outcome, Said
from chaudit_network.views.unread import Unread

_Given = tuple[str, ...]
"""The addresses that a name has, or the alias, with a dot at its end, that stands for it; nothing if it has none."""


@view(answered_names)
def dns_is_asked(answered: AnsweredNames) -> AnsweredNames:
    """Refuse where nobody asked DNS: there is nothing to compare, whatever else is unread."""
    if answered.reading.is_absent:
        raise DoesNotApplyError(answered.reading.reason)
    return answered


@view(dns_is_asked, names)
def names_in_dns(_: AnsweredNames, known: Names) -> Sequence[PublishedName | Unread]:
    """Select the names that DNS was to be asked for, and what may publish some of them and was not read."""
    return [*(name for name in known.by_host.values() if name.dns.answer or name.dns.gaps), *known.unread]


@rule(
    "HA-012",
    "All servers say the same of a name, and what the cluster publishes",
    severity=Severity.MEDIUM,
    each=names_in_dns,
    remediation="See to the zone transfers of a server that says something else, and take servers that do not serve "
    "the zone out of its NS records. Where DNS does not say what the cluster publishes, look at external-dns: its log, "
    "its credentials, its `--policy`, the owner in its TXT records.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc1034#section-4.3.5",
        "https://www.rfc-editor.org/rfc/rfc1912#section-2.8",
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/registry/",
    ),
)
def servers_agree(name: PublishedName | Unread) -> Verdicts:
    """Which of several servers a client asks is a matter of luck, and so is what it reaches when they disagree.

    A server that missed a transfer sends its clients to nodes that are gone, and one that does not serve the zone to
    nobody. A record that external-dns could not write is there in every object of the cluster, and nowhere else.
    """
    if isinstance(name, Unread):
        yield Unknown(name.reason)
        return
    answer = name.dns.answer
    if answer is None:
        yield from map(Unknown, name.dns.gaps)
        return
    if answer.problem:
        yield Unknown(answer.problem)
    yield from _of_the_zone(answer)
    yield from _of_resolvers(answer)
    yield from _of_the_cluster(name, answer)


def _of_the_zone(answer: DnsAnswer) -> Verdicts:
    for said in answer.authorities:
        if said.outcome is Outcome.FAILED:
            yield Violation(f"a server of zone {printable(answer.zone)} fails: {in_words(said)}")
        elif not said.is_an_answer:
            yield Unknown(f"a server of zone {printable(answer.zone)} does not answer: {in_words(said)}")
    for type_, given in _given(answer.authorities).items():
        if len(given) > 1:
            yield Violation(f"the servers of zone {printable(answer.zone)} disagree on {type_}: {_in_words(given)}")


def _of_resolvers(answer: DnsAnswer) -> Verdicts:
    """Compare resolvers with the zone, where it agrees with itself; they may lag behind, or be meant to differ."""
    of_zone = _given(answer.authorities)
    for said in answer.resolvers:
        if not said.is_an_answer:
            yield Unknown(f"a resolver does not answer: {in_words(said)}")
    for type_, given in _given(answer.resolvers).items():
        known = of_zone.get(type_, {})
        if len(given) > 1:
            yield Violation(f"resolvers disagree on {type_}: {_in_words(given)}", severity=Severity.LOW)
        elif len(known) == 1 and not _is_alias(known) and known.keys() != given.keys():
            yield Violation(
                f"resolvers say of {type_} what the zone does not: {_in_words(given)}; {_in_words(known)}",
                severity=Severity.LOW,
            )


def _of_the_cluster(name: PublishedName, answer: DnsAnswer) -> Verdicts:
    """Compare DNS with what the cluster publishes; who of several publishers wins is not known."""
    published = [name.names.follow(publication) for publication in name.published]
    if not published or any(one.gaps for one in published):
        return
    for type_, given in _given(answer.resolvers).items():
        wanted = [
            frozenset(str(one.address) for one in publisher.of_family(6 if type_ == "AAAA" else 4))
            for publisher in published
        ]
        if not any(frozenset(addresses) in wanted for addresses in given):
            by = " and ".join(one.publisher for one in published)
            missed = " or ".join(", ".join(sorted(addresses)) or "nothing" for addresses in dict.fromkeys(wanted))
            yield Violation(
                printable(f"DNS does not say of {type_} what {by} publishes, {missed}: {_in_words(given)}"),
                {"published": sorted(frozenset[str]().union(*wanted))},
            )


def _given(said: Iterable[Said]) -> Mapping[str, Mapping[_Given, Sequence[str]]]:
    """Return what servers give, by the type of records: each content with the servers that give it."""
    found: dict[str, dict[_Given, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in said:
        if one.is_an_answer:
            alias = tuple(f"{name}." for name in one.aliases[-1:] if one.outcome is Outcome.ANSWERED)
            found[one.type][one.addresses or alias].append(one.server)
    return found


def _is_alias(given: Mapping[_Given, Sequence[str]]) -> bool:
    """Whether a zone only knows the alias, whose addresses are in another."""
    return any(content and content[0].endswith(".") for content in given)


def _in_words(given: Mapping[_Given, Sequence[str]]) -> str:
    said = (f"{', '.join(content) or 'nothing'} ({', '.join(servers)})" for content, servers in given.items())
    return printable("; ".join(said))
