"""Reports made by hand: one with every outcome and every state of evidence, a clean one, and one of a dead cluster."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from chaudit import (
    Cluster,
    Controls,
    Evidence,
    Exhibited,
    Finding,
    Framework,
    Outcome,
    Rejected,
    Report,
    RuleSummary,
    Scan,
    Severity,
    State,
    Subject,
    Violation,
    Waiver,
)
from chaudit.finding import fingerprint
from chaudit.gate import Threshold
from chaudit.gate.baseline import hold_against
from chaudit.gate.comparison import Judged
from chaudit_network.bgp.peers import Password, Speaker
from chaudit_network.bgp.routes import Origin as RouteOrigin
from chaudit_network.exhibits import BGP, EXPOSURE, NAMES, NETWORK, PLACES
from chaudit_network.exhibits.bgp import AdvertisedEntry, Peering, PrefixEntry, RouterEntry, SessionsEntry
from chaudit_network.exhibits.exposure import At, ExposureEntry, PlaceEntry, PlaceSet, VerdictEntry
from chaudit_network.exhibits.names import DestinationEntry, NameEntry, PublicationEntry, PublishedNames
from chaudit_network.exhibits.network import (
    AddressEntry,
    ClusterNetwork,
    LoadBalancerEntry,
    NetworkEntry,
    NodeEntry,
)
from chaudit_network.exposure.verdict import Reach
from chaudit_network.exposure.ways import Via
from chaudit_network.names.destinations import Kind
from chaudit_network.views.networks import Origin

STARTED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CLUSTER = Cluster("6f0a4c1e-8b51-4f6e-9c1c-0d8a1c2b3e4f", "https://192.168.206.1:6443", "stx-lab", "v1.29.2")
SCAN = Scan(STARTED, STARTED + timedelta(seconds=4, milliseconds=250), "9f86d081884c7d65" * 4)

DENIED = (
    'hostendpoints.crd.projectcalico.org: hostendpoints.crd.projectcalico.org is forbidden: User "auditor" cannot list '
    'resource "hostendpoints" (grant list on hostendpoints.crd.projectcalico.org; `chaudit rbac` prints the role)'
)
ABSENT = "the cluster does not serve bgpadvertisements of metallb.io/v1beta1"
EMPTY = "the cluster has no ingresses to judge"
HOSTILE = (
    "<script>alert(1)</script>",
    "]]>&amp;\"'",
    "red\x1b[31m\x00\x07text",
    "abc\u202egnp.exe\u2066",
    "line\r\nbreak\ttab",
    "\ufffe\ufdd0\x85\x9f",
    "rocket \U0001f680 \U0001f469\u200d\U0001f680",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "back`tick",
)
"""Names that act on a terminal, a markup parser, a template or a reader's eye, when they are let."""

FRAMEWORK = Framework("starlingx", "The Cluster Host Network", "https://docs.starlingx.io/")

RULES = (
    RuleSummary(
        "NET-001",
        "Every node is attached to the cluster host network",
        Severity.CRITICAL,
        "Nodes reach each other, and their pods, over the cluster host network.\n\nA node that reports an address\n"
        "elsewhere carries pod and control traffic over a network that nobody planned for it, often the one that "
        "outsiders can reach.",
        "Attach the host's platform interface to the cluster host network (on StarlingX: assign the cluster-host "
        "network to an interface, then unlock), and let the kubelet report that address with `--node-ip`.",
        (
            "https://docs.starlingx.io/r/stx.9.0/planning/kubernetes/the-cluster-host-network.html",
            "https://kubernetes.io/docs/reference/node/node-status/#addresses",
        ),
        (Controls(FRAMEWORK, ("S10", "S9")),),
    ),
    RuleSummary(
        "NPT-004",
        "No NodePort answers on a network that outsiders can reach",
        Severity.HIGH,
        "A NodePort listens on every address of every node unless kube-proxy is told otherwise.",
        "Set `nodePortAddresses` to the networks that should be served, or close the port in a host endpoint policy.",
        ("https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/",),
    ),
    RuleSummary(
        "ING-002",
        "An ingress is served by two nodes at least",
        Severity.MEDIUM,
        "One node is one failure away from an outage.",
        "Run two replicas of the controller on different nodes.",
        ("RFC 2119",),
    ),
    RuleSummary("BGP-003", "Every peer is established twice", Severity.HIGH, "Why.", "How.", ("https://example.org/",)),
    RuleSummary("HA-001", "A published name has two records", Severity.LOW, "Why.", "How.", ()),
)
_TITLES = {rule.id: rule for rule in RULES}


