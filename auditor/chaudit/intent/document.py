"""A YAML document that remembers on which line each value stands."""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from chaudit.intent.paths import Path


class Document(msgspec.Struct, frozen=True):
    """The decoded value, and the node tree it came from."""

    value: Any = None
    root: yaml.Node | None = None

    def line(self, path: Path) -> int:
        """Return the line (from 1) on which the value at a path stands, or its nearest known parent."""
        node = self.root
        line = node.start_mark.line if node else 0
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            line, node = child
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


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(step, str) and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line, value
    if isinstance(step, int) and isinstance(node, yaml.SequenceNode) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
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
