"""Kinds of Calico's address management: which blocks of pod addresses belong to which node."""

from chaudit import KubernetesObject, Record, Source
from chaudit_network.kinds.calico import served_as


class BlockAffinitySpec(Record, frozen=True, gc=False):
    """A block and its node. Of type `virtual` is one that gives addresses to load balancers, on no node.

    `deleted` is a text in `crd.projectcalico.org/v1`, a truth value in `projectcalico.org/v3`.
    """

    cidr: str = ""
    node: str = ""
    state: str = ""
    type: str = ""
    deleted: str | bool = False

    @property
    def is_routed(self) -> bool:
        """Whether the node announces the block: not before the affinity is confirmed, nor once it is given up."""
        return self.state in {"", "confirmed"} and self.type != "virtual" and self.deleted in {False, "", "false"}


class BlockAffinity(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A block of addresses that a node takes for its pods."""

    spec: BlockAffinitySpec = BlockAffinitySpec()


BLOCK_AFFINITIES = Source("block-affinities", BlockAffinity, served_as("blockaffinities", "BlockAffinity"))
