"""What the Kubernetes release under test needs to be told, and old releases otherwise than new ones."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cluster.daemon import free_port
from lab.addresses import POD_CIDRS, SERVICE_CIDRS

_FIRST_WITHOUT_INSECURE_PORT = 24
"""From this minor on kube-controller-manager has no port without TLS, nor the flag that closes it."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release by its version, such as v1.20.2."""

    version: str

    @property
    def minor(self) -> int:
        """Return the minor number, 20."""
        return int(self.version.split(".")[1])

    @property
    def features(self) -> dict[str, bool]:
        """Return the feature gates that a dual-stack cluster needs; the gate is on since 1.21 and gone since 1.25.

        https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/
        """
        return {"IPv6DualStack": True} if self.minor < 21 else {}

    @property
    def flags(self) -> list[str]:
        """Return the same as flags."""
        return [f"--feature-gates={name}={str(value).lower()}" for name, value in self.features.items()]

    @property
    def api_server_options(self) -> list[str]:
        """Return the options of kube-apiserver."""
        return [f"--service-cluster-ip-range={','.join(SERVICE_CIDRS.values())}", *self.flags]

    @property
    def controllers(self) -> list[str]:
        """Return the options of kube-controller-manager that make it fill slices, at its own speed."""
        return [
            "--controllers=endpoint,endpointslice",
            "--leader-elect=false",
            "--kube-api-qps=1000",
            "--kube-api-burst=1000",
            f"--cluster-cidr={','.join(POD_CIDRS.values())}",
            f"--secure-port={free_port()}",
            *(["--port=0"] if self.minor < _FIRST_WITHOUT_INSECURE_PORT else []),
            *self.flags,
        ]


def release_of(kube_proxy: Path) -> Release:
    """Ask kube-proxy for its release."""
    said = subprocess.run([kube_proxy, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    return Release(said.split()[-1])