def finding(
    rule: str,
    outcome: Outcome,
    subject: Subject,
    *violations: Violation,
    because: Sequence[str] = (),
    note: str = "",
    severity: Severity | None = None,
    waiver: Waiver | None = None,
) -> Finding:
    summary = _TITLES[rule]
    return Finding(
        fingerprint(CLUSTER.uid, rule, subject),
        rule,
        summary.title,
        severity or summary.severity,
        outcome,
        subject,
        violations,
        tuple(because),
        note,
        waiver,
    )


def node(name: str) -> Subject:
    return Subject("Node", "", name)


def stray(address: str) -> Violation:
    return Violation(
        f"no IPv4 InternalIP in cluster-host (192.168.206.0/24): the node reports {address}",
        {"internal_ips": [address, "fd00:206::7"], "network": "cluster-host (192.168.206.0/24)", "ready": True},
    )


FINDINGS = (
    finding("NET-001", Outcome.FAILED, node("compute-3"), stray("10.10.10.14")),
    finding(
        "NET-001",
        Outcome.FAILED,
        node("compute-7"),
        stray("10.10.10.18"),
        Violation("no IPv6 InternalIP in cluster-host", {"seen": []}, severity=Severity.LOW),
        because=["node status of compute-7 is older than the scan"],
    ),
    *(finding("NET-001", Outcome.PASSED, node(f"compute-{number:02}")) for number in range(20, 60)),
    *(
        finding(
            "NPT-004",
            Outcome.FAILED,
            Subject("Service", "default", name, "80/TCP"),
            Violation(f"{name} answers on oam", {"name": name, "nested": {"from": [name, None]}}),
        )
        for name in HOSTILE
    ),
    *(
        finding("NPT-004", Outcome.UNKNOWN, Subject("Service", "apps", f"web-{number}", "443/TCP"), because=[DENIED])
        for number in range(30)
    ),
    finding(
        "NPT-004",
        Outcome.UNKNOWN,
        Subject("Service", "apps", "odd"),
        because=[DENIED, "the object is malformed: Expected `int`, got `str` - at `$.spec.ports[0].port`"],
    ),
    finding(
        "NPT-004",
        Outcome.WAIVED,
        Subject("Service", "monitoring", "grafana", "3000/TCP"),
        Violation("grafana answers on oam", {"node_port": 30300}),
        waiver=Waiver("the operators' own dashboard, moved by CHG-1187", "net team", "2026-06-30"),
    ),
    finding("NPT-004", Outcome.PASSED, Subject("Service", "kube-system", "dns", "53/UDP")),
    finding("NPT-004", Outcome.PASSED, Subject("Service", "kube-system", "dns", "53/TCP")),
    finding("ING-002", Outcome.PASSED, Subject("Cluster"), note=EMPTY),
    finding("BGP-003", Outcome.NOT_APPLICABLE, Subject("Cluster"), note=ABSENT),
    finding("HA-001", Outcome.UNKNOWN, Subject("Cluster"), because=[DENIED]),
)

EVIDENCE = (
    Evidence("bgp-advertisements", "", "", "", State.ABSENT, 0, reason=ABSENT, read_at=STARTED),
    Evidence(
        "endpointslices",
        "discovery.k8s.io",
        "v1",
        "endpointslices",
        State.FAILED,
        0,
        reason="endpointslices.discovery.k8s.io: connection reset after 1500 objects",
        read_at=STARTED,
    ),
    Evidence(
        "host-endpoints",
        "crd.projectcalico.org",
        "v1",
        "hostendpoints",
        State.DENIED,
        0,
        reason=DENIED,
        read_at=STARTED,
    ),
    Evidence("ingresses", "networking.k8s.io", "v1", "ingresses", State.LOADED, 0, read_at=STARTED),
    Evidence("nodes", "", "v1", "nodes", State.LOADED, 42, kind="Node"),
    Evidence(
        "services",
        "",
        "v1",
        "services",
        State.LOADED,
        44,
        rejected=(Rejected(Subject("Service", "apps", HOSTILE[0]), "Expected `int`, got `str`"),),
        read_at=STARTED,
        kind="Service",
    ),
)


