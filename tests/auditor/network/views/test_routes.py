"""Routes from hosts and paths to services: what Ingresses and the Gateway API ask for, and what is refused."""

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.network.views.evidence import Evidence
from chaudit import CannotTellError
from chaudit_network.views.routed_path import RoutedPath, common_host
from chaudit_network.views.routes import routes

GATEWAY_API = "gateway.networking.k8s.io/v1"

WEB = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "apps"},
    "spec": {"ports": [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "admin", "port": 9000}]},
}
SLICE = {
    "apiVersion": "discovery.k8s.io/v1",
    "kind": "EndpointSlice",
    "metadata": {"name": "web-1", "namespace": "apps", "labels": {"kubernetes.io/service-name": "web"}},
    "addressType": "IPv4",
    "ports": [{"name": "http", "port": 8080}],
    "endpoints": [{"addresses": ["10.244.0.5"]}, {"addresses": ["10.244.0.6"], "conditions": {"ready": False}}],
}
EDGE = {"from": "Selector", "selector": {"matchLabels": {"edge": "yes"}}}


def ingress(version: str = "v1", **spec: object) -> Mapping[str, Any]:
    metadata = {"name": "shop", "namespace": "apps"}
    return {"apiVersion": f"networking.k8s.io/{version}", "kind": "Ingress", "metadata": metadata, "spec": spec}


def path(name: str, port: int | str, path: str = "/") -> Mapping[str, Any]:
    said = {"number": port} if isinstance(port, int) else {"name": port}
    return {"path": path, "backend": {"service": {"name": name, "port": said}}}


