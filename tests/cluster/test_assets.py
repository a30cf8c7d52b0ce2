"""A machine without the binaries says so: by a skip to a developer, by a failure where the tier is required."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from cluster.assets import AssetsMissingError, crd_folder, find_assets

CHECKOUT = Path(__file__).parents[2]


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder on a machine that has nothing."""
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CHAUDIT_ENVTEST", str(tmp_path / "envtest"))
    monkeypatch.setenv("CHAUDIT_CRDS", str(tmp_path / "crds"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def test_the_binaries_of_setup_envtest_are_taken_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(bare / "k8s"))
    etcd, kube_apiserver = program(bare / "k8s/etcd"), program(bare / "k8s/kube-apiserver")

    assets = find_assets()

    assert (assets.etcd, assets.kube_apiserver) == (etcd, kube_apiserver)


def test_the_archive_is_unpacked_once_into_the_cache(bare: Path) -> None:
    etcd = program(bare / "path/etcd")
    program(bare / "tree/bin/kube-apiserver")
    archive = bare / "envtest/kubernetes-1.20.2-linux-amd64.tar.xz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(bare / "tree/bin", "bin")

    first = find_assets()
    archive.unlink()
    second = find_assets()

    assert first == second
    assert first.etcd == etcd
    assert os.access(first.kube_apiserver, os.X_OK)
    assert [path.name for path in (bare / "cache/chaudit/envtest").iterdir()] == ["kubernetes-1.20.2-linux-amd64"]


def test_a_machine_without_etcd_is_told_what_to_install(bare: Path) -> None:
    assert not (bare / "path").exists()
    with pytest.raises(AssetsMissingError, match=r"no etcd on PATH: install it .* or set KUBEBUILDER_ASSETS"):
        find_assets()


def test_a_machine_without_the_archive_is_told_where_it_was_looked_for(bare: Path) -> None:
    program(bare / "path/etcd")

    with pytest.raises(AssetsMissingError, match=f"no archive {bare}/envtest/.* set CHAUDIT_ENVTEST"):
        find_assets()


def test_an_incomplete_folder_of_setup_envtest_is_not_passed_over(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(bare / "k8s"))
    program(bare / "k8s/etcd")

    with pytest.raises(AssetsMissingError, match=f"no kube-apiserver that can be run in {bare}/k8s"):
        find_assets()


def test_missing_definitions_are_named(bare: Path) -> None:
    with pytest.raises(AssetsMissingError, match=f"no folder {bare}/crds: set CHAUDIT_CRDS"):
        crd_folder()


@pytest.mark.parametrize(
    ("required", "outcome", "code"), [("", "SKIPPED", 0), ("lab", "SKIPPED", 0), ("lab,cluster", "ERROR", 1)]
)
def test_a_tier_that_cannot_run_is_skipped_unless_it_is_required(
    bare: Path, required: str, outcome: str, code: int
) -> None:
    chosen = f"{CHECKOUT}/tests/cluster/test_control_plane.py::test_an_applied_object_is_listed_back_with_its_status"
    environment = {**os.environ, "CHAUDIT_REQUIRE_TIERS": required, "KUBEBUILDER_ASSETS": str(bare)}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", chosen],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == code, run.stdout
    assert outcome in run.stdout
    assert "the cluster tier cannot run: no etcd that can be run in" in run.stdout
