"""The kubeconfig that leads a client to the server."""

from base64 import b64encode

import yaml

_NAME = "chaudit-testing"


def kubeconfig(server: str, token: str, ca_pem: str | None) -> str:
    """A kubeconfig with one context, whose cluster is trusted if signed by `ca_pem`."""
    cluster = {"server": server}
    if ca_pem is not None:
        cluster["certificate-authority-data"] = b64encode(ca_pem.encode()).decode()
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": _NAME, "cluster": cluster}],
            "users": [{"name": _NAME, "user": {"token": token}}],
            "contexts": [{"name": _NAME, "context": {"cluster": _NAME, "user": _NAME}}],
            "current-context": _NAME,
        },
        sort_keys=False,
    )
