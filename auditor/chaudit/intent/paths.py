"""Paths into the intent file, `$.networks.oam.cidrs[0]`, as tuples of keys and indexes."""

import re
from collections.abc import Callable
from typing import Any

Path = tuple[str | int, ...]

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")
_SOME_KEY = "..."


def render(path: Path) -> str:
    """Return the path as text: `$.waivers[0].rule`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def parse(text: str) -> Path:
    """Return the path that a decoding error speaks of; `...` stands where it does not name the key of a mapping."""
    return tuple(int(index) if index.isdigit() else name or index for name, index in _STEP.findall(text))


def name_keys(path: Path, value: Any, error_in: Callable[[Any], Path | None]) -> Path:  # noqa: ANN401 - any YAML
    """Return the path with each `...` replaced by the key that is really meant.

    The key is found by trial: of the mapping in question only one member at a time is kept, and `error_in` tells
    where the value, thus narrowed, still fails.
    """
    named = path
    for position, step in enumerate(path):
        if step != _SOME_KEY:
            continue
        for key in _at(value, named[:position]):
            narrowed = _keep(value, named[:position], key)
            if error_in(narrowed) == path:
                named, value = (*named[:position], key, *named[position + 1 :]), narrowed
                break
    return named


def _at(value: Any, path: Path) -> Any:  # noqa: ANN401 - any YAML
    for step in path:
        value = value[step]
    return value


def _keep(value: Any, path: Path, key: str) -> Any:  # noqa: ANN401 - any YAML
    """Return a copy of the value in which the mapping at the path has only this key left."""
    if not path:
        return {key: value[key]}
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return [*value[:first], _keep(value[first], rest, key), *value[first + 1 :]]
    return {**value, first: _keep(value[first], rest, key)}
