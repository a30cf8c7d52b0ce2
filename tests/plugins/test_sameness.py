"""The same evidence always gives the same report, in whatever order its objects come."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chaudit.engine import sources_of
from chaudit.evidence import listings
from chaudit.gate import Threshold
from chaudit.host import installed
from chaudit.intent.loading import load
from chaudit.scan import judge
from chaudit.testing.api_server.objects import read_objects
from chaudit_demo.bundled import OBJECTS
from chaudit_demo.demonstration import INTENT

HOST = installed()
RULES = HOST.rules
SOURCES = sources_of(RULES)
CLUSTER = tuple(read_objects(OBJECTS))
FILE = load(INTENT)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

few = settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
orders = st.integers(0, 2**32).map(Random)


def dealt(objects: Sequence[Mapping[str, Any]], order: Random) -> Iterator[tuple[str, bytes]]:
    """Yield the objects in any order, in files of any form that `kubectl get` and people give them."""
    mixed = order.sample(objects, len(objects))
    size = order.randint(1, len(mixed))
    for number, start in enumerate(range(0, len(mixed), size)):
        some = mixed[start : start + size]
        as_list = {"apiVersion": "v1", "kind": "List", "items": some}
        form = order.choice(["json", "yaml", "documents"])
        if form == "json":
            yield f"{number}.json", msgspec.json.encode(as_list)
        elif form == "yaml":
            yield f"{number}.yaml", yaml.dump(as_list, Dumper=yaml.CSafeDumper).encode()
        else:
            yield f"{number}.yaml", yaml.dump_all(some, Dumper=yaml.CSafeDumper).encode()


def reports(contents: Iterator[tuple[str, bytes]]) -> Mapping[str, str]:
    """Return every report on these files, as if all had been read at one time."""
    snapshot = listings.load(contents, SOURCES)
    readings = {name: replace(one, read_at=one.read_at and NOW) for name, one in snapshot.readings.items()}
    at_once = replace(snapshot, readings=readings, started=NOW, finished=NOW)
    report = judge(at_once, FILE, RULES, Threshold(), HOST.exhibits)
    return {reporter.name: "".join(reporter.pieces(report)) for reporter in HOST.reporters}


@pytest.fixture(scope="module")
def in_order() -> Mapping[str, str]:
    return reports(iter([("all.json", msgspec.json.encode({"apiVersion": "v1", "kind": "List", "items": CLUSTER}))]))


@few
@given(orders)
def test_every_report_on_the_same_objects_is_the_same_to_the_byte(in_order: Mapping[str, str], order: Random) -> None:
    out_of_order = reports(dealt(CLUSTER, order))

    assert {name for name, text in in_order.items() if text != out_of_order[name]} == set()
    assert len(in_order) == len(HOST.reporters) > 5
