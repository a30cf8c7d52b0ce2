"""chaudit: who can reach what at the network edge of a Kubernetes cluster, and what could not be judged.

This is the public interface: what rule packs, kinds and reporters are written with. Everything else may change.
"""

from chaudit.controls import Controls, Framework
from chaudit.errors import CannotTellError, ChauditError, DoesNotApplyError, UsageError
from chaudit.evidence.asking import Asking, ProbeError, Writer
from chaudit.evidence.decoding import decode_object
from chaudit.evidence.everything import EVIDENCE
from chaudit.evidence.input import Input
from chaudit.evidence.probe import Probe
from chaudit.evidence.reading import Reading, Rejected, State
from chaudit.evidence.resource import Resource
from chaudit.evidence.snapshot import KUBE_SYSTEM, Cluster, Snapshot
from chaudit.evidence.source import ObjectName, Source
from chaudit.evidence.view import View, view
from chaudit.exhibits import Exhibit, Exhibited, Shown
from chaudit.finding import Finding, NotApplicable, Outcome, Standing, Unknown, Violation, Waiver
from chaudit.gate import ExitCode, Verdict
from chaudit.gate.baseline import Baseline, Former
from chaudit.hookspecs import hookimpl
from chaudit.intent.model import INTENT, Intent
from chaudit.objects import AnnotatedMeta, KubernetesObject, ObjectMeta, Record, Subject
from chaudit.profiles import Profile
from chaudit.report import Evidence, Report, Reporter, RuleSummary, Scan
from chaudit.rules import Family, Rule, Settings, Verdicts, rule
from chaudit.severity import Severity
from chaudit.text import code_span, enumerated, json_text, paragraphs, plural, printable

__all__ = [
    "EVIDENCE",
    "INTENT",
    "KUBE_SYSTEM",
    "AnnotatedMeta",
    "Asking",
    "Baseline",
    "CannotTellError",
    "ChauditError",
    "Cluster",
    "Controls",
    "DoesNotApplyError",
    "Evidence",
    "Exhibit",
    "Exhibited",
    "ExitCode",
    "Family",
    "Finding",
    "Former",
    "Framework",
    "Input",
    "Intent",
    "KubernetesObject",
    "NotApplicable",
    "ObjectMeta",
    "ObjectName",
    "Outcome",
    "Probe",
    "ProbeError",
    "Profile",
    "Reading",
    "Record",
    "Rejected",
    "Report",
    "Reporter",
    "Resource",
    "Rule",
    "RuleSummary",
    "Scan",
    "Settings",
    "Severity",
    "Shown",
    "Snapshot",
    "Source",
    "Standing",
    "State",
    "Subject",
    "Unknown",
    "UsageError",
    "Verdict",
    "Verdicts",
    "View",
    "Violation",
    "Waiver",
    "Writer",
    "code_span",
    "decode_object",
    "enumerated",
    "hookimpl",
    "json_text",
    "paragraphs",
    "plural",
    "printable",
    "rule",
    "view",
]
