"""To which listeners the routes of the Gateway API attach, and to which services they may lead.

It is found out from the objects, as the specification wants controllers to do it
(https://gateway-api.sigs.k8s.io/reference/spec/, whose words for refusals are used); one that refuses is believed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Reading, Subject, view
from chaudit_network.kinds.gateway import GATEWAYS, REFERENCE_GRANTS, Gateway, Listener, ReferenceGrant
from chaudit_network.kinds.gateway_routes import BackendReference, ParentReference, Route
from chaudit_network.policy.labels import EndpointLabels, endpoint_labels
from chaudit_network.views.routed_path import RoutedPath, common_host

_GROUP = "gateway.networking.k8s.io"
_KINDS: Mapping[str, frozenset[str]] = {
    "HTTP": frozenset({"HTTPRoute", "GRPCRoute"}),
    "HTTPS": frozenset({"HTTPRoute", "GRPCRoute"}),
    "TLS": frozenset({"TLSRoute", "TCPRoute"}),
    "TCP": frozenset({"TCPRoute"}),
}
"""The kinds of routes that fit a protocol."""


class GatewayRoutes(msgspec.Struct, dict=True):
    """Follows routes; what was not read matters only where it decides."""

    gateways: Reading[Gateway]
    grants: Reading[ReferenceGrant]
    labels: EndpointLabels

    def of(self, route: Route) -> Iterator[RoutedPath]:
        """Yield where a route leads by each of its parents; in a mesh it leads nobody in.

        Raises:
            CannotTellError: that depends on objects that were not read.
        """
        for parent in route.spec.parent_refs:
            if (parent.group, parent.kind) != (_GROUP, "Gateway"):
                continue
            entry = Subject("Gateway", parent.namespace or route.namespace, parent.name)
            hosts, refusal = self._attached(route, parent, entry)
            for rule in route.spec.rules:
                paths = [match.path.value for match in rule.matches] or [""]
                for backend in rule.backend_refs:
                    service = backend.namespace or route.namespace, backend.name
                    refused = refusal or self._refused(route, backend)
                    for host in hosts:
                        for path in paths:
                            yield RoutedPath(route.subject, entry, host, path, service, backend.port, refused)

    def _attached(self, route: Route, parent: ParentReference, entry: Subject) -> tuple[Sequence[str], str]:
        """Return the hosts for which a route is served, or those it asks for and why it is not."""
        asked = route.spec.hostnames or ("",)
        gateway = self._by_name.get((entry.namespace, entry.name))
        listeners = [
            listener
            for listener in (gateway.spec.listeners if gateway else ())
            if parent.section_name in {"", listener.name} and parent.port in {0, listener.port}
        ]
        if not gateway or not listeners:
            return asked, "NoMatchingParent"
        listeners = [one for one in listeners if self._allows(gateway, one, route)]
        if not listeners:
            return asked, "NotAllowedByListeners"
        common = (common_host(listener.hostname, host) for listener in listeners for host in asked)
        hosts = [host for host in dict.fromkeys(common) if host is not None]
        if not hosts:
            return asked, "NoMatchingListenerHostname"
        return hosts, _refusal_of_controller(route, parent)

    def _allows(self, gateway: Gateway, listener: Listener, route: Route) -> bool:
        kind = route.subject.kind
        kinds = {one.kind for one in listener.allowed_routes.kinds if one.group == _GROUP} or {kind}
        if kind not in kinds or kind not in _KINDS.get(listener.protocol, ()):
            return False
        namespaces = listener.allowed_routes.namespaces
        if namespaces.are_all or (namespaces.from_ == "Same" and route.namespace == gateway.namespace):
            return True
        selector = namespaces.selector if namespaces.from_ == "Selector" else None
        return selector is not None and selector.matches(self.labels.namespace(route.namespace))

    def _refused(self, route: Route, backend: BackendReference) -> str:
        if (backend.group, backend.kind) != ("", "Service"):
            return "InvalidKind"
        if not backend.weight:
            return "weight 0"
        if backend.namespace in {"", route.namespace} or self._is_granted(route, backend):
            return ""
        return "RefNotPermitted"

    def _is_granted(self, route: Route, backend: BackendReference) -> bool:
        wanted_from = _GROUP, route.subject.kind, route.namespace
        return any(
            grant.namespace == backend.namespace
            and any((one.group, one.kind, one.namespace) == wanted_from for one in grant.spec.from_)
            and any(
                (one.group, one.kind) == ("", "Service") and one.name in {"", backend.name} for one in grant.spec.to
            )
            for grant in self.grants.complete_records
        )

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Gateway]:
        return {(gateway.namespace, gateway.name): gateway for gateway in self.gateways.complete_records}


gateway_routes = view(GATEWAYS.reading, REFERENCE_GRANTS.reading, endpoint_labels)(GatewayRoutes)
"""The view that answers with `GatewayRoutes`."""


def _refusal_of_controller(route: Route, parent: ParentReference) -> str:
    conditions = [one for status in route.status.parents if status.parent_ref == parent for one in status.conditions]
    return next((one.reason for one in conditions if (one.type, one.status) == ("Accepted", "False")), "")
