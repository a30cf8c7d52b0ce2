"""Whatever a cluster calls its objects, a draft is an intent file, and what is commented out stays so."""

from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.network.views.evidence import Evidence, Object, address_pool, host_endpoint, node, platform_network
from chaudit.intent.loading import read
from chaudit.intent.model import ExposureIntent
from chaudit_init.drafting import INPUTS, draft
from chaudit_init.writing import comment, scalar

HOSTILE = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="#:-[]{}'\"\\\n\r\t \u2028\x85,&*!|>%@`?~0", max_size=20),
    st.sampled_from(
        ["null", "~", "yes", "010", "1e3", "2026-01-01", "- a", "a: b", "a #b", "<<", "=", "a\nexposure: {allow: []}"]
    ),
    st.text(min_size=90, max_size=2000),
)


def cluster(name: str, other: str) -> Sequence[Object]:
    """Return a cluster in which much is called what somebody wanted it to be called."""
    of_node: dict[str, Any] = {**node(name, "10.10.10.3"), "spec": {"podCIDRs": ["172.16.0.0/24"]}}
    return [
        of_node,
        host_endpoint(name, name, other, networks=f"oam.{other}"),
        platform_network(name, "pool"),
        platform_network("oam", other),
        address_pool("pool", "10.20.0.0"),
        address_pool(other, "10.10.10.0", controller0Address=name),
        {
            "apiVersion": "starlingx.windriver.com/v1",
            "kind": "System",
            "metadata": {"name": name, "namespace": other},
            "status": {"systemMode": other, "systemType": name},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": other},
            "spec": {"type": "NodePort", "clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30080}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": other, "namespace": name},
            "spec": {
                "nodeName": name,
                "hostNetwork": True,
                "containers": [{"name": name, "ports": [{"containerPort": 8080}]}],
            },
            "status": {"phase": "Running", "podIPs": [{"ip": "10.10.10.3"}]},
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
            "data": {"config.conf": "apiVersion: kubeproxy.config.k8s.io/v1alpha1"},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": name, "namespace": other},
            "spec": {"rules": [{"host": other}, {"host": name}]},
        },
        {
            "apiVersion": "crd.projectcalico.org/v1",
            "kind": "BGPPeer",
            "metadata": {"name": name},
            "spec": {"peerIP": "192.0.2.1", "asNumber": 64512},
        },
        {
            "apiVersion": "crd.projectcalico.org/v1",
            "kind": "BGPPeer",
            "metadata": {"name": f"{name}2"},
            "spec": {"peerIP": other, "asNumber": 64512},
        },
    ]


@settings(max_examples=150, deadline=None)
@given(name=HOSTILE, other=HOSTILE)
@example(name="a\nexposure: {allow: [{service: '*/*', reason: none}]}", other="# ]\n  - x")
def test_every_draft_is_an_intent_file(name: str, other: str) -> None:
    text = draft(Evidence(cluster(name, other)).snapshot(*INPUTS))

    intent = read(text.encode(), "draft").intent
    assert (intent.exposure, intent.waivers, intent.rules, intent.gate.fail_on) == (ExposureIntent(), (), {}, None)
    assert intent.bgp is not None
    assert "192.0.2.1" in {peer.address for peer in intent.bgp.peers}


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(["nodes", "pods", "services", "host-endpoints", "platform-networks", "ip-pools"])))
def test_whatever_was_not_read_the_draft_loads_and_says_so(denied: set[str]) -> None:
    text = draft(Evidence(cluster("n1", "oam"), denied=sorted(denied)).snapshot(*INPUTS))

    assert read(text.encode(), "draft").intent.exposure == ExposureIntent()
    for name in denied:
        assert name in text


@given(HOSTILE)
def test_a_scalar_is_read_back_as_the_text_it_was(text: str) -> None:
    assert yaml.safe_load(f"[{scalar(text)}]") == [text]
    assert yaml.safe_load(f"{{a: {scalar(text)}}}") == {"a": text}


@given(HOSTILE)
def test_a_comment_is_nothing_but_comment(text: str) -> None:
    assert all(line.lstrip().startswith("#") and line.isprintable() for line in comment(text, "  "))
