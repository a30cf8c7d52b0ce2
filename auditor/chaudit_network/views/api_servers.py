"""How the API servers were started: by the command of their pods, or else as kubeadm was told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from chaudit import CannotTellError, Reading, Record, Subject, view
from chaudit_network.documents import parse_yaml
from chaudit_network.flags import Flags, flags_of
from chaudit_network.kinds.configuration import CONFIG_MAPS, ConfigMap
from chaudit_network.kinds.core import PODS, SYSTEM_NAMESPACE, Container, Pod
from chaudit_network.views.unread import Unread

_PROGRAM = "kube-apiserver"
_KUBEADM = "kubeadm-config"
_ENDED = frozenset({"Succeeded", "Failed"})


class _Argument(Record, frozen=True, gc=False):
    """One flag in kubeadm's v1beta4; a name may be given several times."""

    name: str
    value: str = ""


class _ApiServerConfiguration(Record, frozen=True, gc=False):
    """Flags beyond kubeadm's own: a map up to v1beta3, a list since v1beta4."""

    extra_args: Mapping[str, str] | tuple[_Argument, ...] | None = None


class _ClusterConfiguration(Record, frozen=True, gc=False):
    """What kubeadm keeps of how it set up the cluster.

    See https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/.
    """

    api_server: _ApiServerConfiguration | None = None


class ApiServer(msgspec.Struct, frozen=True, eq=False):
    """An API server, or all of them where only kubeadm's configuration is seen."""

    subject: Subject
    flags: Flags

    def listed(self, name: str) -> frozenset[str]:
        """Return the elements of a flag whose value is a list: commas separate them, and repetition adds to them."""
        values = self.flags.get(name, ())
        return frozenset(element.strip() for value in values for element in value.split(",") if element.strip())

    def last(self, name: str) -> str | None:
        """Return the value of a flag of which the last one counts, None where it is not given."""
        return self.flags[name][-1] if name in self.flags else None


@view(PODS.reading, CONFIG_MAPS.reading)
def api_servers(pods: Reading[Pod], config_maps: Reading[ConfigMap]) -> Sequence[ApiServer | Unread]:
    """Look for the API servers' pods; kubeadm's configuration may be out of date and is asked only in their absence.

    Raises:
        CannotTellError: neither is to be seen, as where the control plane is managed by a provider, or whether there
            are such pods is not known.
    """
    found = [*_in_pods(pods)]
    if found:
        return found
    _ = pods.records
    for config_map in config_maps.complete_records:
        if config_map.name == _KUBEADM and "ClusterConfiguration" in config_map.data:
            return [ApiServer(config_map.subject, _by_kubeadm(config_map.data["ClusterConfiguration"]))]
    raise CannotTellError(
        f"how the API server was started is not to be seen: {SYSTEM_NAMESPACE} has neither a {_PROGRAM} pod nor a "
        f"ConfigMap {_KUBEADM}, as where the control plane is managed by a provider"
    )


def _in_pods(pods: Reading[Pod]) -> Iterator[ApiServer | Unread]:
    for pod in pods.objects:
        if pod.namespace == SYSTEM_NAMESPACE and pod.status.phase not in _ENDED and (container := _container(pod)):
            yield ApiServer(pod.subject, flags_of(container))
    for rejected in pods.rejected:
        if rejected.subject.namespace == SYSTEM_NAMESPACE and rejected.subject.name.startswith(_PROGRAM):
            yield Unread(rejected.subject, f"the object is malformed: {rejected.reason}")


def _container(pod: Pod) -> Container | None:
    return next((container for container in pod.spec.containers if container.name == _PROGRAM), None)


def _by_kubeadm(text: str) -> Flags:
    try:
        configured = parse_yaml(text, _ClusterConfiguration).api_server
    except CannotTellError as gap:
        raise CannotTellError(f"ConfigMap {SYSTEM_NAMESPACE}/{_KUBEADM} is not readable: {gap}") from gap
    given = configured.extra_args if configured else None
    if isinstance(given, Mapping):
        return {name: [value] for name, value in given.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for argument in given or ():
        found[argument.name].append(argument.value)
    return found
