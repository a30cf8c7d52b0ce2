"""The report (`chaudit.report/v1`): what every report format is written from, and itself the JSON format."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec

from chaudit.controls import Controls
from chaudit.engine import probes_of
from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.snapshot import Cluster, Snapshot
from chaudit.exhibits import Exhibit, Exhibited
from chaudit.finding import Finding
from chaudit.gate import Verdict
from chaudit.gate.baseline import Baseline
from chaudit.gate.comparison import Judged
from chaudit.rules import Rule
from chaudit.severity import Severity
from chaudit.version import VERSION

T = TypeVar("T")


class Tool(msgspec.Struct, frozen=True):
    """What wrote the report."""

    name: str = "chaudit"
    version: str = VERSION


class Scan(msgspec.Struct, frozen=True):
    """When the evidence was taken, the SHA-256 of the intent file (empty without one), and the profiles under it."""

    started: datetime
    finished: datetime
    intent_sha256: str = ""
    profiles: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True):
    """The provenance of one reading: which API version and kind it came from, its state, and how much came.

    `targets` is how many a probe was to ask, null for a source of the API.
    """

    source: str
    group: str
    version: str
    resource: str
    state: State
    objects: int
    rejected: tuple[Rejected, ...] = ()
    reason: str = ""
    read_at: datetime | None = None
    targets: int | None = None
    kind: str = ""


class RuleSummary(msgspec.Struct, frozen=True):
    """What a reader of findings needs to know about their rule; `probes` are those whose answers it uses."""

    id: str
    title: str
    severity: Severity
    rationale: str
    remediation: str
    references: tuple[str, ...]
    controls: tuple[Controls, ...] = ()
    probes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """One scan, whole. Findings and evidence come in a stable order; additions to this schema are additive only.

    `error` says why nothing was judged (exit code 4); `warnings` speak of the scan itself, such as expired waivers.
    `baseline` is the earlier report that findings were compared with.
    In JSON the value of each exhibit is a member of the report by the exhibit's name, left out where there is none.
    """

    cluster: Cluster
    scan: Scan
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleSummary, ...] = ()
    warnings: tuple[str, ...] = ()
    exhibits: tuple[Exhibited[Any], ...] = ()
    baseline: Baseline | None = None
    error: str = ""
    tool: Tool = Tool()
    schema: Literal["chaudit.report/v1"] = "chaudit.report/v1"

    @property
    def judged(self) -> Judged:
        """What was found, by which rules, and without which probes."""
        unasked = frozenset(
            one.source for one in self.evidence if one.targets is not None and one.state is State.ABSENT
        )
        return Judged(
            self.findings,
            frozenset(rule.id for rule in self.rules),
            {rule.id: unasked.intersection(rule.probes) for rule in self.rules},
        )

    def exhibited(self, exhibit: Exhibit[T]) -> Exhibited[T] | None:
        """Return what became of an exhibit; None where the report was made without it."""
        return next((one for one in self.exhibits if one.name == exhibit.name), None)

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the JSON report, what identifies it first and the values of exhibits last."""
        first = dict.fromkeys(("schema", "tool", "cluster", "scan", "verdict"))
        own = first | msgspec.structs.asdict(self)
        own["exhibits"] = [msgspec.structs.replace(one, value=None) for one in self.exhibits]
        return own | {one.name: one.value for one in self.exhibits if one.value is not None}


def _nothing() -> None:
    """Be ready as it is."""


class Reporter(msgspec.Struct, frozen=True):
    """An output format: its name on the command line, the file it writes unless told otherwise, and how.

    `render` returns the text, or yields it in pieces, so that a large one is never whole in memory. `prepare` does what
    can be done before there is a report: it may be called, in a thread of its own, while the cluster is read.
    """

    name: str
    filename: str
    render: Callable[[Report], str | Iterable[str]]
    prepare: Callable[[], object] = _nothing

    def pieces(self, report: Report) -> Iterable[str]:
        """Return the text in pieces, one if it came whole."""
        rendered = self.render(report)
        return [rendered] if isinstance(rendered, str) else rendered


def evidence_of(snapshot: Snapshot) -> tuple[Evidence, ...]:
    """Return the provenance of all readings, by name."""
    return tuple(_evidence(snapshot.readings[name]) for name in sorted(snapshot.readings))


def summaries_of(rules: Iterable[Rule[Any]]) -> tuple[RuleSummary, ...]:
    """Return the rules as reports show them, by id."""
    return tuple(
        RuleSummary(
            rule.id,
            rule.title,
            rule.severity,
            rule.rationale,
            rule.remediation,
            rule.references,
            rule.controls,
            tuple(probe.name for probe in probes_of([rule])),
        )
        for rule in sorted(rules, key=lambda rule: rule.id)
    )


def json_schema(exhibits: Sequence[Exhibit[Any]] = ()) -> dict[str, Any]:
    """Return the JSON Schema of the report with these exhibits."""
    types = (Report, *(exhibit.type for exhibit in exhibits))
    (report, *values), definitions = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    del definitions["Exhibited_Any_"]["properties"]["value"]
    for exhibit, value in zip(exhibits, values, strict=True):
        definitions["Report"]["properties"][exhibit.name] = value | {"description": exhibit.title}
    return report | {"$defs": definitions}


def _evidence(reading: Reading[Any]) -> Evidence:
    resource = reading.resource
    return Evidence(
        source=reading.source,
        group=resource.group if resource else "",
        version=resource.version if resource else "",
        resource=resource.plural if resource else "",
        state=reading.state,
        objects=len(reading.objects),
        rejected=reading.rejected,
        reason=reading.reason,
        read_at=reading.read_at,
        targets=reading.targets,
        kind=resource.kind if resource else "",
    )
