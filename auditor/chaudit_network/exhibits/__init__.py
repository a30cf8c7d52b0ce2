"""What reports show of the network: records made from views, small at any size of cluster."""

from chaudit_network.exhibits.bgp import BGP
from chaudit_network.exhibits.exposure import EXPOSURE, PLACES
from chaudit_network.exhibits.names import NAMES
from chaudit_network.exhibits.network import NETWORK

EXHIBITS = (BGP, EXPOSURE, NAMES, NETWORK, PLACES)
"""All of them."""

__all__ = ["BGP", "EXHIBITS", "EXPOSURE", "NAMES", "NETWORK", "PLACES"]
