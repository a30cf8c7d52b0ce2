"""`chaudit init` as a user meets it: what it drafts, where it writes, and that the draft can be used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from chaudit import Outcome, Report
from chaudit.cli.main import run
from chaudit.intent.loading import IntentFile, load
from chaudit.intent.model import ExposureIntent
from chaudit.testing import ApiServer
from chaudit_demo.bundled import OBJECTS, VERSION
from chaudit_demo.demonstration import INTENT
from fixtures_folder import fixture


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer.from_files(OBJECTS, version=VERSION) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a snapshot of the bundled cluster."""
    folder = tmp_path_factory.mktemp("cluster")
    kubeconfig = server.write_kubeconfig(folder / "kubeconfig")
    assert run(["collect", "--kubeconfig", str(kubeconfig), "-o", str(folder / "cluster.json.gz"), "--quiet"]) == 0
    return str(folder / "cluster.json.gz")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def drafted(cluster: str, tmp_path_factory: pytest.TempPathFactory) -> IntentFile:
    path = tmp_path_factory.mktemp("init") / "chaudit.yaml"
    assert run(["init", "--snapshot", cluster, "-o", str(path), "--quiet"]) == 0
    return load(path)


def in_force(path: Path, title: str) -> str:
    """Return a draft with its commented section of this title put into force."""
    lines = path.read_text().splitlines()
    start = lines.index(f"# {title}:")
    end = lines.index("", start)
    return "\n".join([*lines[:start], *(line.removeprefix("# ") for line in lines[start:end]), *lines[end:]])


def test_the_draft_of_a_live_cluster_is_that_of_its_snapshot(folder: Path, cluster: str, server: ApiServer) -> None:
    kubeconfig = server.write_kubeconfig(folder / "kubeconfig")

    codes = [
        run(["init", "--kubeconfig", str(kubeconfig), "-o", "live.yaml", "--quiet"]),
        run(["init", "--snapshot", cluster, "-o", "saved.yaml", "--quiet"]),
    ]

    live, saved = (yaml.safe_load((folder / name).read_text()) for name in ("live.yaml", "saved.yaml"))
    assert codes == [0, 0]
    assert live == saved


def test_networks_are_those_that_the_operators_wrote_down(drafted: IntentFile) -> None:
    written = load(INTENT).intent.networks

    assert {name: one.cidrs for name, one in drafted.intent.networks.items()} == {
        name: one.cidrs for name, one in written.items()
    }
    for name in ("oam", "mgmt", "pxeboot", "cluster-host"):
        assert drafted.intent.networks[name].interfaces == written[name].interfaces


def test_the_shape_of_the_cluster_is_told_by_what_is_in_it(drafted: IntentFile) -> None:
    assert drafted.intent.profile == ("starlingx-standard", "baremetal-bgp")
    assert (drafted.intent.topology.cluster_host, drafted.intent.topology.single_node) == ("external", False)


def test_peers_are_those_that_are_configured(drafted: IntentFile) -> None:
    assert drafted.intent.bgp is not None
    assert [(peer.address, peer.asn) for peer in drafted.intent.bgp.peers] == [
        ("192.168.206.251", 65001),
        ("192.168.206.252", 65002),
    ]
    assert drafted.intent.bgp.prefixes == ()


def test_names_are_those_that_objects_ask_for(drafted: IntentFile) -> None:
    assert {"portal.site7.example": (443,), "sip.site7.example": (5060,)}.items() <= {
        name.host: name.ports for name in drafted.intent.names
    }.items()


def test_every_part_says_where_it_is_known_from(folder: Path, cluster: str) -> None:
    run(["init", "--snapshot", cluster])

    text = (folder / "chaudit.yaml").read_text()
    assert "cidrs: [10.10.10.0/24]  # from StarlingX PlatformNetworks" in text
    assert "interfaces: [eno1]  # eno1 on 2 nodes" in text
    assert "# BGPPeer tor-a" in text
    assert "starlingx-standard: System deployment/site-7 is duplex, standard" in text


