"""A YAML document that remembers on which line each value stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


@dataclass(frozen=True, slots=True)
class Document:
    """The decoded value, and the node tree it came from."""

    value: Any = None
    root: yaml.Node | None = None

    def line(self, path: str) -> int:
        """Return the line (from 1) of a path like `$.networks.oam.cidrs[0]`, or of its nearest known parent."""
        node = self.root
        line = node.start_mark.line if node else 0
        for name, index in _STEP.findall(path):
            step = _child(node, name, index)
            if step is None:
                break
            line, node = step
        return line + 1


def parse(text: str) -> Document:
    """Return the document.

    Raises:
        yaml.YAMLError: the text is not one YAML document, or repeats a key.
    """
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Document()
        for key in _repeated_keys(root):
            raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} is given twice", key.start_mark)
        return Document(loader.construct_document(root), root)
    finally:
        loader.dispose()


def _child(node: yaml.Node | None, name: str, index: str) -> tuple[int, yaml.Node] | None:
    if name and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return key.start_mark.line, value
    if index.isdigit() and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
        value = node.value[int(index)]
        return value.start_mark.line, value
    return None


def _repeated_keys(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(root, yaml.SequenceNode):
        for item in root.value:
            yield from _repeated_keys(item)
    if isinstance(root, yaml.MappingNode):
        seen = set()
        for key, value in root.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated_keys(value)
