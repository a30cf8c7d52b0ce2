"""How much a broken rule matters."""

from enum import StrEnum


class Severity(StrEnum):
    """From worst to least; a threshold includes everything at least as bad."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Position from worst (0) to least (4), to sort and compare by."""
        return _ORDER.index(self)

    def reaches(self, threshold: "Severity") -> bool:
        """Whether this is at least as bad as the threshold."""
        return self.rank <= threshold.rank


_ORDER = tuple(Severity)


class FailOn(StrEnum):
    """From which severity on a finding blocks; nothing reaches `never`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"
    NEVER = "never"

    @property
    def severity(self) -> Severity | None:
        """The least severity that blocks, None where nothing does."""
        return None if self is FailOn.NEVER else Severity(self.value)
