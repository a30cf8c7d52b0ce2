"""What Ingresses may make of their controller: configuration of their own, and requests that are not theirs."""

from collections.abc import Iterator, Sequence

from chaudit import CannotTellError, Reading, Severity, Unknown, Verdicts, Violation, printable, rule, view
from chaudit_ingress.configuration import configuration
from chaudit_ingress.ingress_nginx import version_of
from chaudit_ingress.releases import parse_version
from chaudit_network.frameworks import NIST
from chaudit_network.kinds.configuration import INGRESS_CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import Pod
from chaudit_network.kinds.ingress import INGRESSES, Ingress
from chaudit_network.views.controllers import option
from chaudit_network.views.ingress_controllers import IngressController, ingress_controllers
from chaudit_network.views.known_controllers import F5_NGINX, INGRESS_NGINX
from chaudit_network.views.unread import Unread, unread

_SNIPPETS = ("-snippet", "-snippets")
"""How annotations end that hold configuration: `server-snippet` of ingress-nginx, `server-snippets` of F5's."""

_ALLOW = "allow-snippet-annotations"

_REFUSED_SINCE = (1, 9, 0)
"""From this ingress-nginx on snippets must be allowed (https://github.com/kubernetes/ingress-nginx/pull/10393)."""


@view(INGRESSES.reading, ingress_controllers)
def ingresses_and_their_controllers(
    ingresses: Reading[Ingress], controllers: Sequence[IngressController | Unread]
) -> Sequence[Ingress | IngressController | Unread]:
    """Select the Ingresses, and the controllers that can take configuration from them."""
    with_snippets = (one for one in controllers if isinstance(one, IngressController) and one.pods)
    return [
        *ingresses.objects,
        *(one for one in with_snippets if one.product in (INGRESS_NGINX, F5_NGINX)),
        *unread(ingresses),
        *(one for one in controllers if isinstance(one, Unread) and one.subject.kind in {"Pod", "Source"}),
    ]


@rule(
    "ING-008",
    "No Ingress configures its controller or takes the requests of others",
    severity=Severity.MEDIUM,
    each=ingresses_and_their_controllers,
    using=(INGRESS_CONFIG_MAPS.reading,),
    remediation='Set `allow-snippet-annotations: "false"` in the ConfigMap of ingress-nginx, or leave out '
    "`-enable-snippets` of F5's controller, and replace snippets by annotations of their own. Give every rule of an "
    "Ingress a host, and have one default backend with the controller.",
    references=(
        "https://github.com/kubernetes/kubernetes/issues/126811",
        "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/",
        "https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-snippets/",
    ),
    controls=(NIST.at("CM-7"),),
)
def ingress_is_confined(found: Ingress | IngressController | Unread, config_maps: Reading[ConfigMap]) -> Verdicts:
    """Who may write an Ingress with a snippet writes the controller's configuration, and reads the Secrets it can read.

    An Ingress without a host takes the requests for every host that no other has, and one for all of a domain those
    for hosts that come later: mistyped names lead to it, and so do names that were meant for others.
    """
    match found:
        case Unread():
            yield Unknown(found.reason)
        case Ingress():
            yield from _ingress(found)
        case IngressController():
            yield from _controller(found, config_maps)


def _ingress(ingress: Ingress) -> Verdicts:
    for name in sorted(ingress.metadata.annotations):
        if name.endswith(_SNIPPETS):
            yield Violation(f"annotation {printable(name)} configures the controller", severity=Severity.LOW)
    for number, rule_ in enumerate(ingress.spec.rules):
        if not rule_.host:
            yield Violation(f"spec.rules[{number}] takes requests for every host", severity=Severity.LOW)
        elif rule_.host.startswith("*."):
            yield Violation(
                f"spec.rules[{number}] takes requests for every host of a domain: {printable(rule_.host)}",
                severity=Severity.INFO,
            )
    if ingress.default_backend:
        yield Violation("its default backend takes requests for every host", severity=Severity.LOW)


def _controller(controller: IngressController, config_maps: Reading[ConfigMap]) -> Verdicts:
    allowed_by = _snippets_of_f5 if controller.product is F5_NGINX else _snippets_of_ingress_nginx
    for reason in dict.fromkeys(reason for pod in controller.pods for reason in allowed_by(pod, config_maps)):
        yield Violation(f"every Ingress may configure the controller: {reason}")


def _snippets_of_f5(pod: Pod, _config_maps: Reading[ConfigMap]) -> Iterator[str]:
    if option(pod, "enable-snippets") == "true":
        yield "it is started with -enable-snippets"


def _snippets_of_ingress_nginx(pod: Pod, config_maps: Reading[ConfigMap]) -> Iterator[str]:
    """Yield why a pod allows snippets.

    Raises:
        CannotTellError: its ConfigMap is not read, or its version not known, and decides.
    """
    where, data = configuration(pod, config_maps, "whether Ingresses may configure the controller")
    if _ALLOW in data:
        if data[_ALLOW].strip().lower() == "true":
            yield f"{_ALLOW} is true in {where}"
        return
    version = version_of(pod)
    parsed = parse_version(version.partition("-")[0])
    if parsed is None:
        raise CannotTellError(f"whether ingress-nginx {printable(version)} allows snippets by default is not known")
    if parsed < _REFUSED_SINCE:
        yield f"{_ALLOW} is not set, and ingress-nginx {printable(version)} allows them by default"