def gateway(*listeners: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = {"name": "public", "namespace": "infra"}
    spec = {"gatewayClassName": "envoy", "listeners": listeners}
    return {"apiVersion": GATEWAY_API, "kind": "Gateway", "metadata": metadata, "spec": spec}


def listener(protocol: str = "HTTP", **fields: object) -> Mapping[str, Any]:
    return {"name": "http", "port": 80, "protocol": protocol, "allowedRoutes": {"namespaces": {"from": "All"}}} | fields


def route(kind: str = "HTTPRoute", *hostnames: str, parent: object = None, backend: object = None) -> Mapping[str, Any]:
    rules = [{"backendRefs": [backend or {"name": "web", "port": 80}]}]
    parents = [{"name": "public", "namespace": "infra"} | (parent if isinstance(parent, dict) else {})]
    return {
        "apiVersion": GATEWAY_API,
        "kind": kind,
        "metadata": {"name": "shop", "namespace": "apps"},
        "spec": {"parentRefs": parents, "hostnames": hostnames, "rules": rules},
    }


def followed(*objects: Mapping[str, Any]) -> list[RoutedPath]:
    return [*Evidence(objects).resolve(routes).known]


def test_an_ingress_leads_from_hosts_and_paths_to_ports_of_services() -> None:
    found = followed(
        ingress(
            ingressClassName="nginx",
            rules=[
                {
                    "host": "a.example",
                    "http": {"paths": [path("web", 80), path("web", "admin", "/x")]},
                },
                {"http": {"paths": [{"path": "/", "backend": {"resource": {"kind": "Bucket", "name": "static"}}}]}},
            ],
        )
    )

    assert [(one.host, one.path, one.service, one.port) for one in found] == [
        ("a.example", "/", ("apps", "web"), 80),
        ("a.example", "/x", ("apps", "web"), "admin"),
    ]
    assert {str(one.entry) for one in found} == {"IngressClass nginx"}


def test_the_default_backend_gets_what_no_path_takes() -> None:
    found = followed(ingress(rules=[{"host": "a.example"}], defaultBackend={"service": {"name": "web", "port": {}}}))

    assert [(one.host, one.path, one.service) for one in found] == [
        ("a.example", "", ("apps", "web")),
        ("", "", ("apps", "web")),
    ]


def test_v1beta1_writes_backends_another_way() -> None:
    backend = {"serviceName": "web", "servicePort": "http"}
    rules = [{"host": "a.example", "http": {"paths": [{"backend": backend}]}}]

    found = followed(ingress("v1beta1", rules=rules, backend={"serviceName": "web", "servicePort": 80}))

    assert [(one.host, one.path, one.port) for one in found] == [("a.example", "", "http"), ("", "", 80)]


def test_a_route_is_found_by_the_port_it_leads_to_whether_by_number_or_by_name() -> None:
    rules = [{"http": {"paths": [path("web", 80), path("web", "http"), path("web", 81)]}}]
    known = Evidence([WEB, ingress(rules=rules)]).resolve(routes)
    targets = [known.target(one) for one in known.known]

    assert [target and target[1].name for target in targets] == ["http", "http", None]
    assert targets[0]
    assert [*known.to(*targets[0])] == [*known.known[:2]]
    assert [*known.to(targets[0][0], targets[0][0].spec.ports[1])] == []


def test_a_route_leads_to_the_ready_endpoints_of_its_port() -> None:
    known = Evidence([WEB, SLICE, ingress(rules=[{"http": {"paths": [path("web", 80)]}}])]).resolve(routes)

    backends = known.backends(known.known[0], 4)

    assert [(str(one.address), one.port) for one in backends.ready] == [("10.244.0.5", 8080)]
    assert known.backends(known.known[0], 6).ready == []


@pytest.mark.parametrize(
    ("found", "asked", "refusal"),
    [
        pytest.param(gateway(listener()), route(), "", id="attached"),
        pytest.param(gateway(listener("HTTPS")), route("GRPCRoute"), "", id="gRPC over HTTPS"),
        pytest.param(gateway(listener("TLS")), route("TLSRoute"), "", id="TLS"),
        pytest.param(gateway(listener("TCP")), route("TCPRoute"), "", id="TCP"),
        pytest.param(gateway(listener("TCP")), route(), "NotAllowedByListeners", id="another protocol"),
        pytest.param(gateway(listener("QUIC")), route(), "NotAllowedByListeners", id="a protocol that nobody knows"),
        pytest.param(gateway(), route(), "NoMatchingParent", id="no listener"),
        pytest.param(listener(), route(), "NoMatchingParent", id="no Gateway"),
        pytest.param(gateway(listener()), route(parent={"port": 81}), "NoMatchingParent", id="another port"),
        pytest.param(gateway(listener()), route(parent={"sectionName": "x"}), "NoMatchingParent", id="another name"),
        pytest.param(
            gateway(listener(allowedRoutes={})), route(), "NotAllowedByListeners", id="only of the same namespace"
        ),
        pytest.param(
            gateway(listener(allowedRoutes={"namespaces": {"from": "None"}})),
            route(),
            "NotAllowedByListeners",
            id="none",
        ),
        pytest.param(
            gateway(listener(allowedRoutes={"namespaces": {"from": "All"}, "kinds": [{"kind": "GRPCRoute"}]})),
            route(),
            "NotAllowedByListeners",
            id="another kind",
        ),
        pytest.param(
            gateway(listener(hostname="b.example")),
            route("HTTPRoute", "a.example"),
            "NoMatchingListenerHostname",
            id="host",
        ),
        pytest.param(
            gateway(listener()), route(backend={"name": "web", "port": 80, "weight": 0}), "weight 0", id="weight"
        ),
        pytest.param(
            gateway(listener()), route(backend={"name": "b", "kind": "Bucket", "group": "s3"}), "InvalidKind", id="kind"
        ),
        pytest.param(
            gateway(listener()),
            route(backend={"name": "web", "namespace": "db", "port": 80}),
            "RefNotPermitted",
            id="grant",
        ),
    ],
)
def test_what_keeps_a_route_from_leading_anywhere_is_said(
    found: Mapping[str, Any], asked: Mapping[str, Any], refusal: str
) -> None:
    objects = [found] if "kind" in found else []

    assert [one.refusal for one in followed(*objects, asked)] == [refusal]


def test_a_selector_of_namespaces_decides_who_may_attach() -> None:
    selecting = listener(
        allowedRoutes={"namespaces": {"from": "Selector", "selector": {"matchLabels": {"edge": "yes"}}}}
    )
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "apps"}}
    labelled = {**namespace, "metadata": {"name": "apps", "labels": {"edge": "yes"}}}

    assert [one.refusal for one in followed(gateway(selecting), route(), labelled)] == [""]
    assert [one.refusal for one in followed(gateway(selecting), route(), namespace)] == ["NotAllowedByListeners"]


