"""Before a scan (`chaudit.preflight/v1`): what can be read with these credentials, and which rules could not judge."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from chaudit.engine import Evaluation, evaluate, sources_of
from chaudit.evidence.reading import Reading, State
from chaudit.evidence.snapshot import KUBE_SYSTEM, Cluster, Snapshot
from chaudit.evidence.source import Source
from chaudit.gate import ExitCode
from chaudit.intent.loading import IntentFile
from chaudit.rbac import cluster_role
from chaudit.report import Tool
from chaudit.rules import Rule
from chaudit.text import plural

_READABLE = frozenset({State.LOADED, State.ABSENT})


class Right(msgspec.Struct, frozen=True):
    """Whether one source can be read: `loaded` it can, `absent` its API is not served, else `reason` says why not.

    `names` are the single objects that `get` is needed for. `rules` are those that read the source; none reads
    `kube-system`, which tells reports of which cluster they are.
    """

    source: str
    verb: Literal["list", "get"]
    group: str
    version: str
    resource: str
    names: tuple[str, ...]
    state: State
    reason: str
    rules: tuple[str, ...]

    @property
    def api(self) -> str:
        """What is read, as RBAC names it: `endpointslices.discovery.k8s.io`."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


class Preflight(msgspec.Struct, frozen=True):
    """What a scan could read; additions to this schema are additive only.

    `likely_unknown` are rules that could not judge the first objects of each kind for lack of what is missing, though
    others may yet decide. `possibly_unknown` read it, too, and could. No other rule suffers. `grant` is the ClusterRole
    that is missing, none where that would not help.
    """

    cluster: Cluster
    exit_code: ExitCode
    rights: tuple[Right, ...]
    likely_unknown: tuple[str, ...] = ()
    possibly_unknown: tuple[str, ...] = ()
    grant: Mapping[str, Any] | None = None
    tool: Tool = Tool()
    schema: Literal["chaudit.preflight/v1"] = "chaudit.preflight/v1"

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the JSON text, what identifies it first."""
        return dict.fromkeys(("schema", "tool", "cluster", "exit_code")) | msgspec.structs.asdict(self)

    @property
    def summary(self) -> str:
        """What a scan would be worth, in one sentence."""
        missing = [right for right in self.rights if right.state not in _READABLE]
        served = sum(right.state is not State.ABSENT for right in self.rights)
        if not missing:
            return f"Ready: all {served} kinds of objects that the rules need and the cluster serves can be read."
        likely = f"{plural(len(self.likely_unknown), 'rule')} will likely be unknown"
        possibly = f", and {len(self.possibly_unknown)} more possibly" if self.possibly_unknown else ""
        return f"Incomplete: {len(missing)} of {served} kinds of objects cannot be read: {likely}{possibly}."


def preflight(
    sample: Snapshot, sources: Sequence[Source[Any]], rules: Sequence[Rule[Any]], file: IntentFile
) -> Preflight:
    """Return what a sample of these sources means for a scan by these rules.

    Rules that are likely to be unknown are found by judging it, once as it is and once as if nothing were missing.

    Raises:
        IntentError: the intent file's settings of a rule do not fit it.
    """
    readings = {source: sample.reading(source) for source in sources}
    missing = {source.name: reading for source, reading in readings.items() if reading.state not in _READABLE}
    unknown = _unknown_for_lack_of(missing, sample, rules, file) if missing else frozenset()
    denied = [_as_tried(source, one) for source, one in readings.items() if one.state is State.DENIED]
    return Preflight(
        cluster=sample.cluster,
        exit_code=ExitCode.INCOMPLETE if missing else ExitCode.CLEAN,
        rights=tuple(_right(source, readings[source], rules) for source in sorted(sources, key=lambda one: one.name)),
        likely_unknown=tuple(sorted(unknown)),
        possibly_unknown=tuple(rule.id for rule in rules if rule.id not in unknown and _reads(rule, missing)),
        grant=cluster_role(denied, "chaudit-missing") if denied else None,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a preflight."""
    return msgspec.json.schema(Preflight)


def _unknown_for_lack_of(
    missing: Mapping[str, Reading[Any]], sample: Snapshot, rules: Sequence[Rule[Any]], file: IntentFile
) -> frozenset[str]:
    """Return the rules of which something is unknown in the sample that would not be if nothing were missing."""
    empty: Mapping[str, Reading[Any]] = {
        name: Reading(name, State.LOADED, resource=one.resource) for name, one in missing.items()
    }
    whole = replace(sample, readings={**sample.readings, **empty})
    said, said_of_whole = (
        {
            (finding.rule, finding.subject, reason)
            for finding in evaluate(Evaluation(snapshot, file.intent), file, rules)
            for reason in finding.unknown_because
        }
        for snapshot in (sample, whole)
    )
    return frozenset(rule for rule, _, _ in said - said_of_whole)


def _reads(rule: Rule[Any], sources: Collection[str]) -> bool:
    """Whether a rule reads one of these sources; none is judged by the identity of the cluster."""
    return any(one.name in sources for one in sources_of([rule]) if one is not KUBE_SYSTEM)


def _as_tried(source: Source[Any], reading: Reading[Any]) -> Source[Any]:
    """Return the source as if it were served as nothing but what was tried to be read."""
    return Source(source.name, source.record, (reading.resource,), source.only) if reading.resource else source


def _right(source: Source[Any], reading: Reading[Any], rules: Iterable[Rule[Any]]) -> Right:
    resource = reading.resource or source.served_as[0]
    return Right(
        source=source.name,
        verb="get" if source.only else "list",
        group=resource.group,
        version=resource.version,
        resource=resource.plural,
        names=tuple("/".join(filter(None, (only.namespace, only.name))) for only in source.only),
        state=reading.state,
        reason=reading.reason,
        rules=tuple(rule.id for rule in rules if _reads(rule, (source.name,))),
    )
