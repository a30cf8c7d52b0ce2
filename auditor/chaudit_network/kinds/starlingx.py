"""Kinds of the StarlingX deployment manager (`starlingx.windriver.com/v1`), where it manages the system."""

from chaudit import KubernetesObject, Record, Resource, Source

_GROUP = "starlingx.windriver.com"


class PlatformNetworkSpec(Record, frozen=True, gc=False):
    """What a platform network is for (`cluster-host`, `oam`, `mgmt` ...) and where its addresses come from."""

    type: str
    associated_address_pools: tuple[str, ...] = ()


class PlatformNetwork(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """One network of the platform."""

    spec: PlatformNetworkSpec


class AddressPoolSpec(Record, frozen=True, gc=False):
    """A subnet, `192.168.206.0` with prefix 24, and the addresses in it that the controllers have.

    The floating address is on whichever controller is active.
    """

    subnet: str
    prefix: int
    floating_address: str = ""
    controller0_address: str = ""
    controller1_address: str = ""


class AddressPool(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Addresses of a platform network, in one family."""

    spec: AddressPoolSpec


PLATFORM_NETWORKS = Source(
    "platform-networks",
    PlatformNetwork,
    served_as=(Resource(_GROUP, "v1", "platformnetworks", "PlatformNetwork"),),
)
ADDRESS_POOLS = Source("address-pools", AddressPool, served_as=(Resource(_GROUP, "v1", "addresspools", "AddressPool"),))
