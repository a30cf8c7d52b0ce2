"""A packet's whole way, from outside by one node to a pod of another, walked interface by interface.

What the model says of all outsiders must be true of each: with whatever policies on whatever interfaces of both nodes,
and however Calico carries packets between them. The walk asks the naive evaluator at each interface and shares nothing
else with the model; which endpoint is active on an interface it says by two ifs.
"""

from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from auditor.network.exposure.clusters import endpoint, felix, lines, model, service, slice_of
from auditor.network.exposure.test_hops import host, pool
from auditor.network.policy.naive import Host, Outcome, Verdict, decide, leave, let_in
from auditor.network.policy.naive_rules import OnePacket
from auditor.network.views.evidence import Object
from chaudit_network.exposure.verdict import Reach
from chaudit_network.kinds.calico_policy import GlobalNetworkPolicy

NUMBER = {"n1": 1, "n2": 2}
OUTSIDERS = ("198.51.100.7", "203.0.113.9", "192.0.2.1")
POD = "172.16.0.2"

PLAIN, IPIP, VXLAN = "eno1", "tunl0", "vxlan.calico"
SENDER = {PLAIN: "10.10.10.1", IPIP: "172.16.255.1", VXLAN: "172.16.254.1"}
AROUND = {IPIP: ("4", 0), VXLAN: ("UDP", 4789)}
POOLS = {PLAIN: ({}, {"vxlanMode": "CrossSubnet"}), IPIP: ({"ipipMode": "Always"},), VXLAN: ({"vxlanMode": "Always"},)}

CLASSES: dict[str, dict[str, Any]] = {
    "untracked": {"doNotTrack": True, "applyOnForward": True},
    "preDNAT": {"preDNAT": True, "applyOnForward": True},
    "forward": {"applyOnForward": True},
    "normal": {},
}

_nets = st.sampled_from(
    [
        None,
        ["198.51.100.0/24"],
        ["0.0.0.0/0"],
        ["10.10.10.0/24"],
        ["172.16.254.0/24"],
        ["172.16.255.0/24"],
        ["10.0.0.0/8", "172.16.0.0/16"],
    ]
)
_protocols: SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"protocol": "TCP"}, {"protocol": "UDP"}, {"protocol": 4}]
)
_ports = st.sampled_from([None, None, 30080, 8080, 4789])


@st.composite
def rules(draw: st.DrawFn) -> Object:
    rule: dict[str, Any] = {"action": draw(st.sampled_from(["Deny", "Allow", "Deny", "Pass"])), **draw(_protocols)}
    if nets := draw(_nets):
        rule["source"] = {"nets": nets}
    if port := draw(_ports):
        rule |= {"protocol": "UDP" if port == 4789 else "TCP", "destination": {"ports": [port]}}
    return rule


@st.composite
def policies(draw: st.DrawFn) -> Sequence[Object]:
    return [
        {
            "apiVersion": "projectcalico.org/v3",
            "kind": "GlobalNetworkPolicy",
            "metadata": {"name": name},
            "spec": _spec(draw),
        }
        for name in draw(st.sampled_from(["a", "ab", "abc"]))
    ]


def _spec(draw: st.DrawFn) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "order": draw(st.sampled_from([1, 2])),
        "selector": draw(st.sampled_from(["at == 'n2'", "at == 'n2'", "all()", "at == 'n1'"])),
        **CLASSES[draw(st.sampled_from(["preDNAT", "preDNAT", "forward", "forward", "untracked", "normal"]))],
        "types": ["Ingress"],
        "ingress": draw(st.lists(rules(), min_size=1, max_size=3)),
    }
    if spec.get("applyOnForward") and not spec.get("preDNAT") and draw(st.booleans()):
        spec |= {
            "types": draw(st.sampled_from([["Ingress", "Egress"], ["Egress"]])),
            "egress": draw(st.lists(rules(), max_size=2)),
        }
    return spec


on_the_first = st.sets(st.sampled_from(["eno1", "tunl0", "vxlan.calico", "*"]), max_size=2)
on_the_second = st.sampled_from([{"eno1"}, {"eno1"}, {"tunl0"}, {"vxlan.calico"}, {"eno1", "*"}, {"*"}, {"mgmt0"}])
"""The interfaces that have a host endpoint."""


