"""YAML that lies as text in objects of the cluster, and is not trusted."""

from typing import TypeVar

import msgspec
import yaml

from chaudit import CannotTellError, printable

T = TypeVar("T")


class _Loader(yaml.SafeLoader):
    """The loader in Python, since that in C crashes on deep nesting; and without aliases, which can multiply."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node.

        Raises:
            yaml.YAMLError: it is an alias.
        """
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not accepted")
        return super().compose_node(parent, index)


def parse_yaml(text: str, shape: type[T]) -> T:
    """Return what one YAML document holds, as a record.

    Raises:
        CannotTellError: it is not YAML, or of another shape.
    """
    try:
        return msgspec.convert(_Loader(text).get_single_data(), shape)
    except (yaml.YAMLError, msgspec.ValidationError, RecursionError, TypeError, ValueError) as error:
        raise CannotTellError(printable(str(error))) from error
