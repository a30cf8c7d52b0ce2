"""What the intent allows outsiders to reach."""

from chaudit import Intent
from chaudit_network.exposure.ways import WayIn


def is_allowed(intent: Intent, way: WayIn, network: str) -> bool:
    """Return whether a way in is meant to be open on the addresses of a network, the unknown one being empty."""
    name = f"{way.target.namespace}/{way.target.name}"
    return any(
        allowed.is_about(name, way.port) and (not allowed.networks or network in allowed.networks)
        for allowed in intent.exposure.allow
    )
