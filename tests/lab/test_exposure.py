"""What `chaudit exposure` claims of a cluster is what packets find."""

import os

import pytest

from lab.candidates import candidates
from lab.clusters import draw_cluster
from lab.lab import Lab
from lab.probes import probe, tries
from lab.verdicts import Reach, Tally, claims, compare

FIRST_SEED = int(os.environ.get("CHAUDIT_LAB_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("CHAUDIT_LAB_CLUSTERS", "20")))
MEASURED = (20, 36)
"""Minor releases whose every rule is known; of those between them, a verdict may rightly be unknown."""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_packet_contradicts_the_claims(lab: Lab, figures: dict[str, Tally], seed: int) -> None:
    cluster = draw_cluster(seed)

    with lab.running(cluster) as services:
        claimed = claims(lab.kubeconfig, lab.intent)
        wanted = tries([*candidates(cluster, services), *claimed])
        answers = probe(lab.hosts, wanted)

    tally = figures[cluster.name] = compare(claimed, answers, has_inventory=cluster.has_inventory)
    assert tally.answered > 0
    assert tally.false_closed == []
    assert tally.false_open == []
    if cluster.has_inventory and lab.release.minor in MEASURED:
        assert tally.claimed[Reach.UNKNOWN] == 0
