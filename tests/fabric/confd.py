"""Writes what calico-node's confd makes of a cluster's objects for one node, in the language of BIRD 2.

It follows Calico's own templates (confd/etc/calico/confd/templates of projectcalico/calico) and shares no code with the
model that is put to the test: what routers hear of this is the truth. Features that no scene has are refused.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

Object = Mapping[str, Any]
Lister = Callable[[str], Sequence[Object]]
"""Returns the objects of a plural name."""

_ANNOTATION = "projectcalico.org/IPv{}Address"
_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"

_HEAD = """log stderr all;
router id {router_id};
protocol device {{ scan time 2; }}
protocol direct {{ ipv4; ipv6; interface -"cali*", -"kube-ipvs*", "*"; }}
"""
_FAMILY = """
protocol kernel kernel{family} {{ learn; ipv{family} {{ import all; export none; }}; }}
protocol static static{family} {{ ipv{family};
{routes}}}
function export_to_peers{family}()
{{
{rules}}}
"""
_SESSION = """
protocol bgp {name} {{
  local {own} as {own_asn};
  neighbor {address} as {asn};
  {distance};
  {extras}graceful restart;
  connect delay time 1;
  connect retry time 1;
  error wait time 1,1;
  ipv{family} {{
    add paths on;
    {next_hop}import filter {{ {imports}accept; }};
    export filter {{ {exports}export_to_peers{family}(); reject; }};
  }};
}}
"""


class Confd:
    """Renders nodes one by one from the same objects."""

    def __init__(self, listed: Lister) -> None:
        self._nodes = {one["metadata"]["name"]: one for one in listed("nodes")}
        configurations = {one["metadata"]["name"]: one["spec"] for one in listed("bgpconfigurations")}
        self._settings: Object = configurations.get("default", {})
        self._peers = listed("bgppeers")
        self._filters = {one["metadata"]["name"]: one["spec"] for one in listed("bgpfilters")}
        self._pools = [one["spec"] for one in listed("ippools")]
        self._blocks = [one["spec"] for one in listed("blockaffinities")]
        self._services = listed("services")
        self._slices = listed("endpointslices")
        self._secrets = {one["metadata"]["name"]: one["data"] for one in listed("secrets") if "data" in one}

    def render(self, node: str) -> str:
        """Return the configuration of a node."""
        text = _HEAD.format(router_id=self._address(node, 4))
        for family in (4, 6):
            static = list(dict.fromkeys(self._static(node, family)))
            routes = "".join(f"  route {prefix} blackhole;\n" for prefix in (*self._own_blocks(node, family), *static))
            rules = "".join(f"  {rule}\n" for rule in self._export_rules(node, family, static))
            text += _FAMILY.format(family=family, routes=routes, rules=rules)
            text += "".join((*self._mesh(node, family), *self._sessions(node, family)))
        return text

    def _address(self, node: str, family: int) -> str:
        text: str = self._nodes[node]["metadata"]["annotations"][_ANNOTATION.format(family)]
        return text.partition("/")[0]

    def _asn(self, node: str) -> int:
        own = self._nodes[node]["metadata"]["annotations"].get("projectcalico.org/ASNumber")
        return int(own or self._settings.get("asNumber", 64512))

    def _labels(self, node: str) -> Mapping[str, str]:
        labels: Mapping[str, str] = self._nodes[node]["metadata"].get("labels", {})
        return labels

    def _own_blocks(self, node: str, family: int) -> Iterator[str]:
        for block in self._blocks:
            if block["node"] == node and _family(block["cidr"]) == family:
                yield block["cidr"]

    def _static(self, node: str, family: int) -> Iterator[str]:
        """Yield the ranges of service addresses, and the addresses of services that this node tells by themselves."""
        if self._labels(node).get(_EXCLUDED) == "true":
            return
        ranges = {
            key: [block["cidr"] for block in self._settings.get(key) or ()]
            for key in ("serviceClusterIPs", "serviceExternalIPs", "serviceLoadBalancerIPs")
        }
        is_aggregated = self._settings.get("serviceLoadBalancerAggregation", "Enabled") == "Enabled"
        for key, cidrs in ranges.items():
            for cidr in cidrs if key == "serviceClusterIPs" or is_aggregated else ():
                if _family(cidr) == family and ip_network(cidr).num_addresses > 1:
                    yield cidr
        for service in self._services:
            ready = self._ready_nodes(service)
            is_local = service["spec"].get("externalTrafficPolicy") == "Local"
            is_told = (node in ready) if is_local else (ready and not is_aggregated)
            if is_told or (not is_local and _has_single(service, ranges)):
                yield from _singly(service, ranges, family)

    def _ready_nodes(self, service: Object) -> set[str]:
        name = service["metadata"]["namespace"], service["metadata"]["name"]
        families = service["spec"].get("ipFamilies") or ["IPv4"]
        return {
            endpoint.get("nodeName") or endpoint.get("topology", {}).get("kubernetes.io/hostname", "")
            for piece in self._slices
            if (piece["metadata"]["namespace"], piece["metadata"]["labels"]["kubernetes.io/service-name"]) == name
            and piece["addressType"] in families
            for endpoint in piece["endpoints"]
            if endpoint.get("conditions", {}).get("ready", True)
        }

    def _export_rules(self, node: str, family: int, static: Sequence[str]) -> Iterator[str]:
        """Yield what is asked of a route, in order, when a node thinks about telling it to a peer."""
        pools = [pool for pool in self._pools if _family(pool["cidr"]) == family]
        for pool in pools:
            if pool.get("disableBGPExport"):
                yield f"if net ~ {pool['cidr']} then reject;"
        for tags in self._settings.get("prefixAdvertisements") or ():
            if _family(tags["cidr"]) == family:
                added = "".join(f"bgp_community.add(({value.replace(':', ',')})); " for value in self._values(tags))
                yield f"if net ~ {tags['cidr']} then {{ {added}}}"
        for block in self._own_blocks(node, family):
            yield f"if net = {block} then accept;"
            yield f"if net ~ {block} then reject;"
        for prefix in static:
            yield f"if net ~ {prefix} then accept;"
        for pool in pools:
            if not pool.get("disableBGPExport"):
                yield f"if net ~ {pool['cidr']} then accept;"

    def _values(self, tags: Object) -> Iterator[str]:
        named = {one["name"]: one["value"] for one in self._settings.get("communities") or ()}
        for text in tags["communities"]:
            yield named.get(text, text)

    def _mesh(self, node: str, family: int) -> Iterator[str]:
        if not self._settings.get("nodeToNodeMeshEnabled", True):
            return
        for other in self._nodes:
            address = self._address(other, family)
            if other != node:
                passive = "passive on;\n  " if address > self._address(node, family) else ""
                yield self._session(f"mesh_{other}_{family}", node, address, self._asn(other), extras=passive)

    def _sessions(self, node: str, family: int) -> Iterator[str]:
        for peer in sorted(self._peers, key=lambda one: one["metadata"]["name"]):
            name, spec = peer["metadata"]["name"], peer["spec"]
            if _family(spec["peerIP"]) != family or not self._is_for(node, spec):
                continue
            extras = ""
            if password := spec.get("password"):
                reference = password["secretKeyRef"]
                text = b64decode(self._secrets[reference["name"]][reference["key"]]).decode()
                extras = f'password "{text}";\n  '
            yield self._session(
                name.replace("-", "_"),
                node,
                spec["peerIP"],
                int(spec["asNumber"]),
                hops=spec.get("ttlSecurity", 0),
                next_hop=spec.get("nextHopMode", "Auto").lower(),
                extras=extras,
                filters=spec.get("filters") or (),
            )

    def _is_for(self, node: str, spec: Object) -> bool:
        if selector := spec.get("nodeSelector"):
            return all(_matches(term.strip(), self._labels(node)) for term in selector.split("&&"))
        return bool(spec.get("node", node) == node)

    def _session(
        self,
        name: str,
        node: str,
        address: str,
        asn: int,
        *,
        hops: int = 0,
        next_hop: str = "auto",
        extras: str = "",
        filters: Iterable[str] = (),
    ) -> str:
        family, own_asn = _family(address), self._asn(node)
        rules = [self._filters[name] for name in filters if name in self._filters]
        statements = {
            way: "".join(
                f"{_statement(rule, is_internal=asn == own_asn)} "
                for one in rules
                for rule in one.get(f"{way}V{family}") or ()
            )
            for way in ("import", "export")
        }
        return _SESSION.format(
            name=name,
            own=self._address(node, family),
            own_asn=own_asn,
            address=address,
            asn=asn,
            distance=f"ttl security on; multihop {hops}" if hops else "ttl security off; multihop",
            extras=extras,
            family=family,
            next_hop="" if next_hop == "auto" else f"next hop {next_hop};\n    ",
            imports=statements["import"],
            exports=statements["export"],
        )


def _family(text: str) -> int:
    return 6 if ":" in text else 4


def _singly(service: Object, ranges: Mapping[str, Sequence[str]], family: int) -> Iterator[str]:
    """Yield the addresses of a service that are in the ranges of their sort; cluster IPs need none that holds them."""
    spec = service["spec"]
    found = [*(spec.get("clusterIPs") or [spec["clusterIP"]])] if ranges["serviceClusterIPs"] else []
    balanced = [way["ip"] for way in service["status"]["loadBalancer"].get("ingress", ())]
    for key, addresses in (("serviceExternalIPs", spec.get("externalIPs") or ()), ("serviceLoadBalancerIPs", balanced)):
        found += [one for one in addresses if any(ip_address(one) in ip_network(cidr) for cidr in ranges[key])]
    for address in found:
        if _family(address) == family:
            yield f"{address}/{32 if family == 4 else 128}"


def _has_single(service: Object, ranges: Mapping[str, Sequence[str]]) -> bool:
    """Whether one of a service's addresses is itself in the ranges: then all of them are told by every node."""
    balanced = [way["ip"] for way in service["status"]["loadBalancer"].get("ingress", ())]
    pairs = (("serviceExternalIPs", service["spec"].get("externalIPs") or ()), ("serviceLoadBalancerIPs", balanced))
    return any(ip_network(address) in map(ip_network, ranges[key]) for key, found in pairs for address in found)


