"""Passwords of BGP sessions do not survive decoding: neither a snapshot nor a report could hold them."""

import msgspec
import pytest

from chaudit import Source
from chaudit.evidence.decoding import ListDecoder
from chaudit_network.kinds.frr import FRR_CONFIGURATIONS, FRRConfiguration
from chaudit_network.kinds.metallb import BGP_PEERS, BGPPeer

KEPT_BACK = "hunter2"
PEER = {"metadata": {"name": "tor"}, "spec": {"peerAddress": "192.0.2.1", "peerASN": 64500, "password": KEPT_BACK}}
ROUTER = {
    "metadata": {"name": "edge"},
    "spec": {
        "bgp": {"routers": [{"neighbors": [{"address": "192.0.2.1", "password": KEPT_BACK}]}]},
        "raw": {"rawConfig": f"router bgp 64501\n neighbor 192.0.2.1 password {KEPT_BACK}"},
    },
}


@pytest.mark.parametrize(("source", "manifest"), [(BGP_PEERS, PEER), (FRR_CONFIGURATIONS, ROUTER)])
def test_a_password_is_gone_once_decoded_and_that_there_was_one_is_not(
    source: Source[BGPPeer] | Source[FRRConfiguration], manifest: dict[str, object]
) -> None:
    decoder = ListDecoder(source.record)

    (decoded,) = decoder.objects([msgspec.json.encode(manifest)]).records
    encoded = msgspec.json.encode(decoded)

    assert KEPT_BACK.encode() in msgspec.json.encode(manifest)
    assert KEPT_BACK.encode() not in encoded
    assert KEPT_BACK not in repr(decoded)
    assert decoder.objects([encoded]).records == (decoded,)
    assert encoded.count(b"(forgotten)") == msgspec.json.encode(manifest).count(KEPT_BACK.encode())


def test_no_password_is_not_taken_for_one() -> None:
    manifest = {"metadata": {"name": "tor"}, "spec": {"peerAddress": "192.0.2.1", "passwordSecret": {"name": "tor"}}}

    (decoded,) = ListDecoder(BGPPeer).objects([msgspec.json.encode(manifest)]).records

    assert decoded.spec.password == ""
