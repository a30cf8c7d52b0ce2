"""Compares what a record decodes with what a schema says that objects have."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import NODEFAULT, inspect

from crd_schemas import Schema

_SCALARS = {
    inspect.StrType: {"string"},
    inspect.DateTimeType: {"string"},
    inspect.BoolType: {"boolean"},
    inspect.IntType: {"integer"},
    inspect.FloatType: {"number", "integer"},
}


def disagreements(record: type, schema: Schema, definitions: Mapping[str, Schema] | None = None) -> Iterator[str]:
    """Yield each field below ``spec``, ``status`` and the like that is not in the schema, or is something else there.

    A field is also named if the record insists on it and the schema does not, since objects without it would be taken
    for malformed. ``definitions`` are what the schema may refer to.
    """
    kind = inspect.type_info(record)
    assert isinstance(kind, inspect.StructType)
    for field in kind.fields:
        if field.encode_name != "metadata":
            yield from _of_field(field, schema, field.encode_name, definitions or {})


def _of_field(field: inspect.Field, schema: Schema, path: str, definitions: Mapping[str, Schema]) -> Iterator[str]:
    known = {**schema.get("properties", {})}
    if isinstance(schema.get("additionalProperties"), dict):  # a map, of whose keys the record knows some
        known.setdefault(field.encode_name, schema["additionalProperties"])
    if field.encode_name not in known:
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            yield f"{path}: not in the schema"
        return
    own = _resolved(known[field.encode_name], definitions)
    is_given = field.encode_name in schema.get("required", ()) or "default" in own
    is_needed = field.default is NODEFAULT and field.default_factory is NODEFAULT
    if is_needed and not is_given:
        yield f"{path}: not required by the schema"
    yield from _of_type(field.type, own, path, definitions)


def _of_type(type_: inspect.Type, schema: Schema, path: str, definitions: Mapping[str, Schema]) -> Iterator[str]:
    alternatives = [one for one in getattr(type_, "types", (type_,)) if not isinstance(one, inspect.NoneType)]
    if unread := _types(schema) - set().union(*(_taken(one) for one in alternatives)):
        yield f"{path}: may be {' or '.join(sorted(unread))}"
        return
    for one in alternatives:
        match one:
            case inspect.StructType():
                for field in one.fields:
                    yield from _of_field(field, schema, f"{path}.{field.encode_name}", definitions)
            case inspect.VarTupleType():
                yield from _of_type(one.item_type, _resolved(schema["items"], definitions), f"{path}[]", definitions)
            case inspect.DictType() if isinstance(schema.get("additionalProperties"), dict):
                inner = _resolved(schema["additionalProperties"], definitions)
                yield from _of_type(one.value_type, inner, f"{path}{{}}", definitions)


def _types(schema: Schema) -> set[str]:
    """Return which types of JSON values the schema lets through; an empty set where it does not say."""
    if schema.get("x-kubernetes-int-or-string") or schema.get("format") == "int-or-string":
        return {"integer", "string"}
    return {schema["type"]} if "type" in schema else set()


def _taken(type_: inspect.Type) -> set[str]:
    """Return which types of JSON values a type takes."""
    match type_:
        case inspect.StructType() | inspect.DictType():
            return {"object"}
        case inspect.VarTupleType():
            return {"array"}
        case inspect.AnyType() | inspect.RawType():
            return {"object", "array", "string", "integer", "number", "boolean"}
        case inspect.LiteralType():
            return {"boolean" if isinstance(value, bool) else "string" for value in type_.values}
    return _SCALARS[type(type_)]


def _resolved(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """Follow a reference of OpenAPI v2, which a description may stand beside."""
    reference: Any = schema.get("$ref", "")
    return definitions[reference.rpartition("/")[2]] if reference else schema