def _matches(term: str, labels: Mapping[str, str]) -> bool:
    if term == "all()":
        return True
    label, equals, value = term.partition(" == ")
    if not equals:
        raise NotImplementedError(f"the selector {term!r}")
    return labels.get(label) == value.strip("'\"")


def _statement(rule: Object, *, is_internal: bool) -> str:
    """Return a rule of a BGPFilter as a statement; one for the other sort of peers says nothing."""
    unknown = rule.keys() - {"action", "cidr", "matchOperator", "prefixLength", "source", "peerType"}
    if unknown:
        raise NotImplementedError(f"{unknown} of a BGPFilter")
    if rule.get("peerType") not in {None, "iBGP" if is_internal else "eBGP"}:
        return ""
    conditions = []
    if cidr := rule.get("cidr"):
        bounds = rule.get("prefixLength") or {}
        least, most = bounds.get("min", 0), bounds.get("max", ip_network(cidr).max_prefixlen)
        held = f"[ {cidr}{{{least},{most}}} ]" if bounds else cidr
        operators = {"In": f"net ~ {held}", "NotIn": f"!(net ~ {held})", "Equal": f"net = {cidr}"}
        conditions.append(f"({operators[rule['matchOperator']]})")
    if rule.get("source") == "RemotePeers":
        conditions.append("(source = RTS_BGP)")
    action = rule["action"].lower()
    return f"if {' && '.join(conditions)} then {action};" if conditions else f"{action};"
