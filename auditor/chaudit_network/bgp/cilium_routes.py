"""What Cilium's agents have to tell: networks of pods, and addresses of services, as CiliumBGPAdvertisements say.

See https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/#bgp-advertisements.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network

import msgspec

from chaudit import CannotTellError
from chaudit_network.addresses import IPAddress, IPNetwork, parse_address, parse_network
from chaudit_network.bgp.node_sets import united
from chaudit_network.bgp.peers import Speaker
from chaudit_network.bgp.routes import Origin, Route, Routes, ServiceName, Telling, named
from chaudit_network.kinds.cilium_bgp import CiliumAdvertisement, CiliumBGPAdvertisement, CiliumBGPPeerConfig
from chaudit_network.kinds.services import Service
from chaudit_network.views.endpoints import Endpoints

_IPV4 = 4
_CLASS = "io.cilium/bgp-control-plane"
_FAMILIES: Mapping[str, int] = {"ipv4": 4, "ipv6": 6}
_ORIGINS: Mapping[str, Origin] = {
    "LoadBalancerIP": Origin.LOAD_BALANCER_IPS,
    "ClusterIP": Origin.CLUSTER_IPS,
    "ExternalIP": Origin.EXTERNAL_IPS,
}

_Key = tuple[IPNetwork, Origin, tuple[str, ...], str]


class _Offer(msgspec.Struct, frozen=True):
    """What one CiliumBGPPeerConfig lets its peers hear in one family."""

    settings: str
    family: int
    advertisement: CiliumAdvertisement


class CiliumRoutes(msgspec.Struct, frozen=True):
    """Finds the routes of the agents; each is for the peers that refer to the settings which offer it."""

    names: frozenset[str]
    pod_networks: Mapping[str, Sequence[str]]
    settings: Sequence[CiliumBGPPeerConfig]
    advertisements: Sequence[CiliumBGPAdvertisement]

    def of_pods(self) -> Iterator[Route]:
        """Yield the networks of pods, each told by its node.

        Raises:
            CannotTellError: one of them is none.
        """
        for offer in self._offers():
            if offer.advertisement.advertisement_type == "PodCIDR":
                for name, texts in self.pod_networks.items():
                    for prefix in map(parse_network, texts):
                        if prefix.version == offer.family:
                            nodes, audience = frozenset({name}), frozenset({offer.settings})
                            tags = _communities(offer.advertisement)
                            yield Route(prefix, Origin.PODS, Speaker.CILIUM, nodes, (), tags, audience)

    def of_services(self, services: Iterable[Service], behind: Endpoints) -> Routes:
        """Return the addresses of services that an advertisement selects."""
        offers = [one for one in self._offers() if one.advertisement.advertisement_type == "Service"]
        found: dict[_Key, list[Telling]] = defaultdict(list)
        doubts: list[tuple[ServiceName, str]] = []
        for service in services if offers else ():
            name = service.namespace, service.name
            try:
                for offer in offers:
                    for prefix, origin, nodes in self._told(service, offer, behind):
                        tags = _communities(offer.advertisement)
                        found[prefix, origin, tags, offer.settings].append((name, nodes))
            except CannotTellError as gap:
                doubts.append((name, str(gap)))
        return Routes([_joined(key, told) for key, told in found.items()], doubts)

    def _told(
        self, service: Service, offer: _Offer, behind: Endpoints
    ) -> Iterator[tuple[IPNetwork, Origin, frozenset[str]]]:
        advertisement = offer.advertisement
        options = advertisement.service
        if options is None or advertisement.selector is None or not advertisement.selector.matches(_labels(service)):
            return
        length = options.aggregation_length_ipv4 if offer.family == _IPV4 else options.aggregation_length_ipv6
        for kind in options.addresses:
            for address in _addresses(service, kind):
                if address.version == offer.family and kind in _ORIGINS:
                    prefix = ip_network((address, length), strict=False)
                    if nodes := self._tellers_of(service, behind):
                        yield prefix, _ORIGINS[kind], nodes

    def _tellers_of(self, service: Service, behind: Endpoints) -> frozenset[str]:
        if not service.is_local:
            return self.names
        return self.names & {one.node for one in behind.of(service).usable}

    def _offers(self) -> Iterator[_Offer]:
        for config in self.settings:
            for family in config.spec.families:
                selector = family.advertisements
                for found in self.advertisements if selector else ():
                    if selector and family.afi in _FAMILIES and selector.matches(found.metadata.labels):
                        for one in found.spec.advertisements:
                            yield _Offer(config.name, _FAMILIES[family.afi], one)


def _labels(service: Service) -> Mapping[str, str]:
    """Return the labels of a service, with the two that Cilium lends it."""
    own = {"io.kubernetes.service.name": service.name, "io.kubernetes.service.namespace": service.namespace}
    return {**service.metadata.labels, **own}


def _addresses(service: Service, kind: str) -> Iterator[IPAddress]:
    match kind:
        case "LoadBalancerIP" if service.spec.load_balancer_class in {"", _CLASS}:
            texts: Iterable[str] = (way.ip for way in service.ingress) if service.is_load_balancer else ()
        case "ClusterIP" if service.is_proxied:
            texts = service.spec.cluster_ips or (service.spec.cluster_ip,)
        case "ExternalIP":
            texts = service.spec.external_ips
        case _:
            texts = ()
    for text in filter(None, texts):
        yield parse_address(text)


def _communities(advertisement: CiliumAdvertisement) -> tuple[str, ...]:
    given = advertisement.attributes.communities
    return (*given.standard, *given.well_known, *given.large)


def _joined(key: _Key, told: Sequence[Telling]) -> Route:
    prefix, origin, tags, settings = key
    nodes = united([nodes for _, nodes in told])
    return Route(prefix, origin, Speaker.CILIUM, nodes, named(told), tags, frozenset({settings}))
