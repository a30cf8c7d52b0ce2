"""What `chaudit preflight` says of the bundled cluster is what becomes of a scan of it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import chaudit_demo
from chaudit.cli.main import run
from chaudit.preflight import json_schema
from chaudit.testing import ApiServer, faults
from chaudit.testing.api_server.objects import read_objects
from chaudit_demo.bundled import OBJECTS

INTENT = str(Path(chaudit_demo.__file__).with_name("chaudit.yaml"))


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(read_objects(OBJECTS)) as running:
        yield running


@pytest.fixture(autouse=True)
def healed(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server.heal()
    server.write_kubeconfig(Path("kubeconfig"))


def preflight(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["preflight", "--kubeconfig", "kubeconfig", "--intent", INTENT, *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def forecast(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Mapping[str, Any]]:
    code, out, _ = preflight(capsys, "--json", *arguments)
    told: Mapping[str, Any] = json.loads(out)
    jsonschema.Draft202012Validator(json_schema()).validate(told)
    return code, told


def unknown_in_a_scan() -> set[tuple[str, str, str]]:
    """Return what a scan leaves unknown: rule, subject and reason."""
    run(["scan", "-q", "--kubeconfig", "kubeconfig", "--intent", INTENT, "--report", "json=report.json"])
    return {
        (finding["rule"], str(finding["subject"]), reason)
        for finding in json.loads(Path("report.json").read_text())["findings"]
        for reason in finding.get("unknown_because", ())
    }


def test_where_all_can_be_read_it_says_so_of_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = forecast(capsys)

    assert code == told["exit_code"] == 0
    assert {right["state"] for right in told["rights"]} == {"loaded", "absent"}
    assert (told["likely_unknown"], told["possibly_unknown"], told["grant"]) == ([], [], None)


@pytest.mark.parametrize("lost", ["nodes", "services", "pods", "endpointslices", "configmaps", "hostendpoints"])
def test_the_rules_that_will_likely_be_unknown_are_and_no_others_become_it(
    capsys: pytest.CaptureFixture[str], server: ApiServer, lost: str
) -> None:
    before = unknown_in_a_scan()
    server.fault(lost, faults.denied)

    code, told = forecast(capsys)

    became = {rule for rule, _, _ in unknown_in_a_scan() - before}
    assert code == 3
    assert set(told["likely_unknown"]) == became
    assert told["possibly_unknown"]


def test_of_a_long_list_the_first_page_may_decide_otherwise_but_the_rule_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "spec": {"type": "ClusterIP"}}
    first = [{**service, "metadata": {"name": f"a-{number:03}", "namespace": "default"}} for number in range(100)]
    with ApiServer([*read_objects(OBJECTS), *first]) as server:
        server.write_kubeconfig(Path("kubeconfig"))
        server.fault("endpointslices", faults.denied)
        _, told = forecast(capsys, "--rule", "HA-003", "--rule", "NET-001")

        assert (told["likely_unknown"], told["possibly_unknown"]) == ([], ["HA-003"])
        assert {rule for rule, _, _ in unknown_in_a_scan()} >= {"HA-003"}


def test_it_reads_one_page_of_a_kind_and_sends_nothing_that_a_scan_would_not(
    capsys: pytest.CaptureFixture[str], server: ApiServer
) -> None:
    before = len(server.requests)

    forecast(capsys)

    sent = server.requests[before:]
    assert {request.method for request in sent} == {"GET"}
    lists = [request for request in sent if request.query]
    assert len(lists) > 20
    assert all(request.query == {"limit": "100"} for request in lists)


def test_it_prints_what_is_missing_first_with_the_verb_and_the_rules(
    capsys: pytest.CaptureFixture[str], server: ApiServer
) -> None:
    server.fault("services", faults.denied)

    code, out, err = preflight(capsys, "--rule", "HA-003", "--rule", "NET-001")

    assert (code, err) == (3, "")
    _, _, first, reason, rules, *others = out.splitlines()
    assert first.split() == ["NO", "list", "services", "v1"]
    assert "grant list on services" in reason
    assert rules.strip() == "for HA-003"
    assert ["yes", "get", "namespaces", "v1", "kube-system"] in [line.split() for line in others]
    assert "likely unknown: HA-003" in others
    assert others[-1] == (
        "Incomplete: 1 of 6 kinds of objects cannot be read: 1 rule will likely be unknown. (exit code 3)"
    )


def test_what_is_missing_can_be_granted_as_it_is_printed(capsys: pytest.CaptureFixture[str], server: ApiServer) -> None:
    server.fault("services", faults.denied)
    server.fault("/api/v1/namespaces/kube-system", faults.denied)

    _, told = forecast(capsys, "--rule", "HA-003")

    assert told["grant"]["rules"] == [
        {"apiGroups": [""], "resources": ["services"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": ["kube-system"], "verbs": ["get"]},
    ]


def test_a_profile_leaves_rules_out_and_a_probe_needs_more(capsys: pytest.CaptureFixture[str]) -> None:
    def told(what: str, *arguments: str) -> set[str]:
        rights = forecast(capsys, *arguments)[1]["rights"]
        return {one for right in rights for one in ([right[what]] if what == "source" else right[what])}

    assert told("rules") - told("rules", "--profile", "generic") == {"NET-002", "NET-005", "NET-006"}
    assert told("source", "--rule", "NET-001") < told("source", "--rule", "NET-001", "--probe", "tcp")


def test_a_server_that_fails_and_one_that_is_not_there_are_told_apart(
    capsys: pytest.CaptureFixture[str], server: ApiServer
) -> None:
    server.fault("services", faults.status(503))
    code, told = forecast(capsys, "--rule", "HA-003", "--deadline", "0.4")
    assert (code, told["grant"]) == (3, None)
    assert [right["state"] for right in told["rights"] if right["source"] == "services"] == ["failed"]

    Path("kubeconfig").write_text(Path("kubeconfig").read_text().replace(server.url, "http://127.0.0.1:9"))
    code, out, err = preflight(capsys, "--deadline", "0.4")
    assert (code, out, err.count("\n")) == (4, "", 1)
    assert "cannot be reached" in err
