"""Writes kubeconfig files that lead to a test API server, good ones and deliberately bad ones."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_kubeconfig(path: Path, *, server: str, ca: Path, user: Mapping[str, Any]) -> Path:
    """Write a file with one context, named ``test``; ``user`` is what stands under ``users[0].user``.

    JSON is YAML, so that the file needs no YAML writer.
    """
    path.touch(mode=0o600)
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": str(ca)}}],
                "users": [{"name": "test", "user": user}],
                "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
                "current-context": "test",
            },
            indent=2,
        )
    )
    return path
