"""Objects come from a reading in one order, whatever order they came in."""

from itertools import permutations

from auditor.world import THINGS, Thing
from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.objects import ObjectMeta, Subject

IN_ORDER = [("", "z"), ("a", "b"), ("a", "c"), ("b", "a")]


def test_objects_come_by_namespace_and_name_and_rejected_ones_by_subject() -> None:
    things = [Thing(metadata=ObjectMeta(name, namespace)) for namespace, name in IN_ORDER]
    rejected = [Rejected(Subject("Thing", namespace, name), "no size") for namespace, name in IN_ORDER]

    for some, others in zip(permutations(things), permutations(rejected), strict=True):
        reading = Reading(THINGS.name, State.LOADED, some, others)

        assert list(reading.objects) == things
        assert list(reading.rejected) == rejected
