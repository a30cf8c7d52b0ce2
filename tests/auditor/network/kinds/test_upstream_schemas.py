"""What records decode is there, and is what they take it for, in the schemas that upstream projects publish.

Kinds that are built in are held against a real server's own schema, in the cluster tier.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chaudit import Resource, Source
from chaudit.engine import sources_of
from chaudit.host import installed
from chaudit_network.kinds.starlingx_hosts import SYSTEMS
from cluster.assets import AssetsMissingError, crd_folder
from crd_schemas import Definition, definitions
from kind_fields import disagreements
from tiers import require

BUILT_IN = {
    *("", "apps", "autoscaling", "discovery.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io"),
}
SOURCES: tuple[Source[Any], ...] = (*sources_of(installed().rules), SYSTEMS)
CUSTOM = [
    pytest.param(source, resource, id=f"{resource.api_version} {resource.kind}")
    for source in SOURCES
    for resource in source.served_as
    if resource.group not in BUILT_IN
]

ABSENT, OPTIONAL = "not in the schema", "not required by the schema"


@dataclass(frozen=True)
class Deviation:
    """What is otherwise in a schema than the record has it, and why that is as it should be."""

    why: str
    kind: str
    fields: frozenset[str]
    version: str = ""
    release: str = ""
    what: str = ABSENT

    def is_of(self, resource: Resource, definition: Definition) -> bool:
        return (
            resource.kind == self.kind
            and self.version in {"", resource.version}
            and self.release in ("", *definition.path.parts)
        )


def _deviations() -> Iterator[Deviation]:
    shared = "kinds that are much alike have one record, and each a part of its fields"
    not_of = {
        "NetworkPolicy": ("spec.namespaceSelector", "spec.doNotTrack", "spec.preDNAT", "spec.applyOnForward"),
        "GatewayClass": ("status.addresses",),
        "GRPCRoute": ("spec.rules[].matches[].path",),
        "TCPRoute": ("spec.hostnames", "spec.rules[].matches"),
        "TLSRoute": ("spec.rules[].matches",),
        "ServiceL2Status": ("status.peers",),
        **{
            kind: tuple(
                f"{path}.interfaces.{interface}"
                for interface in (
                    *("ethernet[].members", "bond[].port", "bond[].lower", "vlan[].port", "vlan[].members"),
                    *("vf[].port", "vf[].members"),
                )
            )
            for kind, path in (("HostProfile", "spec"), ("Host", "spec.overrides"))
        },
    }
    for kind, fields in not_of.items():
        yield Deviation(shared, kind, frozenset(fields))
    newer = "later versions have more fields"
    rules = ("exportV4", "exportV6", "importV4", "importV6")
    members = ("peerType", "priority", "asPathPrefix", "communities", "operations")
    filters = frozenset(f"spec.{rule}[].{member}" for rule in rules for member in members)
    yield Deviation(newer, "BGPFilter", filters, release="v3.31.7")
    yield Deviation(newer, "FelixConfiguration", frozenset({"spec.nodeSelector"}), release="v3.31.7")
    peers = ("localASN", "interface", "dynamicASN", "passwordSecret", "vrf", "disableMP", "dualStackAddressFamily")
    yield Deviation(newer, "BGPPeer", frozenset(f"spec.{one}" for one in peers), "v1beta1")
    without = "an object without a spec says nothing: it is malformed"
    for kind in ("AddressPool", "DNSRecord", "PlatformNetwork"):
        yield Deviation(without, kind, frozenset({"spec"}), what=OPTIONAL)
    yield Deviation(without, "BGPPeer", frozenset({"spec"}), release="metallb", what=OPTIONAL)


DEVIATIONS = tuple(_deviations())

NOT_AT_HAND = {
    # What is at hand serves these versions no more, or not yet.
    *("gateway.networking.k8s.io/v1alpha2 GRPCRoute", "gateway.networking.k8s.io/v1alpha2 TCPRoute"),
    *("gateway.networking.k8s.io/v1alpha2 TLSRoute", "gateway.networking.k8s.io/v1alpha3 TLSRoute"),
    *("nmstate.io/v1alpha1 NodeNetworkState", "policy.networking.k8s.io/v1beta1 ClusterNetworkPolicy"),
    # Upstream's definitions are not among those beside the checkout.
    *("policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy",),
    *("policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy",),
}


@pytest.fixture(scope="module")
def upstream() -> list[Definition]:
    try:
        return list(definitions([crd_folder()]))
    except AssetsMissingError as reason:
        require("fixtures", str(reason))


@pytest.mark.parametrize(("source", "resource"), CUSTOM)
def test_a_record_decodes_what_the_schema_of_its_kind_has(
    upstream: list[Definition], source: Source[Any], resource: Resource
) -> None:
    own = [one for one in upstream if one.name == str(resource) and resource.version in one.schemas]
    found = {one.path: set(disagreements(source.record, one.schemas[resource.version])) for one in own}

    assert found == {one.path: _expected(resource, one) for one in own}
    assert bool(own) != (f"{resource.api_version} {resource.kind}" in NOT_AT_HAND or resource.group == "cilium.io")


def _expected(resource: Resource, definition: Definition) -> set[str]:
    return {
        f"{path}: {deviation.what}"
        for deviation in DEVIATIONS
        if deviation.is_of(resource, definition)
        for path in deviation.fields
    }


def test_every_deviation_is_of_a_schema_at_hand(upstream: list[Definition]) -> None:
    resources = [resource for source in SOURCES for resource in source.served_as]
    of = [
        deviation
        for deviation in DEVIATIONS
        if any(
            deviation.is_of(resource, one) and one.name == str(resource) and resource.version in one.schemas
            for resource in resources
            for one in upstream
        )
    ]

    assert of == list(DEVIATIONS)
