"""`chaudit exposure --diff`: what opened and what closed, and never what is only not known."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chaudit.engine import sources_below
from chaudit_network.exposure.view import exposure

Object = dict[str, Any]

CLEAN, FINDINGS, USAGE, INCOMPLETE = 0, 1, 2, 3
LISTED = {
    (resource.api_version, resource.kind) for source in sources_below(exposure) for resource in source.served_as[:1]
}
"""The kinds that exposure is computed from."""

KUBE_SYSTEM: Object = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "one"}}
PROXY: Object = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "kube-proxy", "namespace": "kube-system"},
    "data": {"config.conf": "{apiVersion: kubeproxy.config.k8s.io/v1alpha1, mode: iptables}"},
}
INTENT: Object = {"networks": {"oam": {"cidrs": ["10.10.10.0/24"], "external": True}}}


def node(name: str, *addresses: str) -> Object:
    known = [{"type": "InternalIP", "address": address} for address in addresses]
    info = {"kubeletVersion": "v1.36.0"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"addresses": known, "nodeInfo": info},
    }


N1, N2 = node("n1", "10.10.10.1"), node("n2", "10.10.10.2")


def service(name: str, node_port: int, **spec: Any) -> list[Object]:  # noqa: ANN401 - any JSON value
    """Return a service with a node port, and its endpoint on n1."""
    usual = {"type": "NodePort", "clusterIP": "10.96.0.1", "ports": [{"port": 80, "nodePort": node_port}], **spec}
    meta = {"name": name, "namespace": "shop"}
    slice_meta = {**meta, "labels": {"kubernetes.io/service-name": name}}
    endpoints = [{"addresses": ["172.16.0.1"], "nodeName": "n1"}]
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": usual},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": slice_meta,
            "addressType": "IPv4",
            "ports": [{"port": 8080, "name": "", "protocol": "TCP"}],
            "endpoints": endpoints,
        },
    ]


Dump = Callable[..., Path]


@pytest.fixture
def dump(tmp_path: Path) -> Dump:
    """Return what writes lists as `kubectl get` does, of all kinds but some."""

    def write(name: str, *objects: Object, without: tuple[str, ...] = ()) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        everything = (KUBE_SYSTEM, PROXY, *objects)
        for number, (version, kind) in enumerate(sorted(LISTED)):
            if kind not in without:
                items = [one for one in everything if (one["apiVersion"], one["kind"]) == (version, kind)]
                listed = {"apiVersion": version, "kind": f"{kind}List", "items": items}
                (folder / f"{number}-{kind}.json").write_text(json.dumps(listed))
        return folder

    (tmp_path / "chaudit.yaml").write_text(json.dumps(INTENT))
    return write


def run(new: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["exposure", "--quiet", "--snapshot", str(new), "--intent", str(new.parent / "chaudit.yaml"), *arguments]
    return subprocess.run(
        [sys.executable, "-m", "chaudit", *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"COLUMNS": "200", "PATH": "/usr/bin:/bin"},
    )


def lines(new: Path, path: Path) -> Path:
    """Save what `--json` prints."""
    path.write_text(run(new, "--json").stdout)
    return path


def external(new: Path, old: Path, *arguments: str) -> tuple[list[tuple[str, int, str, str, str]], int]:
    """Return what became of outsiders, by node and port, and the exit code."""
    done = run(new, "--diff", str(old), "--json", *arguments)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    changes = [(one, one["changes"]["external"]) for one in found if "external" in one["changes"]]
    said = [(one["node"], one["port"], its["change"], its["was"], its["now"]) for one, its in changes]
    return said, done.returncode


def test_nothing_has_changed_since_itself(dump: Dump, tmp_path: Path) -> None:
    same = dump("same", N1, N2, *service("web", 30080))

    assert external(same, same) == ([], CLEAN)
    assert external(same, lines(same, tmp_path / "old.jsonl")) == ([], CLEAN)
    assert run(same, "--diff", str(same)).stdout == "0 opened, 0 closed, 0 changed, 0 incomparable\n"


@pytest.mark.parametrize("as_lines", [False, True])
def test_what_came_has_opened_and_what_went_has_closed(dump: Dump, tmp_path: Path, as_lines: bool) -> None:
    old = dump("old", N1, *service("web", 30080))
    new = dump("new", N1, *service("api", 30081))
    earlier = lines(old, tmp_path / "old.jsonl") if as_lines else old

    assert external(new, earlier) == (
        [("n1", 30080, "closed", "open", "closed"), ("n1", 30081, "opened", "closed", "open")],
        FINDINGS,
    )
    assert external(new, earlier, "--port", "30080") == ([("n1", 30080, "closed", "open", "closed")], CLEAN)


def test_a_policy_opens_and_closes_and_a_new_node_is_open_where_it_was_not(dump: Dump) -> None:
    endpoint = {"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint", "metadata": {"name": "n1"},
                "spec": {"node": "n1", "interfaceName": "*"}}  # fmt: skip
    deny = {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "deny"},
            "spec": {"preDNAT": True, "applyOnForward": True, "types": ["Ingress"],
                     "ingress": [{"action": "Deny", "source": {"nets": ["192.0.2.0/24"]}}]}}  # fmt: skip
    bare, guarded = (
        dump("bare", N1, *service("web", 30080)),
        dump("guarded", N1, endpoint, deny, *service("web", 30080)),
    )
    grown = dump("grown", N1, N2, *service("web", 30080))

    assert external(guarded, bare) == ([("n1", 30080, "changed", "open", "partial")], CLEAN)
    assert external(bare, guarded) == ([("n1", 30080, "changed", "partial", "open")], FINDINGS)
    assert external(grown, bare) == ([("n2", 30080, "opened", "closed", "open")], FINDINGS)
    assert external(bare, grown) == ([("n2", 30080, "closed", "open", "closed")], CLEAN)


def test_what_was_unknown_has_not_opened_and_what_is_unknown_has_not_closed(dump: Dump) -> None:
    blind = dump("blind", N1, *service("web", 30080), without=("HostEndpoint",))
    seeing = dump("seeing", N1, *service("web", 30080))

    assert external(seeing, blind) == ([("n1", 30080, "incomparable", "unknown", "open")], INCOMPLETE)
    assert external(blind, seeing) == ([("n1", 30080, "incomparable", "open", "unknown")], INCOMPLETE)
    assert external(blind, blind) == ([("n1", 30080, "incomparable", "unknown", "unknown")], INCOMPLETE)


def test_services_that_were_not_listed_on_a_side_have_neither_opened_nor_closed(dump: Dump) -> None:
    unlisted = dump("unlisted", N1, without=("Service",))
    listed = dump("listed", N1, *service("web", 30080))

    assert external(listed, unlisted) == ([("n1", 30080, "incomparable", "unknown", "open")], INCOMPLETE)
    assert external(unlisted, listed) == ([("n1", 30080, "incomparable", "open", "unknown")], INCOMPLETE)
    assert "then: services" in run(listed, "--diff", str(unlisted)).stderr


def test_a_malformed_object_has_not_closed(dump: Dump) -> None:
    whole = dump("whole", N1, *service("web", 30080), *service("api", 30081))
    broken = dump("broken", N1, *service("api", 30081), {"apiVersion": "v1", "kind": "Service",
                  "metadata": {"name": "web", "namespace": "shop"}, "spec": 1})  # fmt: skip
    lost = dump("lost", {**N1, "status": 1}, N2, *service("web", 30080), *service("api", 30081))

    assert external(broken, whole) == ([("n1", 30080, "incomparable", "open", "unknown")], INCOMPLETE)
    assert [found for found in external(lost, whole)[0] if found[0] == "n1"] == [
        ("n1", 30080, "incomparable", "open", "unknown"),
        ("n1", 30081, "incomparable", "open", "unknown"),
    ]


@pytest.mark.parametrize("as_lines", [False, True])
def test_an_address_of_a_node_that_was_not_known_then_has_not_opened(
    dump: Dump, tmp_path: Path, as_lines: bool
) -> None:
    old = dump("old", node("n1", "192.168.0.1"), *service("web", 30080))
    new = dump("new", node("n1", "192.168.0.1", "10.10.10.1"), *service("web", 30080))

    found = external(new, lines(old, tmp_path / "old.jsonl") if as_lines else old)

    assert found == ([("n1", 30080, "incomparable", "unknown", "open")], INCOMPLETE)


def test_a_port_that_leads_to_another_service_has_changed(dump: Dump) -> None:
    old, new = dump("old", N1, *service("web", 30080)), dump("new", N1, *service("api", 30080))

    assert external(new, old) == ([("n1", 30080, "changed", "open", "open")], CLEAN)
    (line,) = run(new, "--diff", str(old), "--json").stdout.splitlines()
    assert json.loads(line)["changes"]["external"]["because"] == [
        "led to Service shop/web:80/TCP, leads to Service shop/api:80/TCP"
    ]


def test_pods_that_come_back_by_another_name_have_not_changed(dump: Dump) -> None:
    def agent(name: str) -> Object:
        container = {"name": "c", "ports": [{"containerPort": 9100, "hostPort": 9100}]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "ops"},
                "spec": {"nodeName": "n1", "containers": [container]},
                "status": {"phase": "Running", "podIPs": [{"ip": "172.16.0.7"}]}}  # fmt: skip

    assert external(dump("new", N1, agent("agent-b")), dump("old", N1, agent("agent-a"))) == ([], CLEAN)


def test_people_are_shown_what_opened_first(dump: Dump) -> None:
    old, new = dump("old", N1, *service("web", 30080)), dump("new", N1, *service("api", 30081))

    shown = run(new, "--diff", str(old)).stdout.splitlines()

    assert [line.split()[:3] for line in shown[1:3]] == [
        ["opened", "30081/TCP", "NodePort"],
        ["closed", "30080/TCP", "NodePort"],
    ]
    assert shown[1].endswith("external, oam, nodes: closed, now open") or "closed, now open" in shown[1]
    assert shown[-1] == "1 opened, 1 closed, 0 changed, 0 incomparable: --json shows why"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"via":"NodePort"}\n', "line 1: not a line of `chaudit exposure --json`"),
        ("nothing", "not a Kubernetes object or list"),
    ],
)
def test_an_unusable_file_is_one_line_of_error(dump: Dump, tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "old").write_text(content)

    done = run(dump("new", N1), "--diff", str(tmp_path / "old"))

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (USAGE, "", 1)
    assert problem in done.stderr


def test_another_cluster_is_refused_and_so_are_verdicts(dump: Dump) -> None:
    new, old = dump("new", N1), dump("old", N1)
    other = {"apiVersion": "v1", "kind": "NamespaceList", "items": [
        {**KUBE_SYSTEM, "metadata": {"name": "kube-system", "uid": "other"}}]}  # fmt: skip
    next(old.glob("*-Namespace.json")).write_text(json.dumps(other))

    for arguments, problem in (
        (("--diff", str(old)), "of another cluster, other; this one is one"),
        (("--diff", str(new), "--verdict", "open"), "--verdict selects what is shown"),
    ):
        done = run(new, *arguments)
        assert (done.returncode, done.stdout) == (USAGE, "")
        assert problem in done.stderr
