"""The evidence: what was read, from where, and in what state it came back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from chaudit import Evidence, Rejected, State
from chaudit_reports.words import api_of

EMPTY = "empty"

MEANINGS: Mapping[str, str] = {
    State.DENIED: "the account may not read it (HTTP 401 or 403)",
    State.FAILED: "the read broke off, or what came back could not be understood",
    State.PARTIAL: "a probe met its limits before all of its targets were asked",
    State.LOADED: "the list was read to its end, or all targets of the probe were asked",
    EMPTY: "the list was read to its end, and the cluster holds no such object",
    State.ABSENT: "the cluster does not serve this API, or the probe was not asked for",
}
"""What each state tells, those that leave a gap first."""

_ORDER = tuple(MEANINGS)
_GAPS = (State.DENIED, State.FAILED, State.PARTIAL)


class Row(msgspec.Struct, frozen=True):
    """One source or probe as the evidence table shows it; `name` is RBAC's, `state` a key of `MEANINGS`."""

    anchor: str
    source: str
    name: str
    resource: str
    api_version: str
    state: str
    objects: int
    rejected: tuple[Rejected, ...]
    reason: str
    read_at: datetime | None
    targets: int | None

    @property
    def is_counted(self) -> bool:
        """Whether the number of objects says something about the cluster."""
        return self.state in (State.LOADED, EMPTY)

    @property
    def is_gap(self) -> bool:
        """Whether something that may exist was not seen."""
        return self.state in _GAPS or bool(self.rejected)


def rows_of(evidence: Sequence[Evidence]) -> tuple[Row, ...]:
    """Return the rows of the evidence table: gaps first, then by source."""
    rows = [_row(reading) for reading in evidence]
    return tuple(sorted(rows, key=lambda row: (not row.is_gap, _ORDER.index(row.state), row.source)))


def _row(reading: Evidence) -> Row:
    is_empty = reading.state is State.LOADED and not reading.objects and not reading.rejected
    return Row(
        anchor=f"evidence-{'-'.join(reading.source.split())}",
        source=reading.source,
        name=api_of(reading).partition(" ")[0] or reading.source,
        resource=reading.resource,
        api_version=f"{reading.group}/{reading.version}" if reading.group else reading.version,
        state=EMPTY if is_empty else reading.state,
        objects=reading.objects,
        rejected=reading.rejected,
        reason=reading.reason,
        read_at=reading.read_at,
        targets=reading.targets,
    )
