"""Whether kube-proxy runs in a mode that will be there tomorrow."""

from chaudit import Severity, Unknown, Verdicts, Violation, enumerated, rule
from chaudit_network.views.node_proxy import Mode
from chaudit_network.views.service_proxies import ProxyModes, proxy_modes


@rule(
    "X-005",
    "kube-proxy does not run in its deprecated ipvs mode",
    severity=Severity.LOW,
    each=proxy_modes,
    remediation="Set `mode: nftables` (or `iptables`, where kernels are old) in kube-proxy's configuration and restart "
    "its pods. `ipvs.strictARP`, which MetalLB asks for, is needed in ipvs mode alone. Compare the exposure before and "
    "after: the modes serve node ports on different addresses.",
    references=(
        "https://github.com/kubernetes/enhancements/issues/5495",
        "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs",
        "https://metallb.io/installation/#preparation",
    ),
)
def kube_proxy_mode_has_a_future(modes: ProxyModes) -> Verdicts:
    """The ipvs mode is deprecated since Kubernetes 1.35 and will be removed.

    It is tested less with every release, and Calico has to be told apart which packets to node ports it forwards. To
    leave it on a day of one's own choosing is cheaper than on the day of an upgrade.
    """
    if nodes := modes.nodes.get(Mode.IPVS, ()):
        yield Violation(f"kube-proxy runs in mode ipvs on {enumerated(nodes, 'node')}", {"nodes": nodes})
    for reason, nodes in modes.unknown.items():
        yield Unknown(f"{enumerated(nodes, 'node')}: {reason}")
