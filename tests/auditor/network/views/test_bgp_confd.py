"""Sessions of Calico's nodes agree with the BIRD configurations that Calico's own tests want of confd.

A case is self-contained where its input is all that decides about sessions. Those that are not begin in a cluster that
an earlier step left (`.../step2`), or have a Go test make what is not written down, Secrets and changes between steps
(`password/...`): of these the golden files show what comes out, but not of what. A variant of a case, which a Go test
makes by changing what does not matter to sessions, has the input of that case.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from auditor.network.views.evidence import Evidence, Object
from chaudit_network.bgp.peers import Password
from chaudit_network.bgp.sessions import Scope, Session
from chaudit_network.views.bgp_sessions import bgp_sessions
from fixtures_folder import fixture

FOLDER = "bgp-calico-confd"
_NAMES = {Scope.MESH: "Mesh", Scope.GLOBAL: "Global", Scope.NODE: "Node"}
_ANNOTATIONS = {
    "ipv4Address": "projectcalico.org/IPv4Address",
    "ipv6Address": "projectcalico.org/IPv6Address",
    "asNumber": "projectcalico.org/ASNumber",
    "routeReflectorClusterID": "projectcalico.org/RouteReflectorClusterID",
}


class Expected(msgspec.Struct, order=True):
    protocol: str
    neighbor: str
    port: str | None
    asn: int = msgspec.field(name="as")
    local_as: str | None
    source: str | None
    passive: bool
    password: bool
    rr_client: bool
    ttl_security: bool


class Case(msgspec.Struct):
    case: str
    input: str
    self_contained: bool
    viewpoint_node: str
    expected_v4: list[Expected]
    expected_v6: list[Expected]
    input_json: str = ""


def cases() -> list[Case]:
    return msgspec.json.decode(fixture(FOLDER, "cases.json").read_bytes(), type=list[Case])


def as_kubernetes_keeps_it(obj: Object) -> Object:
    """Return a Node of Calico as the Kubernetes Node with the annotations that stand for it; the rest as it is."""
    if obj["kind"] != "Node":
        return obj
    spec: Mapping[str, Any] = obj["spec"].get("bgp") or {}
    annotations = {_ANNOTATIONS[key]: str(value) for key, value in spec.items() if key in _ANNOTATIONS}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {**obj["metadata"], "annotations": annotations},
        "status": {},
    }


def as_bird_has_it(session: Session) -> Expected:
    """Return the session in the terms of BIRD's configuration, where peers of the mesh have no port in their name."""
    peer = session.peer
    name = f"{_NAMES[session.scope]}_{peer.name.replace('.', '_').replace(':', '_')}"
    if peer.port and session.scope is not Scope.MESH:
        name += f"_port_{peer.port}"
    return Expected(
        protocol=name,
        neighbor=peer.name,
        port=str(peer.port) if peer.port else None,
        asn=peer.asn or 0,
        local_as=str(peer.local_asn) if peer.local_asn else None,
        source=str(session.local) if session.local else None,
        passive=session.is_passive,
        password=peer.password is Password.REFERENCED,
        rr_client=session.is_client,
        ttl_security=bool(peer.hops),
    )


@pytest.mark.parametrize("family", [4, 6])
def test_every_self_contained_case_comes_out_as_confd_writes_it(family: int) -> None:
    found = cases()
    documents = {case.input: case.input_json for case in found if case.input_json}
    judged = [case for case in found if case.self_contained]
    expected = {case.case: sorted(case.expected_v4 if family == 4 else case.expected_v6) for case in judged}

    actual = {case.case: sorted(rendered(case, documents[case.input], family)) for case in judged}

    assert expected
    assert actual == expected


def rendered(case: Case, document: str, family: int) -> Iterator[Expected]:
    objects = msgspec.json.decode(fixture(FOLDER, document).read_bytes())["items"]
    sessions = Evidence([as_kubernetes_keeps_it(obj) for obj in objects]).resolve(bgp_sessions)
    assert sessions.unread == ()
    for session in sessions.of(case.viewpoint_node):
        if session.peer.address and session.peer.address.version == family:
            yield as_bird_has_it(session)
