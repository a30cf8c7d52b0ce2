"""What reports show of the network: records made from views, small at any size of cluster."""

from chaudit_network.exhibits.exposure import EXPOSURE, PLACES
from chaudit_network.exhibits.network import NETWORK

EXHIBITS = (EXPOSURE, NETWORK, PLACES)
"""All of them."""

__all__ = ["EXHIBITS", "EXPOSURE", "NETWORK", "PLACES"]
