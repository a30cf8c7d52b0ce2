"""Finds what the cluster tier runs and reads and the checkout does not hold: server binaries and CRDs."""

import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_ARCHIVE = "kubernetes-1.20.2-linux-amd64"
_OTHER_WAY = "or set KUBEBUILDER_ASSETS to the folder that `setup-envtest use -p path` prints"


class AssetsMissingError(Exception):
    """This machine lacks a file that the tier cannot do without; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The two binaries of a control plane."""

    etcd: Path
    kube_apiserver: Path

    @property
    def minor(self) -> int:
        """The minor version of Kubernetes: 20 for v1.20.2."""
        said = subprocess.run(
            [self.kube_apiserver, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        return int(said.split(".")[1])


def find_assets() -> Assets:
    """Look in ``KUBEBUILDER_ASSETS`` if set, else take etcd from PATH and kube-apiserver from the archive.

    The variable names a folder with the binaries side by side, as controller-runtime's ``setup-envtest`` makes.

    Raises:
        AssetsMissingError: A binary or the archive is missing.
    """
    if os.environ.get("KUBEBUILDER_ASSETS"):
        return Assets(etcd=find_binary("etcd"), kube_apiserver=find_binary("kube-apiserver"))
    etcd = shutil.which("etcd")
    if etcd is None:
        raise AssetsMissingError(f"no etcd on PATH: install it (Debian: etcd-server), {_OTHER_WAY}")
    return Assets(etcd=Path(etcd), kube_apiserver=find_binary("kube-apiserver"))


def find_binary(name: str) -> Path:
    """Return a binary of the Kubernetes release under test: from ``KUBEBUILDER_ASSETS`` if set, else the archive.

    Raises:
        AssetsMissingError: The binary or the archive is missing.
    """
    named = os.environ.get("KUBEBUILDER_ASSETS")
    return _binary(Path(named) if named else _unpacked() / "bin", name)


def crd_folder() -> Path:
    """Return the folder of CRDs: ``CHAUDIT_CRDS``, else ``../shared/crds`` as seen from the checkout.

    Raises:
        AssetsMissingError: There is no such folder.
    """
    folder = _beside("CHAUDIT_CRDS", "crds")
    if not folder.is_dir():
        raise AssetsMissingError(f"no folder {folder}: set CHAUDIT_CRDS to the folder of CRDs")
    return folder


def _beside(variable: str, name: str) -> Path:
    return Path(os.environ.get(variable) or _CHECKOUT.parent / "shared" / name)


def _binary(folder: Path, name: str) -> Path:
    path = folder / name
    if not os.access(path, os.X_OK):
        raise AssetsMissingError(f"no {name} that can be run in {folder}: install it there, {_OTHER_WAY}")
    return path


def _archive() -> Path:
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise AssetsMissingError(f"the archive {_ARCHIVE} does not run on this machine: {_OTHER_WAY[3:]}")
    archive = _beside("CHAUDIT_ENVTEST", "envtest") / f"{_ARCHIVE}.tar.xz"
    if not archive.is_file():
        raise AssetsMissingError(f"no archive {archive}: set CHAUDIT_ENVTEST to its folder, {_OTHER_WAY}")
    return archive


def _unpacked() -> Path:
    """Unpack once into the user's cache; the folder appears whole or not at all, whoever else unpacks."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chaudit" / "envtest"
    folder = cache / _ARCHIVE
    if folder.is_dir():
        return folder
    archive = _archive()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="unpacking-") as scratch:
        whole = Path(scratch) / _ARCHIVE
        with tarfile.open(archive) as tar:
            tar.extractall(whole, filter="data")
        try:
            whole.rename(folder)
        except OSError:
            # Another process was faster: its folder is as good as ours.
            if not folder.is_dir():
                raise
    return folder
