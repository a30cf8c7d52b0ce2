"""The judge tells a claim that packets contradict from one that they bear out."""

import json

import pytest

from lab.addresses import OAM, internal_address, number
from lab.probes import Answer, Try, Way
from lab.verdicts import Claims, Tally, claims_of, compare

OWNED = Way(internal_address("n1", 4), "TCP", 30001)
IN_OAM = Way(OAM.address(number("n1"), 4), "TCP", 30001)
VIRTUAL = Way("10.20.30.7", "TCP", 7001)
ANSWER, TIMEOUT = Answer("answered", "n1p1"), Answer("timeout", "")


def line(way: Way, verdict: str, *, node: str = "n1", source: str = "oam") -> str:
    """Return one line of the command that says something of one class of sources."""
    return json.dumps(
        {
            "node": node, "interface": "", "address": way.address, "network": "", "family": 4, "protocol": way.protocol,
            "port": way.port, "via": "NodePort", "target": {"kind": "Service", "namespace": "lab", "name": "s0"},
            "backends": {"n1": 1}, "verdicts": {source: {"verdict": verdict, "because": ["a reason"]}},
        }
    )  # fmt: skip


def judge(claimed: Claims, one: Try, answer: Answer, *, has_inventory: bool = True) -> Tally:
    return compare(claimed, {one: answer}, has_inventory=has_inventory)


def outcome(tally: Tally) -> tuple[int, int]:
    return len(tally.false_closed), len(tally.false_open)


@pytest.mark.parametrize(
    ("verdict", "answer", "false_closed", "false_open"),
    [
        ("open", ANSWER, 0, 0),
        ("open", TIMEOUT, 0, 1),
        ("closed", ANSWER, 1, 0),
        ("closed", TIMEOUT, 0, 0),
        ("partial", ANSWER, 0, 0),
        ("partial", TIMEOUT, 0, 0),
        ("unknown", ANSWER, 0, 0),
        ("unknown", TIMEOUT, 0, 0),
    ],
)
def test_open_and_closed_can_be_contradicted(verdict: str, answer: Answer, false_closed: int, false_open: int) -> None:
    tally = judge(claims_of([line(OWNED, verdict)]), Try("oam", "", OWNED), answer)

    assert outcome(tally) == (false_closed, false_open)
    assert tally.claimed == {verdict: 1}


def test_what_answers_and_is_not_claimed_at_all_is_a_false_closed() -> None:
    tally = judge({}, Try("oam", "", OWNED), ANSWER)

    assert tally.false_closed == ["oam -> 192.168.206.11 TCP/30001: answered 'n1p1'; claimed: nothing"]


def test_a_claim_about_other_sources_is_none_about_these() -> None:
    assert outcome(judge(claims_of([line(OWNED, "open", source="pods")]), Try("oam", "", OWNED), ANSWER)) == (1, 0)


def test_of_two_lines_about_a_port_the_open_one_counts() -> None:
    claimed = claims_of([line(OWNED, "open"), line(OWNED, "unknown"), line(OWNED, "closed")])

    assert outcome(judge(claimed, Try("oam", "", OWNED), TIMEOUT)) == (0, 1)


def test_an_address_that_nobody_owns_is_judged_by_the_node_of_entry() -> None:
    claimed = claims_of([line(VIRTUAL, "open", node="n1"), line(VIRTUAL, "closed", node="n2")])

    assert outcome(judge(claimed, Try("oam", "n1", VIRTUAL), ANSWER)) == (0, 0)
    assert outcome(judge(claimed, Try("oam", "n2", VIRTUAL), ANSWER)) == (1, 0)


def test_a_line_without_a_node_is_about_every_entry() -> None:
    claimed = claims_of([line(VIRTUAL, "open", node="")])

    assert outcome(judge(claimed, Try("oam", "n2", VIRTUAL), TIMEOUT)) == (0, 1)


def test_without_inventory_nothing_is_claimed_of_addresses_that_nodes_do_not_report() -> None:
    tally = judge({}, Try("oam", "", IN_OAM), ANSWER, has_inventory=False)

    assert tally.claimed == {"unknown": 1}
    assert outcome(judge({}, Try("oam", "", OWNED), ANSWER, has_inventory=False)) == (1, 0)
    assert outcome(judge({}, Try("oam", "", IN_OAM), ANSWER)) == (1, 0)


def test_the_figures_are_one_line() -> None:
    tally = judge({}, Try("oam", "", OWNED), ANSWER) + judge({}, Try("oam", "", OWNED), TIMEOUT)

    assert str(tally) == (
        "2 tried, 1 answered; claimed: 2 closed (1 answered), 0 partial (0 answered), 0 unknown (0 answered), "
        "0 open (0 answered); 1 false closed, 0 false open"
    )