def test_namespaces_that_were_not_read_leave_a_gap() -> None:
    selecting = listener(
        allowedRoutes={"namespaces": {"from": "Selector", "selector": {"matchLabels": {"edge": "yes"}}}}
    )

    known = Evidence([gateway(selecting), route()], denied=["namespaces"]).resolve(routes)

    assert [*known.known] == []
    assert [str(gap) for gap in known.gaps] == ["HTTPRoute apps/shop: namespaces: denied"]


def test_a_controller_that_refuses_is_believed() -> None:
    parent = {"name": "public", "namespace": "infra"}
    conditions = [{"type": "Accepted", "status": "False", "reason": "UnsupportedValue"}]
    refused = {**route(), "status": {"parents": [{"parentRef": parent, "conditions": conditions}]}}

    assert [one.refusal for one in followed(gateway(listener()), refused)] == ["UnsupportedValue"]


def test_a_grant_opens_a_namespace_to_routes_of_another() -> None:
    grant = {
        "apiVersion": "gateway.networking.k8s.io/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": {"name": "apps", "namespace": "db"},
        "spec": {
            "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "apps"}],
            "to": [{"group": "", "kind": "Service", "name": "web"}],
        },
    }
    to_web = route(backend={"name": "web", "namespace": "db", "port": 80})
    to_other = route(backend={"name": "other", "namespace": "db", "port": 80})

    assert [one.refusal for one in followed(gateway(listener()), to_web, grant)] == [""]
    assert [one.refusal for one in followed(gateway(listener()), to_other, grant)] == ["RefNotPermitted"]


def test_a_route_within_a_mesh_leads_nobody_in() -> None:
    assert followed(route(parent={"group": "", "kind": "Service"})) == []


def test_hosts_are_those_that_route_and_listener_have_in_common() -> None:
    both = gateway(listener(hostname="*.a.example"), listener(name="other", hostname="b.example"))

    found = followed(both, route("HTTPRoute", "x.a.example", "c.example"))

    assert [(one.host, str(one.entry)) for one in found] == [("x.a.example", "Gateway infra/public")]


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ("", "", ""),
        ("", "a.example", "a.example"),
        ("a.example", "a.example", "a.example"),
        ("a.example", "b.example", None),
        ("*.example", "a.example", "a.example"),
        ("*.example", "x.a.example", "x.a.example"),
        ("*.example", "*.a.example", "*.a.example"),
        ("*.example", "example", None),
        ("*.example", "badexample", None),
        ("*.a.example", "*.b.example", None),
    ],
)
def test_hosts_in_common(one: str, other: str, common: str | None) -> None:
    assert common_host(one, other) == common
    assert common_host(other, one) == common


def test_services_that_were_not_read_are_missed_only_when_asked_for() -> None:
    known = Evidence([ingress(rules=[{"http": {"paths": [path("web", 80)]}}])], denied=["services"]).resolve(routes)

    assert len(known.known) == 1
    with pytest.raises(CannotTellError, match="services: denied"):
        known.target(known.known[0])


def test_a_malformed_service_is_missed_only_by_routes_to_it() -> None:
    odd = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "odd", "namespace": "apps"},
        "spec": {"ports": 1},
    }
    rules = [{"http": {"paths": [path("web", 80), path("odd", 80)]}}]
    known = Evidence([WEB, odd, ingress(rules=rules)]).resolve(routes)

    assert known.target(known.known[0])
    with pytest.raises(CannotTellError, match="Service apps/odd is malformed"):
        known.target(known.known[1])


def test_what_was_not_read_is_a_gap() -> None:
    known = Evidence(denied=["ingresses", "http-routes"], absent=["grpc-routes"]).resolve(routes)

    assert [str(gap) for gap in known.gaps] == ["ingresses: denied", "http-routes: denied"]
