"""A diff says what changed between two reports, what cannot be told of it, and what else changed beside the cluster."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from chaudit import Cluster, Evidence, Finding, Outcome, Report, RuleSummary, Scan, Severity, State, Subject, Violation
from chaudit.cli.differences import markdown
from chaudit.diff import Diff, diff, json_schema
from chaudit.earlier import NamedReport
from chaudit.errors import ReportError
from chaudit.finding import WHOLE_CLUSTER
from chaudit.gate import ExitCode, Threshold
from chaudit.gate.comparison import Kind
from chaudit.report import Tool
from chaudit.text import json_text
from reports.sample import HOSTILE, full_report

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = Scan(NOON + timedelta(hours=1), NOON + timedelta(hours=1))
F, U, W, P, N = Outcome.FAILED, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.PASSED, Outcome.NOT_APPLICABLE
THINGS = RuleSummary("TST-001", "Things are small", Severity.HIGH, "Why.", "How.", ())
ECHOES = RuleSummary("TST-002", "Things answer", Severity.HIGH, "Why.", "How.", (), probes=("echo",))
LOADED = Evidence("things", "", "v1", "things", State.LOADED, 3)
DENIED = Evidence("things", "", "v1", "things", State.DENIED, 0, reason="things: forbidden")
ASKED = Evidence("echo", "", "", "", State.LOADED, 3, targets=3)
NOT_ASKED = Evidence("echo", "", "", "", State.ABSENT, 0, reason="not probed", targets=0)


def found(outcome: Outcome, subject: Subject | str = "a", rule: RuleSummary = THINGS) -> Finding:
    about = Subject("Thing", "", subject) if isinstance(subject, str) else subject
    because = ("things: forbidden",) if outcome is U else ()
    return Finding(f"{rule.id}{about}", rule.id, rule.title, rule.severity, outcome, about, (), because)


def report(*findings: Finding, rules: tuple[RuleSummary, ...] = (THINGS,), evidence: Evidence = LOADED) -> Report:
    verdict = Threshold().judge(findings)
    return Report(Cluster("uid-1"), Scan(NOON, NOON), verdict, (evidence,), findings, rules)


def later(of: Report) -> Report:
    return replace(of, scan=LATER)


def between(then: Report, now: Report, threshold: Threshold | None = None) -> Diff:
    return diff(NamedReport("old.json", then), NamedReport("new.json", later(now)), threshold or Threshold())


@pytest.mark.parametrize(
    ("was", "now", "code", "said"),
    [
        (P, F, 1, "Worse: 1 new finding at or above high."),
        (F, F, 0, "Unchanged: 1 finding, and each is what it was."),
        (F, P, 0, "Not worse: nothing new at or above high; 1 fixed."),
        (F, W, 0, "Not worse: nothing new at or above high; 1 changed."),
        (U, F, 3, "Incomplete: nothing new at or above high, but 1 finding could not be compared."),
        (F, U, 3, "Incomplete: nothing new at or above high, but 1 finding could not be compared."),
    ],
)
def test_the_exit_code_and_the_sentence_follow_from_what_changed(
    was: Outcome, now: Outcome, code: int, said: str
) -> None:
    verdict = between(report(found(was)), report(found(now))).verdict

    assert (verdict.exit_code, verdict.summary) == (code, said)


def test_what_is_new_below_the_threshold_does_not_block_and_is_listed() -> None:
    found_critical = between(report(found(P)), report(found(F)), Threshold(Severity.CRITICAL))

    assert found_critical.verdict.exit_code is ExitCode.CLEAN
    assert found_critical.verdict.summary == "Not worse: nothing new at or above critical; 1 new."
    assert [change.kind for change in found_critical.changes] == [Kind.NEW]
    assert between(report(found(P)), report(found(F)), Threshold(None)).verdict.summary == "Not gated: 1 new."


def test_a_family_has_a_threshold_of_its_own() -> None:
    threshold = Threshold(Severity.CRITICAL, families={"TST": Severity.HIGH})

    verdict = between(report(found(P)), report(found(F)), threshold).verdict

    assert verdict.exit_code is ExitCode.FINDINGS
    assert "critical (TST: high)" in verdict.summary


def test_what_could_not_be_compared_blocks_unless_that_is_allowed() -> None:
    then, now = report(found(P)), report(found(U))

    assert between(then, now).verdict.exit_code is ExitCode.INCOMPLETE
    assert between(then, now, Threshold(allow_unknown=True)).verdict.exit_code is ExitCode.CLEAN


def test_what_is_incomparable_says_why_on_which_side() -> None:
    blind = found(U, WHOLE_CLUSTER)

    (both,) = between(report(found(U)), report(found(U))).changes
    assert both.because == ("then and now: things: forbidden",)
    (cluster, failed) = between(report(blind), report(found(F))).changes
    assert {cluster.because, failed.because} == {("then: things: forbidden",)}
    by_other_rules = between(report(found(P), rules=(THINGS,)), report(found(F, rule=ECHOES), rules=(ECHOES,)))
    assert [change.because for change in by_other_rules.changes] == [("then: not judged by this rule",)]


def test_evidence_that_got_worse_and_better_is_told() -> None:
    (worse,) = between(report(found(P)), report(found(U), evidence=DENIED)).evidence
    (better,) = between(report(found(U), evidence=DENIED), report(found(P))).evidence

    assert (worse.worse, worse.then, worse.now, worse.reason) == (
        True,
        State.LOADED,
        State.DENIED,
        "things: forbidden",
    )
    assert (better.worse, better.reason) == (False, "things: forbidden")
    assert between(report(found(P)), report(found(P))).evidence == ()


def test_an_object_that_is_malformed_now_is_worse_evidence() -> None:
    rejected = replace(full_report().evidence[0], source="things", state=State.LOADED)
    broken = replace(LOADED, rejected=next(one.rejected for one in full_report().evidence if one.rejected))

    (coverage,) = between(report(evidence=rejected), report(evidence=broken)).evidence

    assert (coverage.worse, coverage.rejected_then, coverage.rejected_now) == (True, 0, len(broken.rejected))


def test_rules_that_only_the_first_was_judged_by_may_hide_something() -> None:
    then = report(found(P), found(P, rule=ECHOES), rules=(THINGS, ECHOES))
    told = between(then, report(found(P)))

    assert told.verdict.exit_code is ExitCode.INCOMPLETE
    assert told.verdict.summary.endswith("but 1 rule could tell more then.")
    assert told.only_then == ("TST-002",)
    assert "judged only then: TST-002" in told.warnings
    assert between(then, report(found(P)), Threshold(Severity.CRITICAL)).verdict.exit_code is ExitCode.CLEAN


def test_the_weight_of_a_rule_that_is_not_judged_any_more_is_what_the_intent_gave_it() -> None:
    light = replace(found(P, rule=ECHOES), severity=Severity.LOW, severity_from="intent")
    then = report(found(P), light, rules=(THINGS, ECHOES))

    assert between(then, report(found(P))).verdict.exit_code is ExitCode.CLEAN


def test_nothing_is_fixed_of_what_a_probe_told_that_nobody_asked_now() -> None:
    then = report(found(F, rule=ECHOES), rules=(ECHOES,), evidence=ASKED)
    now = report(found(N, WHOLE_CLUSTER, ECHOES), rules=(ECHOES,), evidence=NOT_ASKED)

    told = between(then, now)

    assert [(change.kind, change.because) for change in told.changes] == [
        (Kind.INCOMPARABLE, ("now: nobody asked the probe echo",)),
    ]
    assert told.verdict.exit_code is ExitCode.INCOMPLETE
    assert "nobody asked the probe echo now: what it told then cannot be compared" in told.warnings
    assert [one.worse for one in told.evidence] == [True]
    assert between(then, report(found(P, rule=ECHOES), rules=(ECHOES,), evidence=ASKED)).verdict.counts[Kind.FIXED] == 1


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"scan": LATER, "tool": Tool(version="9.9")}, "judged by chaudit 0.1.0 then and 9.9 now"),
        ({"scan": replace(LATER, intent_sha256="abc")}, "different intent files"),
        ({"scan": replace(LATER, profiles=("metallb",))}, "other profiles: none then, metallb"),
        ({"scan": Scan(NOON - timedelta(hours=1), NOON)}, "the wrong way round"),
        ({"scan": Scan(NOON, NOON)}, "one and the same scan"),
        ({"scan": Scan(NOON, NOON), "findings": (found(F),)}, "evidence of one moment"),
    ],
)
def test_what_else_may_have_changed_is_said(changed: Mapping[str, object], warning: str) -> None:
    old, new = report(found(P)), replace(report(found(P)), **changed)

    warnings = diff(NamedReport("old.json", old), NamedReport("new.json", new), Threshold()).warnings

    assert [warning in said for said in warnings] == [True]


def test_two_clusters_and_one_without_identity_are_refused() -> None:
    other = replace(report(found(P)), cluster=Cluster("uid-2"))

    with pytest.raises(ReportError, match=r"never compared: old\.json is of uid-1, new\.json of uid-2"):
        between(report(found(P)), other)
    with pytest.raises(ReportError, match=r"old\.json: it does not say of which cluster it is"):
        between(replace(other, cluster=Cluster()), other)


def hostile() -> Diff:
    """Return a diff in which every name is hostile."""
    findings = [
        replace(found(F if number % 2 else U, Subject(name, name, name, name)), title=name, rule="TST-001")
        for number, name in enumerate(HOSTILE)
    ]
    rule = replace(THINGS, title=HOSTILE[0])
    then = replace(report(rules=(rule,)), cluster=Cluster("uid-1", context=HOSTILE[0]))
    now = replace(report(*findings, rules=(rule,), evidence=replace(DENIED, reason=HOSTILE[2])), cluster=then.cluster)
    return diff(NamedReport(HOSTILE[0], then), NamedReport(HOSTILE[3], now), Threshold())


@pytest.mark.parametrize(
    "told", [hostile(), between(report(found(F)), report(found(P))), between(full_report(), full_report())]
)
def test_json_fits_the_published_schema_and_says_first_what_it_is(told: Diff) -> None:
    text = json_text(told.members)

    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(text))
    assert text.startswith('{\n  "schema": "chaudit.diff/v1",\n')
    assert text.replace("\n", "").isprintable()


def test_in_markdown_names_stay_text() -> None:
    text = markdown(hostile())
    page = MarkdownIt("commonmark").enable("table").render(text)

    assert text.replace("\n", "").isprintable()
    assert "<script" not in page
    assert "<a " not in page
    assert page.count("<details") == page.count("</details>") == 2


def test_a_note_says_a_thing_once_and_counts_the_rest() -> None:
    many = [found(U, f"thing-{number}") for number in range(30)]
    failing = [replace(found(F, f"other-{number}"), violations=(Violation(f"size {number}"),)) for number in range(30)]

    text = markdown(between(report(*(found(P, one.subject) for one in many)), report(*many, *failing)))

    assert text.count("things: forbidden") == 1
    assert " and 25 more: `now: things: forbidden`" in text
    assert "- and 10 more messages" in text
