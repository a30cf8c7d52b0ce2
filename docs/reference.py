"""The reference of the intent file, from its JSON Schema: a section for each part, a row for each key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_PREFACE = """\
# Intent reference

Every key of `chaudit.yaml`, as the [JSON Schema](schemas/intent.schema.json) for editors has it.
[The intent file](intent.md) shows them at work; `chaudit rules ID` has the settings of single rules. Everything is
optional but what is marked as required."""


def intent_reference(schema: Schema) -> str:
    """Return the page."""
    definitions = schema["$defs"]
    parts = [_PREFACE]
    for name, definition in definitions.items():
        parts.append(f"## {name}" if name != "Intent" else "## The file")
        parts.append(_description(definition))
        if "properties" in definition:
            rows = [_row(key, one, definition) for key, one in definition["properties"].items()]
            parts.append("\n".join(["| key | value | default |", "|---|---|---|", *rows]))
        else:
            parts.append(f"One of {', '.join(f'`{value}`' for value in definition['enum'])}.")
    return "\n\n".join(parts) + "\n"


def _description(definition: Schema) -> str:
    """Return what the part means, its keys as YAML has them."""
    text = "\n\n".join(" ".join(block.split()) for block in definition["description"].split("\n\n"))
    for key in definition.get("properties", ()):
        text = text.replace(f"`{key.replace('-', '_')}`", f"`{key}`")
    return text


def _row(key: str, one: Schema, definition: Schema) -> str:
    required = key in definition["required"]
    default = "**required**" if required else _default(one.get("default"))
    return f"| `{key}` | {_type(one)} | {default} |"


def _default(value: object) -> str:
    """Return the default where it says something."""
    empty = value in (None, "", [], (), {}) or (isinstance(value, Mapping) and "$ref" not in value)
    return "" if empty else f"`{json.dumps(value)}`"


def _type(one: Schema) -> str:
    """Return the type of a value, in words and links."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one:
        return " or ".join(_type(kind) for kind in one["anyOf"] if kind.get("type") != "null")
    match one.get("type"):
        case "array":
            return f"list of: {_type(one['items'])}"
        case "object" if isinstance(one.get("additionalProperties"), Mapping):
            return f"by name: {_type(one['additionalProperties'])}"
        case "object" | None:
            return "any"
    return ", ".join([str(one["type"]), *_limits(one)])


def _limits(one: Schema) -> Iterator[str]:
    if "minimum" in one or "maximum" in one:
        yield f"{one.get('minimum', '')} to {one['maximum']}" if "maximum" in one else f"at least {one['minimum']}"
    if "pattern" in one:
        yield f"like `{one['pattern']}`".replace("|", "\\|")
    if "format" in one:
        yield str(one["format"])
    if "description" in one:
        yield str(one["description"])
