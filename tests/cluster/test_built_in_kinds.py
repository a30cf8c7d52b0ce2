"""What records of built-in kinds decode is there, and is what they take it for, in the server's own schema."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chaudit import Resource, Source
from chaudit.engine import sources_of
from chaudit.host import installed
from cluster.control_plane import ControlPlane
from crd_schemas import Schema
from kind_fields import disagreements

BUILT_IN = [
    pytest.param(source, resource, id=f"{source.name} {resource.api_version}")
    for source in sources_of(installed().rules)
    for resource in source.served_as
    if "." not in resource.group
    or resource.group in {"discovery.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io"}
]
NEWER = {
    "spec.loadBalancerClass",  # 1.21
    "spec.ingress[].ports[].endPort",  # 1.21
    *("spec.initContainers[].restartPolicy", "spec.containers[].restartPolicy"),  # 1.28
    "status.loadBalancer.ingress[].ipMode",  # 1.29
}
"""Fields that older servers do not know, and since when others do."""

INGRESS = {
    "v1": {
        *("spec.backend", "spec.defaultBackend.serviceName", "spec.defaultBackend.servicePort"),
        *("spec.rules[].http.paths[].backend.serviceName", "spec.rules[].http.paths[].backend.servicePort"),
    },
    "v1beta1": {"spec.defaultBackend", "spec.backend.service", "spec.rules[].http.paths[].backend.service"},
}
"""Of the two versions, which have one record, each has a part of its fields."""

WITHOUT_SPEC = {"deployments", "daemon-sets", "stateful-sets", "horizontal-pod-autoscalers"}
"""The schemas do not require a spec, but the server does."""


@pytest.fixture(scope="module")
def schemas(control_plane: ControlPlane) -> Mapping[str, Schema]:
    """The server does not say of what type this body is."""
    found: Mapping[str, Schema] = json.loads(control_plane.request("GET", "/openapi/v2").body)["definitions"]
    return found


@pytest.mark.parametrize(("source", "resource"), BUILT_IN)
def test_a_record_decodes_what_the_server_says_its_kind_has(
    control_plane: ControlPlane, schemas: Mapping[str, Schema], source: Source[Any], resource: Resource
) -> None:
    own = _schemas_of(resource, schemas)
    if not own:
        assert control_plane.request("GET", f"{resource.list_path}?limit=1").status == 404
        return

    found = {line for schema in own for line in disagreements(source.record, schema, schemas)}

    assert found - {f"{path}: not in the schema" for path in NEWER} == _expected(source, resource)


def _expected(source: Source[Any], resource: Resource) -> set[str]:
    optional = {"spec: not required by the schema"} if source.name in WITHOUT_SPEC else set()
    fields = INGRESS[resource.version] if resource.kind == "Ingress" else set()
    if source.name == "daemon-sets":  # whose record is that of all workloads
        fields = {"spec.replicas"}
    return optional | {f"{path}: not in the schema" for path in fields}


def _schemas_of(resource: Resource, schemas: Mapping[str, Schema]) -> list[Schema]:
    wanted = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    return [schema for schema in schemas.values() if wanted in schema.get("x-kubernetes-group-version-kind", ())]
