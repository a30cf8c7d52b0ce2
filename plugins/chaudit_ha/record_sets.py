"""Whether the records of a name can do what several records are for."""

from typing import Annotated

import msgspec

from chaudit import (
    INTENT,
    Intent,
    NotApplicable,
    Settings,
    Severity,
    Unknown,
    Verdicts,
    Violation,
    plural,
    printable,
    rule,
)
from chaudit_network.addresses import families
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK
from chaudit_network.names.publication import Publication
from chaudit_network.names.records import RecordType
from chaudit_network.names.view import Answers, PublishedName, names
from chaudit_network.single_node import SINGLE_NODE
from chaudit_network.views.unread import Unread


class TimeToLive(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """How long, in seconds, clients may go on using a record that has been taken out."""

    max_ttl_seconds: Annotated[int, msgspec.Meta(ge=1)] = 300


@rule(
    "HA-010",
    "Records that stand in for one another are forgotten quickly, and fit together",
    severity=Severity.INFO,
    each=names,
    using=(Settings(TimeToLive), INTENT),
    remediation="Set a TTL of a few minutes (`external-dns.kubernetes.io/ttl`, `recordTTL` of the DNSEndpoint), the "
    "same for all records of one name and type, and let a CNAME stand alone.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc2181#section-5.2",
        "https://www.rfc-editor.org/rfc/rfc1034#section-3.6.2",
        "https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S11", "S17"),),
)
def records_are_forgotten_quickly(name: PublishedName | Unread, settings: TimeToLive, intent: Intent) -> Verdicts:
    """When a node is lost its record is taken out, but resolvers keep giving it away for as long as its TTL says.

    A share of the clients goes on to the lost node for that long. Records of one set whose TTLs differ are not defined
    to behave in any way, and a CNAME beside other records makes some resolvers refuse the name.
    """
    if intent.topology.single_node:
        yield SINGLE_NODE
        return
    if isinstance(name, Unread):
        yield Unknown(name.reason)
        return
    unseen = [*name.gaps, *name.doubts]
    yield from map(Unknown, unseen)
    for publication in name.publications:
        yield from _alias_stands_alone(publication)
    several = [
        (published, family)
        for published in name.answers
        for family in families(one.address for one in published.answers)
        if len({one.address for one in published.of_family(family)}) > 1
    ]
    for published, family in several:
        yield from _times_to_live(published, family, settings.max_ttl_seconds)
    if not several and not unseen:
        yield NotApplicable("no two of its records stand in for one another")


def _alias_stands_alone(publication: Publication) -> Verdicts:
    aliases = [record for record in publication.records if record.type is RecordType.CNAME]
    if aliases and len(publication.records) > 1:
        yield Violation(
            f"{aliases[0]} stands beside {plural(len(publication.records) - 1, 'other record')} of its name, by "
            f"{printable(publication.publisher)}"
        )


def _times_to_live(published: Answers, family: int, longest: int) -> Verdicts:
    by = printable(published.publisher)
    times = sorted({one.ttl for one in published.of_family(family) if one.ttl is not None})
    if len(times) > 1:
        yield Violation(f"the IPv{family} records have different TTLs ({', '.join(map(str, times))} s), by {by}")
    if times and times[-1] > longest:
        yield Violation(
            f"the IPv{family} records have a TTL of {times[-1]} s, expected at most {longest} s, by {by}",
            {"ttl_seconds": times[-1]},
        )
    elif any(one.ttl is None for one in published.of_family(family)):
        yield Unknown(f"the TTL of the IPv{family} records is left to the DNS provider, by {by}")
