"""The external-dns that run in the cluster: which objects they look at, by which annotations, for which names.

What they do follows from their flags and version. A filter that is not evaluated here leaves it open whether an object
is theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import AnnotatedMeta, CannotTellError, Reading, Subject, printable, view
from chaudit_network.flags import Flags, flags_of
from chaudit_network.kinds.core import PODS, Pod
from chaudit_network.kinds.external_dns import CONTROLLER, HOSTNAME, TARGET, TTL
from chaudit_network.names.records import canonical, listed, seconds

PREFIX = "external-dns.kubernetes.io/"
LEGACY_PREFIX = "external-dns.alpha.kubernetes.io/"
CHANGED_PREFIX = (0, 22)
"""The version since which the former is the default, and the latter is not read any more."""

_PROGRAM = "external-dns"
_IMAGE = re.compile(r"(?:^|/)external-dns(?::(?P<tag>[^@]*))?(?:@|$)")
_VERSION = re.compile(r"(\d+)\.(\d+)\.\d+")
_ENDED = frozenset({"Succeeded", "Failed"})
_OURS = "dns-controller"

_NOT_EVALUATED = (
    "annotation-filter",
    "default-targets",
    "exclude-target-net",
    "gateway-label-filter",
    "gateway-name",
    "gateway-namespace",
    "ingress-class",
    "label-filter",
    "regex-domain-exclusion",
    "regex-domain-filter",
    "target-net-filter",
)


class ExternalDNS(msgspec.Struct, frozen=True):
    """One external-dns, or several copies of it."""

    pod: Subject
    version: tuple[int, int] | None
    flags: Flags

    @property
    def sources(self) -> frozenset[str]:
        """The kinds it looks at, in its own words.

        Raises:
            CannotTellError: they are not given as flags.
        """
        if "source" not in self.flags:
            raise CannotTellError(f"{self.pod}: the sources of external-dns are not among its flags")
        return frozenset(self.flags["source"])

    @property
    def prefixes(self) -> Sequence[str]:
        """The prefixes of the annotations it reads, the one that counts first.

        Raises:
            CannotTellError: that depends on its version, which is not known.
        """
        given = self.flags.get("annotation-prefix")
        if not given and self.version is None:
            raise CannotTellError(
                f"{self.pod}: the version of external-dns, and so its annotation prefix, is not known"
            )
        is_new = self.version is None or self.version >= CHANGED_PREFIX
        first = given[-1] if given else PREFIX if is_new else LEGACY_PREFIX
        legacy = (LEGACY_PREFIX,) if self.is_set("enable-legacy-annotation-prefix") else ()
        return (first, *legacy)

    def is_set(self, flag: str) -> bool:
        """Whether a flag that is on or off is on."""
        return self.flags.get(flag, ("false",))[-1] == "true"

    def takes(self, namespace: str, host: str) -> bool:
        """Whether it makes records for a name that an object of a namespace asks for.

        Raises:
            CannotTellError: it filters in a way that is not evaluated.
        """
        for flag in _NOT_EVALUATED:
            if any(self.flags.get(flag, ())):
                raise CannotTellError(f"{self.pod}: --{flag} of external-dns is not evaluated")
        wanted, excluded = self._domains("domain-filter"), self._domains("exclude-domains")
        is_in_namespace = self.flags.get("namespace", ("",))[-1] in {"", namespace}
        return is_in_namespace and (not wanted or _is_below(host, wanted)) and not _is_below(host, excluded)

    def _domains(self, flag: str) -> Sequence[str]:
        return [canonical(element) for value in self.flags.get(flag, ()) for element in listed(value)]


class Annotations(msgspec.Struct, frozen=True):
    """What the annotations of an object tell one external-dns."""

    by: ExternalDNS
    found: Mapping[str, str]

    def get(self, key: str) -> str:
        """Return the value of an annotation, empty where there is none."""
        values = (self.found[prefix + key] for prefix in self.by.prefixes if prefix + key in self.found)
        return next(values, "")

    @property
    def hostnames(self) -> Sequence[str]:
        """The names it asks for."""
        return [] if self.by.is_set("ignore-hostname-annotation") else [*map(canonical, listed(self.get(HOSTNAME)))]

    @property
    def targets(self) -> Sequence[str]:
        """The targets it asks for in place of the object's own."""
        return [*map(canonical, listed(self.get(TARGET)))]

    @property
    def ttl(self) -> int | None:
        """The TTL it asks for, else the least that external-dns gives; None leaves it to the provider."""
        return seconds(self.get(TTL)) or seconds(self.by.flags.get("min-ttl", ("",))[-1]) or None

    @property
    def is_for_others(self) -> bool:
        """Whether it says that another controller is responsible."""
        return self.get(CONTROLLER) not in {"", _OURS}


class ExternalDNSes(msgspec.Struct, dict=True):
    """All external-dns of the cluster, looked for in its pods when somebody asks."""

    pods: Reading[Pod]

    @cached_property
    def running(self) -> Sequence[ExternalDNS]:
        """Each different one; a dry run makes no records.

        Raises:
            CannotTellError: the pods were not read, or one that could not be understood may be the only one.
        """
        found = [*self._found()]
        if not found:
            _ = self.pods.complete_records
        distinct = {(one.version, repr(sorted(one.flags.items()))): one for one in reversed(found)}
        return [one for one in distinct.values() if not one.is_set("dry-run")]

    def reading(self, source: str, meta: AnnotatedMeta) -> Iterator[Annotations]:
        """Yield what an object tells each external-dns that has its kind among its sources.

        Raises:
            CannotTellError: that is not known of one of them.
        """
        for one in self.running:
            if source in one.sources:
                annotations = Annotations(one, meta.annotations)
                if not annotations.is_for_others:
                    yield annotations

    @property
    def silence(self) -> str:
        """Why nobody publishes what an object asks for: nobody is there, or those who are do not look at it so."""
        if not self.running:
            return "no external-dns is running"
        prefixes = dict.fromkeys(prefix for one in self.running for prefix in one.prefixes)
        return f"no external-dns publishes it (annotations are read with the prefix {printable(', '.join(prefixes))})"

    def _found(self) -> Iterator[ExternalDNS]:
        for pod in self.pods.records:
            if pod.status.phase in _ENDED:
                continue
            for container in pod.spec.containers:
                image = _IMAGE.search(container.image)
                if image or container.name == _PROGRAM:
                    yield ExternalDNS(pod.subject, _version(image), flags_of(container))


external_dnses = view(PODS.reading)(ExternalDNSes)
"""The view that answers with `ExternalDNSes`."""


def _version(image: re.Match[str] | None) -> tuple[int, int] | None:
    found = _VERSION.search(image["tag"] or "") if image else None
    return (int(found[1]), int(found[2])) if found else None


def _is_below(host: str, domains: Sequence[str]) -> bool:
    """Whether a name is one of the domains or below it; one that begins with a dot means only what is below."""
    return any(
        (host if domain.startswith(".") else f".{host}").endswith(f".{domain.lstrip('.')}") for domain in domains
    )
