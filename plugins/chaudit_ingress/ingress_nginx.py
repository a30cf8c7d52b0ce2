"""ingress-nginx, which is retired: whether it is there, and whether it has the last fixes."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from chaudit import CannotTellError, Settings, Severity, Unknown, Verdicts, Violation, plural, printable, rule, view
from chaudit_ingress.releases import FIXED, is_fixed, parse_version
from chaudit_network.frameworks import CLUSTER_HOST_NETWORK, NIST
from chaudit_network.kinds.core import Pod
from chaudit_network.views.ingress_controllers import IngressController, ingress_controllers
from chaudit_network.views.known_controllers import INGRESS_NGINX
from chaudit_network.views.unread import Unread

_VERSION_LABEL = "app.kubernetes.io/version"
_FIXED = ", ".join("v" + ".".join(map(str, version)) for version in FIXED)


class Support(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Who still publishes fixes for the ingress-nginx that is installed, as a vendor does for a fork of its own."""

    supported_by: str = ""


@rule(
    "ING-004",
    "No ingress controller is the retired ingress-nginx",
    severity=Severity.HIGH,
    each=ingress_controllers,
    using=(Settings(Support),),
    remediation="Move to an implementation of the Gateway API, or to another ingress controller. On StarlingX the "
    "platform brings ingress-nginx along: follow the platform's upgrades, do not exchange it by hand. Where a vendor "
    "maintains a fork, name it in `rules.ING-004.settings.supported-by`.",
    references=(
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
        "https://kubernetes.io/blog/2026/01/29/ingress-nginx-statement/",
        "https://github.com/kubernetes/ingress-nginx",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S9"), NIST.at("SA-22", "SI-2")),
)
def ingress_controller_is_maintained(controller: IngressController | Unread, support: Support) -> Verdicts:
    """Nobody fixes ingress-nginx any more: what is found from now on stays open in every cluster that runs it.

    It takes apart what strangers send, and may read the Secrets of all namespaces. F5's controller of nearly the same
    name is another product.
    """
    if isinstance(controller, Unread):
        yield Unknown(controller.reason)
        return
    if controller.product is not INGRESS_NGINX:
        return
    versions = Counter(_image_tag(pod) or "of unknown version" for pod in controller.pods)
    found = ", ".join(f"{printable(version)} ({plural(count, 'pod')})" for version, count in sorted(versions.items()))
    what = f"ingress-nginx {found or 'is asked for, and'} gets no more fixes"
    if support.supported_by:
        said = f"{what} from its project; the intent says that {printable(support.supported_by)} supports it"
        yield Violation(said, {"versions": versions}, severity=Severity.LOW)
    else:
        yield Violation(what, {"versions": versions})


@view(ingress_controllers)
def ingress_nginx_controllers(found: Sequence[IngressController | Unread]) -> Sequence[IngressController | Unread]:
    """Select the pods of ingress-nginx by workload, and what may be some."""
    return [one for one in found if isinstance(one, Unread) or (one.product is INGRESS_NGINX and one.pods)]


@rule(
    "ING-005",
    "Every ingress-nginx has the last fixes of its project",
    severity=Severity.CRITICAL,
    each=ingress_nginx_controllers,
    remediation=f"Upgrade to one of the last releases ({_FIXED}; on StarlingX with the platform), then replace "
    "ingress-nginx: no fixes follow.",
    references=(
        "https://github.com/kubernetes/kubernetes/issues/137893",
        "https://github.com/kubernetes/ingress-nginx/tree/main/changelog",
        "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/",
    ),
    controls=(NIST.at("SI-2", "RA-5"),),
)
def ingress_nginx_has_the_last_fixes(controller: IngressController | Unread) -> Verdicts:
    """Who may write an Ingress runs code in an older controller, and with its rights reads every Secret of the cluster.

    The holes are public, and so is what goes through them. A release of a vendor may have the fixes under a version of
    its own; nothing in the cluster says so.
    """
    if isinstance(controller, Unread):
        yield Unknown(controller.reason)
        return
    for version in dict.fromkeys(map(version_of, controller.pods)):
        parsed = parse_version(version)
        fixed = is_fixed(parsed) if parsed else None
        if fixed is None:
            yield Unknown(
                f"whether ingress-nginx {printable(version)} has the fixes is not known: "
                "the project published no such version"
            )
        elif not fixed:
            yield Violation(
                f"ingress-nginx {printable(version)} lacks the fixes of {_FIXED}", {"version": version, "fixed": _FIXED}
            )
    if controller.doubt:
        yield Unknown(controller.doubt)


def version_of(pod: Pod) -> str:
    """Return the version by the image's tag or, where there is none, by the label that the chart gives.

    Raises:
        CannotTellError: neither says it.
    """
    if version := _image_tag(pod) or pod.metadata.labels.get(_VERSION_LABEL):
        return version
    raise CannotTellError(f"{pod.subject} names neither a tag of its image nor a version in label {_VERSION_LABEL}")


def _image_tag(pod: Pod) -> str:
    """Return the tag of the controller's image, without the digest that may follow it."""
    containers = [one for one in pod.spec.containers if INGRESS_NGINX.marks.are_in(one)] or pod.spec.containers
    image = containers[0].image if containers else ""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]
