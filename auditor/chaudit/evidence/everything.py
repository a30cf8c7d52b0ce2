"""All readings of an evaluation as one input, for judging the evidence itself."""

from collections.abc import Sequence
from typing import Any

from chaudit.evidence.input import Facts, Input
from chaudit.evidence.reading import Reading


class _Evidence(Input[Sequence[Reading[Any]]]):
    name = "evidence"
    needs = ()

    def resolve(self, facts: Facts) -> Sequence[Reading[Any]]:
        return facts.readings()


EVIDENCE: Input[Sequence[Reading[Any]]] = _Evidence()
"""Whatever was read, for whichever rule: it makes nothing be read itself."""