def _entry(port: int, name: str, at: Sequence[At], *verdicts: tuple[Reach, Sequence[str]]) -> ExposureEntry:
    return ExposureEntry(
        via=Via.NODE_PORT,
        port=port,
        protocol="TCP",
        address="",
        target=Subject("Service", "shop", name, "80/TCP"),
        pods=0,
        at=tuple(at),
        backends={"compute-3": 2},
        verdicts=tuple(VerdictEntry(tuple(sources), reach, (f"{name}: {reach}",)) for reach, sources in verdicts),
    )


NODES = (
    NodeEntry(
        "controller-0",
        ("control-plane",),
        ready=True,
        addresses=(AddressEntry("10.10.10.3", "eno1", "oam"), AddressEntry("10.10.10.2", "eno1", "oam", floating=True)),
        gap="",
    ),
    NodeEntry(
        "compute-3",
        (),
        ready=False,
        addresses=(AddressEntry("192.168.206.14", "cluster0", "cluster-host"),),
        gap="no NodeNetworkState compute-3 lists every address",
    ),
    NodeEntry(HOSTILE[0], (HOSTILE[3],), ready=True, addresses=(AddressEntry("203.0.113.9", HOSTILE[2]),), gap=""),
)
CLUSTER_NETWORK = ClusterNetwork(
    networks=(
        NetworkEntry("cluster-host", ("192.168.206.0/24",), external=False, origin=Origin.STARLINGX),
        NetworkEntry("oam", ("10.10.10.0/24",), external=True, origin=Origin.DECLARED),
        NetworkEntry("pxeboot", ("169.254.202.0/24",), external=False, origin=Origin.DECLARED),
    ),
    nodes=NODES,
    load_balancers=(
        LoadBalancerEntry(Subject("Service", "shop", "web"), "10.10.10.40", network="oam"),
        LoadBalancerEntry(Subject("Service", "shop", HOSTILE[0]), hostname="lb.example.org"),
        LoadBalancerEntry(Subject("Service", "shop", "waiting")),
    ),
)
PLACE_SETS = (
    PlaceSet("oam", 4, True, (PlaceEntry("controller-0", "10.10.10.3", "eno1"),)),
    PlaceSet("cluster-host", 4, False, (PlaceEntry("compute-3", "192.168.206.14", "cluster0"),)),
)
INSIDERS = ("nodes", "pods")
OUTSIDERS = ("external", "oam")
ENTRIES = (
    _entry(30080, "web", [At(0)], (Reach.OPEN, OUTSIDERS), (Reach.OPEN, INSIDERS)),
    _entry(30080, "web", [At(1)], (Reach.CLOSED, OUTSIDERS), (Reach.OPEN, INSIDERS)),
    _entry(30081, "part", [At(0)], (Reach.CLOSED, ["external"]), (Reach.PARTIAL, ["oam"]), (Reach.CLOSED, INSIDERS)),
    _entry(30082, "dark", [At(0)], (Reach.UNKNOWN, OUTSIDERS), (Reach.OPEN, INSIDERS)),
    _entry(30083, "inner", [At(0), At(1)], (Reach.CLOSED, OUTSIDERS), (Reach.OPEN, INSIDERS)),
    _entry(30084, HOSTILE[0], [At(0)], (Reach.CLOSED, (*OUTSIDERS, *INSIDERS))),
)
NAMES_SHOWN = PublishedNames(
    names=(
        NameEntry(
            host="shop.example.org",
            declared=True,
            wanted=2,
            ports=("443/TCP",),
            publications=(PublicationEntry("external-dns", ("10.10.10.3", "192.168.206.14")),),
            missing="",
            gaps=(),
        ),
        NameEntry(
            host=HOSTILE[0],
            declared=False,
            wanted=2,
            ports=(),
            publications=(PublicationEntry(HOSTILE[3], ("10.10.10.40",), ("a gap",)),),
            missing="",
            gaps=(),
        ),
        NameEntry("gone.example.org", True, 2, (), (), "DNS says no such name (192.0.2.53)", ()),
    ),
    destinations=(
        DestinationEntry("10.10.10.3", "oam", Kind.NODE, ("controller-0",), ("controller-0",), False, "controller-0"),
        DestinationEntry("192.168.206.14", "cluster-host", Kind.NODE, ("compute-3",), (), False, "compute-3"),
        DestinationEntry(
            "10.10.10.40", "oam", Kind.LOAD_BALANCER, ("controller-0", HOSTILE[0]), ("controller-0",), True, HOSTILE[2]
        ),
    ),
)
_ROUTER = RouterEntry(
    name="10.10.10.251",
    network="oam",
    asn=65001,
    local_asns=(64512,),
    speaker=Speaker.CALICO,
    password=Password.NONE,
    bfd=False,
    configured_by=(Subject("BGPPeer", name="tor-a"),),
    sessions=(
        SessionsEntry("Established", established=True, nodes=("controller-0",)),
        SessionsEntry("Active", established=False, nodes=("compute-3",)),
        SessionsEntry("unknown", established=False, nodes=(HOSTILE[0],), because="nothing fresh reports it"),
    ),
)
PEERING = Peering(
    routers=(_ROUTER,),
    advertised=(
        AdvertisedEntry(
            origin=RouteOrigin.LOAD_BALANCER_IPS,
            speaker=Speaker.CALICO,
            routers=("10.10.10.251",),
            communities=("64512:100",),
            doubt="",
            prefixes=tuple(
                PrefixEntry(f"203.0.113.{number}/32", (Subject("Service", "shop", HOSTILE[0]),), 1, ("controller-0",))
                for number in range(14)
            ),
        ),
        AdvertisedEntry(
            origin=RouteOrigin.PODS,
            speaker=Speaker.CALICO,
            routers=("10.10.10.251",),
            communities=(),
            doubt="BGPFilter odd is malformed",
            prefixes=(PrefixEntry("172.16.0.0/26", (), 5_000, ()),),
        ),
    ),
)
EXHIBITS = (
    Exhibited(BGP.name, BGP.title, value=PEERING),
    Exhibited(NAMES.name, NAMES.title, ("ingresses: denied",), value=NAMES_SHOWN),
    Exhibited(EXPOSURE.name, EXPOSURE.title, ("Service shop/odd: 'nonsense' is not an IP address",), value=ENTRIES),
    Exhibited(NETWORK.name, NETWORK.title, value=CLUSTER_NETWORK),
    Exhibited(PLACES.name, PLACES.title, value=PLACE_SETS),
)


