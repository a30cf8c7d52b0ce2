"""What the intent allows outsiders to reach, and where the platform lives."""

from chaudit import Intent
from chaudit_network.exposure.ways import WayIn

PLATFORM = ("calico-system", "ingress-nginx", "kube-system", "metallb-system", "tigera-operator")
"""Namespaces whose pods are set up by whoever set up the cluster, as shell-style patterns."""


def is_allowed(intent: Intent, way: WayIn, network: str) -> bool:
    """Return whether a way in is meant to be open on the addresses of a network, the unknown one being empty."""
    name = f"{way.target.namespace}/{way.target.name}"
    return any(
        allowed.is_about(name, way.port) and (not allowed.networks or network in allowed.networks)
        for allowed in intent.exposure.allow
    )
