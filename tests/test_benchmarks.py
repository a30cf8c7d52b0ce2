"""What the benchmark downloads is what the scan has read, once."""

import pytest
from benchmarks.run import lists_read

from cluster.audit import AuditEvent


def listed(uri: str, *, verb: str = "list", code: int = 200) -> AuditEvent:
    return AuditEvent("scanner", verb, "", "", "", "", uri, code)


def test_pages_and_namespaces_of_a_list_are_one_list() -> None:
    events = [
        listed("/api/v1/nodes?limit=500"),
        listed("/api/v1/nodes?limit=500&continue=abc"),
        listed("/api/v1/namespaces/a/pods?limit=500"),
        listed("/api/v1/namespaces/b/pods?limit=500"),
        listed("/api/v1/namespaces"),
        listed("/apis/apps/v1/namespaces/kube-system/daemonsets?fieldSelector=metadata.name%3Dcalico-node&limit=500"),
    ]

    assert lists_read(events) == [
        "/api/v1/nodes",
        "/api/v1/pods",
        "/api/v1/namespaces",
        "/apis/apps/v1/daemonsets?fieldSelector=metadata.name%3Dcalico-node",
    ]


def test_what_was_refused_or_is_no_list_is_not_downloaded() -> None:
    with pytest.raises(SystemExit, match="has not listed anything"):
        lists_read([listed("/api/v1/secrets", code=403), listed("/api/v1/nodes/n1", verb="get")])