def full_report() -> Report:
    """Return a report with every outcome, every state of evidence, hostile names, a warning and all exhibits."""
    return Report(
        cluster=CLUSTER,
        scan=SCAN,
        verdict=Threshold().judge(FINDINGS),
        evidence=EVIDENCE,
        findings=tuple(sorted(FINDINGS, key=lambda one: one.sort_key)),
        rules=RULES,
        warnings=("the waiver for NPT-004 on Service/apps/*/* (net team) expired on 2026-01-31",),
        exhibits=EXHIBITS,
    )


def compared_report() -> Report:
    """Return the full report held against a baseline: with something new, old, fixed, and not to be compared.

    One waiver has expired, one severity is the intent file's, and every node has been judged by one rule less.
    """
    expired = Waiver("moved in spring", "net team", "2026-02-28", "CHG-1186")
    by_name = {one.subject.name: one for one in FINDINGS if one.rule == "NET-001"}
    then = [one for one in FINDINGS if one.subject.name not in {"compute-3", "compute-20", HOSTILE[3]}]
    then += [
        replace(by_name["compute-20"], outcome=Outcome.FAILED, violations=(stray("10.0.0.1"),)),
        finding("NPT-004", Outcome.UNKNOWN, Subject("Service", "default", HOSTILE[3], "80/TCP"), because=[DENIED]),
        finding("HA-001", Outcome.FAILED, Subject("Hostname", "", "gone.example.org"), Violation("no record")),
    ]
    now = [
        replace(one, expired_waiver=expired, severity_from="intent") if one is by_name["compute-7"] else one
        for one in FINDINGS
    ]
    judged = frozenset(_TITLES)
    compared = hold_against(
        Judged(then, judged | {"X-001"}), STARTED - timedelta(days=1), Judged(now, judged), frozenset()
    )
    findings = tuple(sorted(compared.findings, key=lambda one: one.sort_key))
    return replace(full_report(), verdict=Threshold().judge(findings), findings=findings, baseline=compared.baseline)


def clean_report() -> Report:
    """Return a report on which everything passed."""
    passed = tuple(one for one in FINDINGS if one.outcome is Outcome.PASSED)
    return Report(CLUSTER, SCAN, Threshold().judge(passed), EVIDENCE[3:5], passed, RULES)


def error_report() -> Report:
    """Return the report on a cluster that could not be looked at."""
    return Report(
        cluster=Cluster(server="https://192.168.206.1:6443", context="stx-lab"),
        scan=SCAN,
        verdict=Threshold().unavailable(),
        error="https://192.168.206.1:6443 (context stx-lab) cannot be reached: connection refused",
    )