def test_nothing_is_allowed_until_somebody_puts_it_into_force(folder: Path, cluster: str, drafted: IntentFile) -> None:
    run(["init", "--snapshot", cluster])
    (folder / "allowed.yaml").write_text(in_force(folder / "chaudit.yaml", "exposure"))

    allowed = load(folder / "allowed.yaml").intent.exposure.allow
    assert drafted.intent.exposure == ExposureIntent()
    assert ("ops/dashboard", (30443,), ("cluster-host", "oam")) in {
        (one.service, one.ports, one.networks) for one in allowed
    }


def test_what_is_put_into_force_allows_all_that_is_open(folder: Path, cluster: str) -> None:
    run(["init", "--snapshot", cluster])
    (folder / "allowed.yaml").write_text(in_force(folder / "chaudit.yaml", "exposure"))

    failed = {name: failures(cluster, folder / name, "NPT-001") for name in ("chaudit.yaml", "allowed.yaml")}

    assert failed["chaudit.yaml"]
    assert not failed["allowed.yaml"]


def failures(cluster: str, intent: Path, rule_id: str) -> list[str]:
    """Return the subjects that a scan with this intent finds to break a rule."""
    path = intent.with_suffix(".json")
    run(["scan", "--snapshot", cluster, "--intent", str(intent), "--rule", rule_id, "--report", f"json={path}", "-q"])
    report = msgspec.json.decode(path.read_bytes(), type=Report)
    return [str(finding.subject) for finding in report.findings if finding.outcome is Outcome.FAILED]


def test_a_scan_with_the_draft_has_no_complaint_about_it(
    folder: Path, cluster: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["init", "--snapshot", cluster])

    code = run(["scan", "--snapshot", cluster, "--intent", "chaudit.yaml", "--report", "none", "--quiet"])

    captured = capsys.readouterr()
    assert code == 1
    assert (captured.err, "warning" in captured.out) == ("", False)
    assert not list(folder.glob("report*"))


def test_a_file_that_is_there_is_left_alone(folder: Path, cluster: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "chaudit.yaml").write_text("gate: {}\n")

    code = run(["init", "--snapshot", cluster])

    assert code == 2
    assert capsys.readouterr().err == (
        "chaudit: error: chaudit.yaml is there already: --force overwrites it, -o writes elsewhere\n"
    )
    assert (folder / "chaudit.yaml").read_text() == "gate: {}\n"


def test_force_overwrites(folder: Path, cluster: str) -> None:
    (folder / "chaudit.yaml").write_text("gate: {}\n")

    assert run(["init", "--snapshot", cluster, "--force"]) == 0
    assert load(folder / "chaudit.yaml").intent.networks


def test_a_dash_prints_and_nothing_else(folder: Path, cluster: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["init", "--snapshot", cluster, "-o", "-"])

    captured = capsys.readouterr()
    assert (code, captured.err, list(folder.iterdir())) == (0, "", [])
    assert yaml.safe_load(captured.out)["topology"] == {"cluster-host": "external", "single-node": False}


def test_a_file_that_cannot_be_written_is_a_usage_error(
    folder: Path, cluster: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["init", "--snapshot", cluster, "-o", "no/such/folder/chaudit.yaml"])

    assert code == 2
    assert "no/such/folder/chaudit.yaml cannot be written" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("dump", ["dump-oneke-calico", "dump-ocp-aws", "dump-ocp-azure"])
def test_clusters_of_others_can_be_drafted(folder: Path, dump: str) -> None:
    assert run(["init", "--snapshot", str(fixture(dump, "cluster.json")), "--quiet"]) == 0

    written: dict[str, Any] = yaml.safe_load((folder / "chaudit.yaml").read_text())
    assert written["profile"] == ["generic"]
    assert load(folder / "chaudit.yaml").intent.profile == ("generic",)
