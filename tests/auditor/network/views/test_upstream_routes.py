"""Agrees with other projects on where routes lead, and on what keeps them from leading there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from auditor.network.policy.np_guard import Example, examples
from auditor.network.views.evidence import Evidence, Object
from chaudit_network.views.routes import Routes, routes
from fixtures_folder import fixture

NOT_FOUND = "BackendNotFound"
REASONS = {
    "NoMatchingParent",
    "NotAllowedByListeners",
    "NoMatchingListenerHostname",
    "InvalidKind",
    "RefNotPermitted",
    NOT_FOUND,
}

OTHERWISE = {
    # The reason for a missing backend is left out.
    "GatewayWithAttachedRoutes": {"NoMatchingListenerHostname", NOT_FOUND},
    # The test takes the grant away halfway.
    "TCPRouteReferenceGrant": set[str](),
    # The route names another Gateway than that of the manifests.
    "GatewayInvalidFrontendClientCertificateValidation": {"NoMatchingParent"},
}
"""What is right where the verdict of a test is not about the manifests as they are."""


@cache
def documents(path: Path) -> Sequence[Object]:
    """Return the objects of a file."""
    found = filter(None, yaml.load_all(path.read_text(), yaml.CSafeLoader))
    return [one for document in found for one in (document["items"] if document["kind"] == "List" else [document])]


def resolved(objects: Iterable[Object]) -> Routes:
    known = Evidence([*objects]).resolve(routes)
    assert [*known.gaps] == []
    return known


def verdicts(source: str, name: str) -> Any:  # noqa: ANN401 - each project writes them in its own way
    return msgspec.json.decode(fixture(source, name).read_bytes())


def test_routes_are_refused_for_the_reasons_that_the_gateway_apis_own_tests_give() -> None:
    folder = fixture("gateway-api-conformance", "expected-conditions.json").parent / "files" / "conformance"
    found: dict[str, set[str]] = {}
    expected: dict[str, set[str]] = {}
    for test in verdicts("gateway-api-conformance", "expected-conditions.json"):
        name = test["test"]
        if not name.startswith(("UDPRoute", "ListenerSet")):  # kinds that are not read
            files = ["base/manifests.yaml", *test["manifests"]]
            found[name] = refusals(map(labelled, (one for file in files for one in documents(folder / file))))
            reasons = {condition["reason"].removeprefix("RouteReason") for condition in test["expected_conditions"]}
            expected[name] = OTHERWISE.get(name, reasons & REASONS)

    assert found == expected
    assert sum(map(bool, expected.values())) == 21


def labelled(one: Object) -> Object:
    """Label a namespace with its name, as API servers do."""
    if one["kind"] != "Namespace":
        return one
    labels = {"kubernetes.io/metadata.name": one["metadata"]["name"], **one["metadata"].get("labels", {})}
    return {**one, "metadata": {**one["metadata"], "labels": labels}}


def refusals(objects: Iterable[Object]) -> set[str]:
    known = resolved(objects)
    missing = {NOT_FOUND for one in known.known if not one.refusal and known.target(one) is None}
    return (missing | {one.refusal for one in known.known}) & REASONS


def test_kube_score_misses_the_same_services() -> None:
    grades = {
        one["file"]: one["grade"] == "GradeAllOK"
        for one in verdicts("kube-score", "expected.json")
        if one["check"] == "Ingress targets Service"
    }
    del grades["ingress_issue363.yaml"]  # fields of v1beta1 in v1, which no API server gives out

    leads = {}
    for name in grades:
        objects = documents(fixture("kube-score", f"files/score/testdata/{name}"))
        known = resolved(map(of_a_version_that_is_read, objects))
        leads[name] = all(map(known.target, known.known))

    assert leads == grades
    assert set(grades.values()) == {True, False}


def of_a_version_that_is_read(one: Object) -> Object:
    was = {"extensions/v1beta1": "networking.k8s.io/v1beta1"}
    return {**one, "apiVersion": was.get(one["apiVersion"], one["apiVersion"])}


def test_popeye_misses_the_same_services_and_ports() -> None:
    folder = fixture("popeye", "expected.json").parent / "files" / "internal" / "lint" / "testdata"
    known = resolved([*documents(folder / "net/ingress/1.yaml"), *documents(folder / "core/svc/1.yaml")])

    missed = {f"{one.subject.namespace}/{one.subject.name}" for one in known.known if known.target(one) is None}

    assert missed == {
        verdict["resource"]
        for verdict in verdicts("popeye", "expected.json")
        if verdict["test_file"].endswith("/ing_test.go")
        and any(code in message for message in verdict["messages"] for code in ("POP-1401", "POP-1402"))
    }
    assert missed


def test_np_guard_finds_the_same_workloads_behind_ingresses() -> None:
    for name in ("demo_app_with_routes_and_ingress_", "multiple_ingress_objects_with_different_ports_"):
        example = next(one for one in examples() if one.name.startswith(name))
        expected = {
            workload: [port for port in example.ports if port in ports["TCP"]]
            for (source, workload), ports in example.allowed.items()
            if source == "{ingress-controller}" and "route-world" not in workload  # behind a Route of OpenShift alone
        }

        assert behind_ingresses(example) == expected
        assert expected


def behind_ingresses(example: Example) -> Mapping[str, Sequence[int]]:
    """Return the workloads to whose pods the routes lead, with ports."""
    services = [with_names(one) for one in example.objects if one["kind"] == "Service"]
    others = [one for one in example.objects if one["kind"] != "Service"]
    known = resolved([*others, *services, *(listed(service, example.pods) for service in services)])
    workloads = {pod["metadata"]["name"]: workload for workload, pod in example.pods.items()}
    found: dict[str, set[int]] = defaultdict(set)
    for route in known.known:
        for backend in known.backends(route, 4).ready:
            assert backend.pod
            found[workloads[backend.pod[1]]].add(backend.port)
    return {workload: sorted(ports) for workload, ports in found.items()}


def with_names(service: Object) -> Object:
    """Give names to the ports of a service, without which no API server takes several."""
    ports = [{"name": f"port-{port['port']}", **port} for port in service["spec"]["ports"]]
    return {**service, "spec": {**service["spec"], "ports": ports}}


def listed(service: Object, pods: Mapping[str, Object]) -> Object:
    """List the pods that a service selects, as the cluster does; all ports here are numbers."""
    namespace, name = service["metadata"]["namespace"], service["metadata"]["name"]
    selected = [
        pod["metadata"]
        for pod in pods.values()
        if pod["metadata"]["namespace"] == namespace
        and service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    ]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": namespace, "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"name": port["name"], "port": port["targetPort"]} for port in service["spec"]["ports"]],
        "endpoints": [
            {"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "namespace": namespace, "name": pod["name"]}}
            for pod in selected
        ],
    }
