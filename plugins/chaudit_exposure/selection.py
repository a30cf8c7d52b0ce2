"""Which exposures are shown: filters by network, service, node, port and verdict."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

import msgspec
from msgspec.structs import replace

from chaudit_network.exposure.model import Exposure, ExposureGroup
from chaudit_network.exposure.verdict import Reach


class Selection(msgspec.Struct, frozen=True):
    """What to show; an empty filter shows all. Patterns are those of the shell."""

    networks: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    verdicts: tuple[Reach, ...] = ()

    def shows(self, record: Exposure) -> bool:
        """Whether a single record is selected, whatever its verdicts."""
        return (
            _matches(record.network, self.networks)
            and _matches(f"{record.target.namespace}/{record.target.name}", self.services)
            and _matches(record.node, self.nodes)
            and (not self.ports or record.port in self.ports)
        )

    def of(self, groups: Iterable[ExposureGroup]) -> Iterator[ExposureGroup]:
        """Yield what is selected, each group with the places that are."""
        for group in groups:
            target = f"{group.way.target.namespace}/{group.way.target.name}"
            if not _matches(group.network, self.networks) or not _matches(target, self.services):
                continue
            if self.ports and group.way.port not in self.ports:
                continue
            if self.verdicts and not any(one.verdict in self.verdicts for one in group.verdicts.values()):
                continue
            places = group.places.only(lambda node: _matches(node, self.nodes)) if self.nodes else group.places
            if places:
                yield replace(group, places=places)


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)
