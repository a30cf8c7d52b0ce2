"""What rules say of a cluster that is meant to have one node: nothing survives the loss of it, as everybody knows."""

from chaudit import NotApplicable

SINGLE_NODE = NotApplicable("the intent declares a single node (topology.single-node)")