def guard(named: set[str], interface: str, node: str, written: Sequence[Object]) -> Host | None:
    """Return the host endpoint that is active on an interface, None where nothing is."""
    if interface not in named and "*" not in named:
        return None
    records = msgspec.convert(written, tuple[GlobalNetworkPolicy, ...])
    if interface not in named:  # an endpoint for all interfaces has no untracked policies
        records = tuple(one for one in records if not one.spec.do_not_track)
    selects = {one.name: one.spec.selector in {"all()", f"at == '{node}'"} for one in records}
    return Host(records, selects, (), (), allows_by_default=False, selected=lambda _selector, _namespaces: None)


def walked(source: str, carrier: str, by: dict[str, set[str]], written: Sequence[Object]) -> Verdict:
    """Send a packet to n1's node port, which leads to a pod on n2, and return what becomes of it."""
    never: Any = partial(_nobody_knows)
    client, pod = ip_address(source), ip_address(POD)
    arriving = OnePacket(client, 1, ip_address("10.10.10.1"), 30080, "TCP")
    translated = OnePacket(client, 1, pod, 8080, "TCP")
    onward = OnePacket(ip_address(SENDER[carrier]), 1, pod, 8080, "TCP")
    steps: list[Outcome] = []
    if first := guard(by["n1"], "eno1", "n1", written):
        steps.append(decide(first, arriving, translated, never))
    if out := guard(by["n1"], carrier, "n1", written):
        steps.append(leave(out, translated, never))
    if carrier in AROUND and (below := guard(by["n2"], "eno1", "n2", written)):
        protocol, port = AROUND[carrier]
        around = OnePacket(ip_address("10.10.10.1"), 1, ip_address("10.10.10.2"), port, protocol)
        steps.append(let_in(below, around, never))
    if second := guard(by["n2"], carrier, "n2", written):
        steps.append(decide(second, onward, onward, never))
    found = [step.verdict for step in steps]
    if Verdict.DENIED in found:
        return Verdict.DENIED
    return Verdict.UNTRACKED if Verdict.UNTRACKED in found else Verdict.ALLOWED


def _nobody_knows(question: str) -> bool:
    raise AssertionError(question)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    carrier=st.sampled_from([PLAIN, IPIP, VXLAN]),
    on_n1=on_the_first,
    on_n2=on_the_second,
    written=policies(),
    data=st.data(),
)
def test_what_is_said_of_all_outsiders_is_true_of_each(
    carrier: str, on_n1: set[str], on_n2: set[str], written: Sequence[Object], data: st.DataObject
) -> None:
    by = {"n1": on_n1, "n2": on_n2}
    endpoints = [endpoint(f"{name}-{one}", name, one, at=name) for name, own in by.items() for one in sorted(own)]
    endpoints = [{**one, "apiVersion": "projectcalico.org/v3"} for one in endpoints]
    settings_ = {**felix(failsafeInboundHostPorts=[]), "apiVersion": "projectcalico.org/v3"}
    pools = {**pool(**data.draw(st.sampled_from(POOLS[carrier]))), "apiVersion": "projectcalico.org/v3"}
    nodes = [host(name, number) for name, number in NUMBER.items()]

    found = model(*nodes, service(), slice_of("web", ("n2", POD)), pools, settings_, *endpoints, *written)
    (line,) = (line for line in lines(found) if (line.node, line.address) == ("n1", "10.10.10.1"))
    truths = {walked(source, carrier, by, written) for source in OUTSIDERS}

    said = line.verdicts["external"]
    if said.verdict is Reach.OPEN:
        assert truths == {Verdict.ALLOWED}, said
    elif said.verdict is Reach.CLOSED:
        assert truths <= {Verdict.DENIED, Verdict.UNTRACKED}, said
    else:
        assert said.verdict is Reach.PARTIAL or Verdict.UNTRACKED in truths or _lets_untracked(written), said


def _lets_untracked(written: Sequence[Object]) -> bool:
    """Whether anybody may be accepted untracked, so that nobody can say what becomes of him."""
    return any(one["spec"].get("doNotTrack") and one["spec"]["ingress"] for one in written)
