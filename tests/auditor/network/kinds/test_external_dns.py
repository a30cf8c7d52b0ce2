"""Annotations of big kinds: kept where they can be external-dns's, forgotten where they only cost memory."""

import msgspec

from chaudit_network.kinds.services import Service


def test_annotations_that_can_be_external_dns_s_are_kept_whatever_their_prefix() -> None:
    kept = {
        "external-dns.kubernetes.io/hostname": "www.example.org",
        "external-dns.alpha.kubernetes.io/ttl": "60",
        "dns.example.org/target": "192.0.2.1",
    }

    found = service({**kept, "kubectl.kubernetes.io/last-applied-configuration": "{}"})

    assert found.metadata.annotations == kept


def test_a_service_without_any_keeps_none() -> None:
    found = service({"kubectl.kubernetes.io/last-applied-configuration": "{}"})

    assert b"annotations" not in msgspec.json.encode(found)


def service(annotations: dict[str, str]) -> Service:
    metadata = {"name": "web", "namespace": "apps", "annotations": annotations}
    return msgspec.json.decode(msgspec.json.encode({"metadata": metadata}), type=Service)
