"""The ConfigMap by which ingress-nginx is set up."""

from collections.abc import Mapping

from chaudit import CannotTellError, Reading, printable
from chaudit_network.kinds.configuration import INGRESS_CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import Pod
from chaudit_network.views.controllers import option

_READ = frozenset((wanted.namespace, wanted.name) for wanted in INGRESS_CONFIG_MAPS.only)


def configuration(pod: Pod, config_maps: Reading[ConfigMap], asked: str) -> tuple[str, Mapping[str, str]]:
    """Return how reasons call the ConfigMap of a controller's pod, and what it says: nothing where there is none.

    Raises:
        CannotTellError: it is one of those that are not read, and so what was `asked` cannot be told.
    """
    namespace, _, name = option(pod, "configmap").replace("$(POD_NAMESPACE)", pod.namespace).partition("/")
    where = printable(f"ConfigMap {namespace}/{name}")
    if name and (namespace, name) not in _READ:
        raise CannotTellError(f"{asked} is said in {where}, which is not read")
    found = (one.data for one in config_maps.complete_records if (one.namespace, one.name) == (namespace, name))
    return where, next(found, {})
