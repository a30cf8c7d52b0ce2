"""Controls: the sentences of published frameworks that a rule bears on, so that a report can be read by an auditor."""

import msgspec


class Framework(msgspec.Struct, frozen=True):
    """A published set of requirements: a short name to select by, its title, and where it is published."""

    name: str
    title: str
    url: str

    def at(self, *ids: str) -> "Controls":
        """Return these controls of the framework, by the ids that it gives them itself."""
        return Controls(self, ids)


class Controls(msgspec.Struct, frozen=True):
    """The controls of one framework that a rule truly bears on. A rule that bears on none has none."""

    framework: Framework
    ids: tuple[str, ...]
