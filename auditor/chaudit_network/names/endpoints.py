"""The names of external-dns's own kinds: records that somebody asks for, and those that it says it has made."""

from collections.abc import Iterator, Sequence

from chaudit import CannotTellError, Reading, view
from chaudit_network.kinds.external_dns import DNS_ENDPOINTS, DNS_RECORDS, DNSEndpoint, DNSRecord, Endpoint
from chaudit_network.names.external_dns import ExternalDNSes, external_dnses
from chaudit_network.names.publication import Asked, Publication, Weight
from chaudit_network.names.records import RecordType, ResourceRecord, canonical, records
from chaudit_network.views.unread import Unread, unread

_SOURCE = "crd"


@view(DNS_ENDPOINTS.reading, DNS_RECORDS.reading, external_dnses)
def names_of_endpoints(
    wanted: Reading[DNSEndpoint], made: Reading[DNSRecord], publishers: ExternalDNSes
) -> Sequence[Asked | Unread]:
    """Gather the names of all DNSEndpoints and DNSRecords."""
    found: list[Asked | Unread] = [*unread(wanted), *unread(made)]
    for one in wanted.objects:
        found += [_wanted(one, endpoint, publishers) for endpoint in filter(_leads_to_addresses, one.spec.endpoints)]
    for record in made.objects:
        endpoint = record.spec.endpoint
        if _leads_to_addresses(endpoint):
            publication = Publication("external-dns (registry crd)", tuple(_records(endpoint)))
            found.append(Asked(canonical(endpoint.dns_name), record.subject, publication, weight=Weight.MADE))
    return found


def _wanted(by: DNSEndpoint, endpoint: Endpoint, publishers: ExternalDNSes) -> Asked:
    """Return the wish with its records if external-dns has seen it, or one runs that will."""
    host = canonical(endpoint.dns_name)
    try:
        is_seen = 0 < by.metadata.generation <= by.status.observed_generation
        if is_seen or any(_SOURCE in one.sources and one.takes(by.namespace, host) for one in publishers.running):
            return Asked(host, by.subject, Publication(str(by.subject), tuple(_records(endpoint))))
    except CannotTellError as gap:
        return Asked(host, by.subject, gap=str(gap), is_open=True)
    why = f"{by.subject} asks for it, but {publishers.silence}"
    return Asked(host, by.subject, gap=why, is_open=not publishers.pods.is_complete)


def _leads_to_addresses(endpoint: Endpoint) -> bool:
    return endpoint.record_type in {*RecordType} and bool(endpoint.dns_name and endpoint.targets)


def _records(endpoint: Endpoint) -> Iterator[ResourceRecord]:
    return records(endpoint.targets, endpoint.record_ttl or None)
