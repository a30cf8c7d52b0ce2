"""Kinds of the StarlingX deployment manager that say what each host is: its personality and its interfaces.

Attributes may stand in a profile, in the profile that this one is based on, or in the host itself; `None` is what
nobody wrote there, which an empty list is not (`api/v1/hostprofile_types.go` of the deployment manager).
"""

from msgspec import field

from chaudit import KubernetesObject, Record, Resource, Source

_GROUP = "starlingx.windriver.com"


class Port(Record, frozen=True, gc=False):
    """The Ethernet device below an interface, as the operating system names it."""

    name: str = ""


class Interface(Record, frozen=True, gc=False):
    """An interface of any kind. A bond has members, a VLAN and a virtual function a lower interface."""

    name: str
    class_: str = field(default="", name="class")
    platform_networks: tuple[str, ...] | None = None
    port: Port | None = None
    lower: str | None = None
    members: tuple[str, ...] | None = None


class Interfaces(Record, frozen=True, gc=False):
    """The interfaces of a host by kind."""

    ethernet: tuple[Interface, ...] | None = None
    bond: tuple[Interface, ...] | None = None
    vlan: tuple[Interface, ...] | None = None
    vf: tuple[Interface, ...] | None = None


class HostAttributes(Record, frozen=True, gc=False):
    """What a profile or a host says; `base` is the name of the profile that says the rest."""

    base: str | None = None
    personality: str | None = None
    interfaces: Interfaces | None = None


class HostProfile(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """Attributes that several hosts have."""

    spec: HostAttributes = HostAttributes()


class HostSpec(Record, frozen=True, gc=False):
    """The profile of a host, and what it has of its own."""

    profile: str = ""
    overrides: HostAttributes | None = None


class HostStatus(Record, frozen=True, gc=False):
    """What the platform says of the host; `reconciled` is whether the object has ever been brought about."""

    administrative_state: str = ""
    reconciled: bool = False


class Host(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """A host of the platform, named like the host."""

    spec: HostSpec = HostSpec()
    status: HostStatus = HostStatus()


class SystemStatus(Record, frozen=True, gc=False):
    """Of what kind the system is: `simplex`, `duplex` or `duplex-direct`; `All-in-one` or `Standard`."""

    system_mode: str = ""
    system_type: str = ""


class System(KubernetesObject, frozen=True, gc=False, kw_only=True):
    """The system as a whole."""

    status: SystemStatus = SystemStatus()


HOSTS = Source("hosts", Host, served_as=(Resource(_GROUP, "v1", "hosts", "Host"),))
HOST_PROFILES = Source("host-profiles", HostProfile, served_as=(Resource(_GROUP, "v1", "hostprofiles", "HostProfile"),))
SYSTEMS = Source("systems", System, served_as=(Resource(_GROUP, "v1", "systems", "System"),))
