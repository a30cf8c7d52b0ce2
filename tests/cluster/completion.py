"""Adds to the objects of rule cases what an API server insists on and no rule reads."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from crd_schemas import Schema

Object = Mapping[str, Any]

_UID = "00000000-0000-4000-8000-000000000000"
_LABELS = {"of": "case"}


def completed(obj: Object, schemas: Mapping[tuple[str, str], Schema]) -> dict[str, Any]:
    """Return the object with what is required besides; ``schemas`` are those of custom kinds, by version and kind.

    What is malformed stays as it is.
    """
    schema = schemas.get((obj["apiVersion"], obj["kind"]))
    if schema:
        return dict(_filled(obj, schema))
    complete = _BUILT_IN.get(obj["kind"])
    if complete:
        with suppress(AttributeError, TypeError):  # it is malformed
            return complete(obj)
    return dict(obj)


def _filled(value: Any, schema: Schema) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict) and schema.get("type") == "object":
        known = schema.get("properties", {})
        given = {key: _filled(member, known.get(key, {})) for key, member in value.items()}
        missing = [key for key in schema.get("required", ()) if given.get(key) is None]
        return {**given, **{key: _simplest(known[key]) for key in missing}}
    if isinstance(value, list) and schema.get("type") == "array":
        members, lacking = schema["items"], range(len(value), schema.get("minItems", 0))
        return [*(_filled(member, members) for member in value), *(_simplest(members) for _ in lacking)]
    return value


def _simplest(schema: Schema) -> Any:  # noqa: ANN401 - any JSON value
    """Return the simplest value that a schema lets through."""
    if given := [schema["default"]] if "default" in schema else schema.get("enum"):
        return given[0]
    match schema.get("type"):
        case "object":
            return _filled({}, schema)
        case "array":
            return _filled([], schema)
        case "integer":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case _:
            texts = ("x", "example.org/x") if schema.get("format") != "date-time" else ("2026-01-01T00:00:00Z",)
            return next(text for text in texts if re.search(schema.get("pattern", ""), text))


def _pod(pod: Object) -> dict[str, Any]:
    metadata, owners = pod["metadata"], pod["metadata"].get("ownerReferences")
    if owners:
        metadata = {**metadata, "ownerReferences": [{"apiVersion": "apps/v1", "uid": _UID, **one} for one in owners]}
    return {**pod, "metadata": metadata, "spec": _pod_spec(pod.get("spec", {}))}


def _pod_spec(spec: Object) -> dict[str, Any]:
    containers = spec.get("containers") or [{}]
    return {**spec, "containers": [{"name": f"c{n}", "image": "x", **one} for n, one in enumerate(containers)]}


def _workload(workload: Object) -> dict[str, Any]:
    spec = workload.get("spec", {})
    selector = spec.get("selector") or {"matchLabels": _LABELS}
    template = spec.get("template", {})
    labels = {**_labels_for(selector), **template.get("metadata", {}).get("labels", {})}
    return {
        **workload,
        "spec": {
            **spec,
            "selector": selector,
            "template": {"metadata": {"labels": labels}, "spec": _pod_spec(template.get("spec", {}))},
        },
    }


def _labels_for(selector: Object) -> dict[str, str]:
    needed = {one["key"]: one["values"][0] for one in selector.get("matchExpressions", ()) if one["operator"] == "In"}
    return {**needed, **selector.get("matchLabels", {})}


def _autoscaler(autoscaler: Object) -> dict[str, Any]:
    return {**autoscaler, "spec": {"maxReplicas": 100, **autoscaler["spec"]}}


def _ingress(ingress: Object) -> dict[str, Any]:
    spec = ingress.get("spec") or {}
    rules = [_ingress_rule(rule) for rule in spec.get("rules") or ()]
    if not (rules or "backend" in spec or "defaultBackend" in spec):
        rules = [{}]
    return {**ingress, "spec": {**spec, "rules": rules} if rules else spec}


def _ingress_rule(rule: Object) -> Object:
    if "http" not in rule:
        return rule
    paths = [{"pathType": "ImplementationSpecific", **path} for path in rule["http"]["paths"]]
    return {**rule, "http": {"paths": paths}}


_BUILT_IN = {
    "Pod": _pod,
    "Deployment": _workload,
    "DaemonSet": _workload,
    "StatefulSet": _workload,
    "HorizontalPodAutoscaler": _autoscaler,
    "Ingress": _ingress,
}
