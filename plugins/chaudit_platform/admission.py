"""Whether the API server lets services claim addresses."""

from chaudit import Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CIS
from chaudit_network.views.api_servers import ApiServer, api_servers
from chaudit_network.views.unread import Unread

_PLUGIN = "DenyServiceExternalIPs"
_GATE = "AllowServiceExternalIPs=false"


@rule(
    "X-002",
    "The API server refuses new externalIPs",
    severity=Severity.HIGH,
    each=api_servers,
    remediation=f"Add `{_PLUGIN}` to `--enable-admission-plugins` of every API server (kubeadm: "
    "`apiServer.extraArgs`). It lets services that have externalIPs keep them: X-001 finds these. A policy engine "
    "that refuses them does as well, but is not looked at: waive this finding then.",
    references=(
        "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#denyserviceexternalips",
        "https://github.com/kubernetes/kubernetes/issues/97076",
        "https://www.cisecurity.org/benchmark/kubernetes",
    ),
    controls=(CIS.at("1.2.3"),),
)
def api_server_refuses_external_ips(server: ApiServer | Unread) -> Verdicts:
    """Whoever may create a service may otherwise claim any address with it (CVE-2020-8554).

    The right to write services is part of the role `edit`, which tenants are given without a thought. Nodes then send
    to the tenant what was meant for that address.
    """
    if isinstance(server, Unread):
        yield Unknown(server.reason)
        return
    plugins = server.listed("enable-admission-plugins")
    if _PLUGIN not in plugins and _GATE not in server.listed("feature-gates"):
        shown = ", ".join(sorted(plugins)) or "not given"
        yield Violation(
            f"--enable-admission-plugins is {shown}, expected {_PLUGIN} among them", {"enabled": sorted(plugins)}
        )
