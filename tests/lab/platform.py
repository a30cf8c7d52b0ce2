"""What the API server and the intent file say of the platform: nodes and their addresses, pools, kube-proxy's file."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import yaml

from lab.addresses import (
    CLUSTER_HOST,
    FAMILIES,
    NETWORKS,
    NODES,
    OAM,
    POD_CIDRS,
    family_of,
    interfaces,
    internal_address,
    tunnel_address,
)
from lab.clusters import Cluster

_LOOPBACK = ("lo", ("127.0.0.1/8", "::1/128"))
_BLOCK_SIZES = {4: 26, 6: 122}


def nodes(version: str) -> Iterator[dict[str, Any]]:
    """Yield the nodes, as kubelet and calico-node report them: OAM addresses are missing."""
    for node in NODES:
        yield {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": node,
                "labels": {"kubernetes.io/hostname": node, "kubernetes.io/os": "linux"},
                "annotations": _calico_annotations(node),
            },
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [
                    *({"type": "InternalIP", "address": internal_address(node, family)} for family in FAMILIES),
                    {"type": "Hostname", "address": node},
                ],
                "nodeInfo": node_info(version),
            },
        }


def _calico_annotations(node: str) -> dict[str, str]:
    """Return what calico-node writes of its own addresses: those of its sessions and of its tunnels."""
    prefixes = {family: ip_network(CLUSTER_HOST.cidrs[family]).prefixlen for family in FAMILIES}
    sessions = {
        f"projectcalico.org/IPv{family}Address": f"{internal_address(node, family)}/{prefixes[family]}"
        for family in FAMILIES
    }
    tunnels = {f"projectcalico.org/IPv{family}VXLANTunnelAddr": tunnel_address(node, family) for family in FAMILIES}
    return sessions | tunnels


def node_info(version: str) -> dict[str, str]:
    """Return the versions; the API server wants the other fields too."""
    others = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion")
    return {
        **dict.fromkeys(others, ""),
        "operatingSystem": "linux",
        "architecture": "amd64",
        "kubeletVersion": version,
        "kubeProxyVersion": version,
    }


def inventory() -> Iterator[dict[str, Any]]:
    """Yield what kubernetes-nmstate reports of the nodes: each interface with its addresses.

    https://nmstate.io/kubernetes-nmstate/user-guide/101-reporting
    """
    for node in NODES:
        described = [
            {
                "name": name,
                "type": "ethernet",
                "state": "up",
                **{f"ipv{family}": _addresses(addresses, family) for family in FAMILIES},
            }
            for name, addresses in (*interfaces(node), _LOOPBACK)
        ]
        yield {
            "apiVersion": "nmstate.io/v1beta1",
            "kind": "NodeNetworkState",
            "metadata": {"name": node},
            "status": {"currentState": {"interfaces": described}},
        }


def _addresses(addresses: tuple[str, ...], family: int) -> dict[str, Any]:
    split = [address.split("/") for address in addresses if family_of(address) == family]
    return {"enabled": True, "address": [{"ip": ip, "prefix-length": int(prefix)} for ip, prefix in split]}


def pools(cluster: Cluster) -> Iterator[dict[str, Any]]:
    """Yield the Calico pools of the pod network."""
    for family, cidr in POD_CIDRS.items():
        yield {
            "apiVersion": "crd.projectcalico.org/v1",
            "kind": "IPPool",
            "metadata": {"name": f"default-ipv{family}-ippool"},
            "spec": {
                "cidr": cidr,
                "blockSize": _BLOCK_SIZES[family],
                "natOutgoing": cluster.nat_outgoing,
                "vxlanMode": "Always",
                "ipipMode": "Never",
                "nodeSelector": "all()",
            },
        }


def proxy_configuration(cluster: Cluster, mode: str, features: dict[str, bool], kubeconfig: str) -> str:
    """Return kube-proxy's configuration file: what kubeadm writes, less what only repeats defaults.

    Sysctls of connection tracking are left alone; they belong to the machine.
    """
    return yaml.safe_dump(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "bindAddress": "0.0.0.0",  # noqa: S104 - as kubeadm has it
            "clientConnection": {"kubeconfig": kubeconfig},
            "clusterCIDR": ",".join(POD_CIDRS.values()),
            "conntrack": {"maxPerCore": 0, "min": 0, "tcpCloseWaitTimeout": "0s", "tcpEstablishedTimeout": "0s"},
            "featureGates": features,
            "healthzBindAddress": "",
            "hostnameOverride": "",
            "iptables": {"masqueradeAll": cluster.masquerade_all},
            "metricsBindAddress": "",
            "mode": mode,
            "nodePortAddresses": list(cluster.node_port_addresses) or None,
        }
    )


def proxy_config_map(configuration: str) -> dict[str, Any]:
    """Return the ConfigMap by which kubeadm gives kube-proxy its file."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "kube-proxy", "namespace": "kube-system", "labels": {"app": "kube-proxy"}},
        "data": {"config.conf": configuration},
    }


def intent() -> str:
    """Return the intent file: the two networks, people outside reach OAM."""
    networks = {
        network.name: {
            "cidrs": list(network.cidrs.values()),
            "external": network is OAM,
            "interfaces": [network.interface],
        }
        for network in NETWORKS
    }
    return yaml.safe_dump({"networks": networks})
