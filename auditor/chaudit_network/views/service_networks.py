"""The networks from which services get their cluster IPs."""

from collections.abc import Iterator, Sequence

import msgspec

from chaudit import CannotTellError, Reading, view
from chaudit_network.addresses import IPNetwork, parse_network
from chaudit_network.kinds.configuration import CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.kinds.service_cidrs import SERVICE_CIDRS, ServiceCIDR
from chaudit_network.views.api_servers import api_servers
from chaudit_network.views.unread import Unread

_FLAG = "service-cluster-ip-range"


class ServiceNetworks(msgspec.Struct, frozen=True):
    """What is known of them; evidence is asked for only where it decides."""

    objects: Reading[ServiceCIDR]
    pods: Reading[Pod]
    config_maps: Reading[ConfigMap]

    def all(self) -> Sequence[IPNetwork]:
        """Return the networks: of ServiceCIDR objects, or else as the API servers were told.

        Raises:
            CannotTellError: neither says any.
        """
        found = [cidr for one in self.objects.complete_records for cidr in one.spec.cidrs]
        networks = list(dict.fromkeys(map(parse_network, found or self._told())))
        if not networks:
            raise CannotTellError(f"the networks of cluster IPs are not known: no ServiceCIDR, and no --{_FLAG}")
        return networks

    def _told(self) -> Iterator[str]:
        for server in api_servers.compute(self.pods, self.config_maps):
            if isinstance(server, Unread):
                raise CannotTellError(str(server))
            yield from (text.strip() for text in (server.last(_FLAG) or "").split(",") if text.strip())


service_networks = view(SERVICE_CIDRS.reading, PODS.reading, CONFIG_MAPS.reading)(ServiceNetworks)
"""The view that answers with `ServiceNetworks`."""
