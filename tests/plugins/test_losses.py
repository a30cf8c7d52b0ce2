"""Taking evidence away never turns what failed, or could not be judged, into what passed."""

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chaudit.cluster.collector import Collector
from chaudit.cluster.connection import connect
from chaudit.engine import Evaluation, evaluate, sources_of
from chaudit.evidence.reading import State
from chaudit.evidence.snapshot import Snapshot
from chaudit.finding import Finding
from chaudit.host import installed
from chaudit.intent.loading import IntentFile, load
from chaudit.rules import Rule
from chaudit.testing import ApiServer
from chaudit.testing.cases import Case, load_cases, scene
from chaudit_demo.bundled import OBJECTS, VERSION
from chaudit_demo.demonstration import INTENT
from plugins.losses import Loss, improvements, losses, without

CASES = {path.stem: load_cases(path) for path in sorted(Path(__file__).parent.glob("*/cases/*.yaml"))}
RULES = installed().rules
SOURCES = [source.name for source in sources_of(RULES)]
READ_BY = {source: [rule for rule in RULES if source in {one.name for one in sources_of([rule])}] for source in SOURCES}

INTENDED, UNINTENDED = load(INTENT), IntentFile()

MIXTURES = int(os.environ.get("CHAUDIT_MIXTURES", "0"))
"""So many clusters are mixed at random, instead of the same ones every time."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Read the bundled cluster."""
    with ApiServer.from_files(OBJECTS, version=VERSION) as server:
        connection = connect(str(server.write_kubeconfig(tmp_path_factory.mktemp("demo") / "kubeconfig")))
        yield Collector(connection).collect(sources_of(RULES))
        connection.close()


def judged(snapshot: Snapshot, file: IntentFile, *rules: Rule[Any]) -> tuple[Finding, ...]:
    return evaluate(Evaluation(snapshot, file.intent), file, rules or RULES)


def appeased(snapshot: Snapshot, file: IntentFile, *rules: Rule[Any]) -> list[str]:
    """Return what any single loss improves."""
    before = judged(snapshot, file, *rules)
    return [
        f"without {loss}: {improvement}"
        for loss in losses(snapshot)
        for improvement in improvements(before, judged(without(snapshot, loss), file, *rules))
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_loss_in_a_case_appeases_its_rule(rule: Rule[Any]) -> None:
    found = {case.name: appeased(*scene(case, rule), rule) for case in CASES[rule.id]}

    assert {name: improved for name, improved in found.items() if improved} == {}


@pytest.mark.parametrize(("state", "file"), [(State.DENIED, INTENDED), (State.FAILED, UNINTENDED)])
@pytest.mark.parametrize("source", SOURCES)
def test_no_list_of_the_demo_cluster_improves_it_by_not_being_read(
    demo: Snapshot, source: str, state: State, file: IntentFile
) -> None:
    rules = READ_BY[source]
    before, after = judged(demo, file, *rules), judged(without(demo, (source, state)), file, *rules)

    assert list(improvements(before, after)) == []


@st.composite
def mixtures(draw: st.DrawFn) -> Case:
    """Draw a cluster with the objects of several cases, of whatever rules, and the intent of one of them."""
    cases = st.sampled_from(list(CASES.values())).flatmap(st.sampled_from)
    mixed = draw(st.lists(cases, min_size=1, max_size=6))
    objects = {_identity(one): one for case in mixed for one in case.objects}
    absent = [name for case in mixed for name in case.absent]
    return Case("mixture", [], mixed[0].intent, list(objects.values()), absent)


def _identity(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what there can be only one object of."""
    meta = given.get("metadata", {})
    return tuple(str(part) for part in (given["apiVersion"], given["kind"], meta.get("namespace"), meta.get("name")))


def several(possible: Sequence[Loss], least: int) -> st.SearchStrategy[list[Loss]]:
    """Draw some losses, of any lists and objects, or of all objects of one list."""
    objects = [one for one in possible if one[1].isdigit()]
    by_list = [list(found) for _, found in groupby(objects, key=itemgetter(0))]
    any_of_them = st.lists(st.sampled_from(possible), min_size=least, max_size=6, unique=True)
    return any_of_them | st.sampled_from(by_list) if by_list else any_of_them


@settings(max_examples=MIXTURES or 200, deadline=None, derandomize=not MIXTURES)
@given(case=mixtures(), data=st.data())
def test_no_losses_improve_a_cluster_mixed_from_cases(case: Case, data: st.DataObject) -> None:
    snapshot, file = scene(case, *RULES)
    possible = sorted(losses(snapshot))
    first, more = data.draw(several(possible, least=0)), data.draw(several(possible, least=1))
    before, after = judged(without(snapshot, *first), file), judged(without(snapshot, *first, *more), file)

    assert list(improvements(before, after)) == []


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_losses_of_lists_and_objects_together_improve_the_demo_cluster(demo: Snapshot, data: st.DataObject) -> None:
    possible = st.sampled_from(sorted(losses(demo)))
    first: list[Loss] = data.draw(st.lists(possible, max_size=4, unique=True))
    more: list[Loss] = data.draw(st.lists(possible, min_size=1, max_size=4, unique=True))
    before, after = judged(without(demo, *first), INTENDED), judged(without(demo, *first, *more), INTENDED)

    assert list(improvements(before, after)) == []
