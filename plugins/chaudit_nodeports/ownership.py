"""Whether somebody answers for what is exposed."""

import msgspec

from chaudit import Settings, Severity, Unknown, Verdicts, Violation, rule
from chaudit_network.frameworks import CIS, CLUSTER_HOST_NETWORK
from chaudit_network.kinds.services import Service
from chaudit_network.views.services import exposed_services
from chaudit_network.views.unread import Unread

_DEFAULT = "default"
_API_SERVER = "kubernetes"


class OwnershipSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The labels of which an exposed service must bear one; without any, owners are not asked for."""

    labels: tuple[str, ...] = ()


@rule(
    "NPT-023",
    "Exposed services belong to a namespace of their own, and to somebody",
    severity=Severity.INFO,
    each=exposed_services,
    using=(Settings(OwnershipSettings),),
    remediation="Move the service and its pods into a namespace of its application, and label it with its owner. Which "
    "labels name owners is said in `rules.NPT-023.settings.labels`.",
    references=(
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    ),
    controls=(CLUSTER_HOST_NETWORK.at("S7"), CIS.at("5.6.4")),
)
def exposed_services_belong_to_somebody(service: Service | Unread, settings: OwnershipSettings) -> Verdicts:
    """What lies in the namespace `default` was often made in a hurry, and is guarded by nobody's policies or quotas.

    When an exposed port must be closed at night, its owner is who has to be found first.
    """
    if isinstance(service, Unread):
        yield Unknown(service.reason)
        return
    if service.namespace == _DEFAULT and service.name != _API_SERVER:
        yield Violation("the service is exposed from the namespace default")
    if settings.labels and not any(service.metadata.labels.get(label) for label in settings.labels):
        yield Violation(f"no label names an owner, expected one of {', '.join(settings.labels)}")
