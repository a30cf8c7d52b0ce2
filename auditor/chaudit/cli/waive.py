"""`chaudit waive`: accept a finding, in the intent file, for a reason and until a day."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from chaudit.cli.files import write_whole
from chaudit.cli.intents import intent_from
from chaudit.cli.options import file_path
from chaudit.earlier import load_report
from chaudit.errors import IntentError, UsageError
from chaudit.evidence.archive import read_file
from chaudit.finding import Finding, Outcome
from chaudit.gate.waivers import accepted, check_waivers, is_too_long, mandatory_rules, waiver_for
from chaudit.host import PluginHost
from chaudit.intent.inserting import with_waiver
from chaudit.intent.loading import IntentFile
from chaudit.text import plural, printable, reason_of

REPORT = Path("chaudit.json")
INTENT = Path("chaudit.yaml")
"""The report and the intent file that are meant where none is named."""

_DURATION = re.compile(r"(?P<count>[1-9]\d{0,4})(?P<unit>[dw])")
_DAYS = {"d": 1, "w": 7}
_NAMED = 3
"""Findings that are named where a fingerprint is ambiguous."""


def _day(_: click.Context, __: click.Parameter, value: str) -> date:
    """Return the day that is meant: `2027-03-31`, or `90d` and `12w` from today (UTC) on."""
    today = datetime.now(UTC).date()
    if match := _DURATION.fullmatch(value):
        return today + timedelta(days=int(match["count"]) * _DAYS[match["unit"]])
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is neither a date like 2027-03-31 nor a time like 90d or 12w") from error
    if day < today:
        raise click.BadParameter(f"{day} is over")
    return day


def _said(_: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip():
        raise click.BadParameter(f"say something: nobody can look into a waiver without {parameter.name}")
    return value.strip()


def _waivable(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the fingerprints of what failed in the report, each with what it is."""
    report = Path(context.params.get("report") or REPORT)
    try:
        findings = load_report(read_file(report), str(report)).report.findings
    except UsageError:
        return []
    return [
        CompletionItem(one.fingerprint, help=f"{one.rule} {one.subject}".replace(",", ";"))
        for one in findings
        if one.outcome is Outcome.FAILED and one.fingerprint.startswith(incomplete)
    ]


@click.command
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...", shell_complete=_waivable)
@click.option("--reason", required=True, callback=_said, metavar="TEXT", help="Why the risk is accepted.")
@click.option("--owner", required=True, callback=_said, metavar="WHO", help="Who answers for it.")
@click.option(
    "--expires", required=True, callback=_day, metavar="DAY", help="Last day on which it holds (UTC), or 90d, 12w."
)
@click.option("--ticket", default="", metavar="ID", help="Where it was decided.")
@click.option("--report", type=file_path, default=REPORT, show_default=True, help="The JSON report with the finding.")
@click.option("--intent", type=file_path, default=INTENT, show_default=True, help="The file to write the waiver into.")
@click.pass_obj
def waive(
    host: PluginHost,
    /,
    *,
    fingerprints: tuple[str, ...],
    reason: str,
    owner: str,
    expires: date,
    ticket: str,
    report: Path,
    intent: Path,
) -> None:
    """Write a waiver for a finding into the intent file, which is made where there is none.

    FINGERPRINT is what reports show in brackets, or as much of it as tells one finding from all others. The waiver is
    for this rule and subject alone. Comments, order and form of the file stay as they are.
    """
    findings = load_report(read_file(report), str(report)).report.findings
    chosen = [_named(fingerprint, findings, report) for fingerprint in dict.fromkeys(fingerprints)]
    name = str(intent)
    text = _read(intent)
    file = intent_from(host, intent) if text is not None else IntentFile(name=name)
    before = file
    if is_too_long(expires, file, datetime.now(UTC).date()):
        longest = file.intent.gate.longest_waiver
        raise UsageError(f"{expires} is too far away: gate.longest-waiver in {name} is {longest} days")
    for finding in chosen:
        _check(finding, file, host)
        waiver = waiver_for(finding, findings, reason=reason, owner=owner, expires=expires, ticket=ticket)
        text, file = with_waiver(text or "", name, waiver)
    check_waivers(file, host.rules)
    try:
        write_whole(intent, [text or ""])
    except OSError as error:
        raise IntentError(f"{name}: cannot be written: {reason_of(error)}") from error
    for index, finding in enumerate(chosen, len(before.intent.waivers)):
        line = file.document.line(("waivers", index))
        click.echo(f"{name}:{line}: {finding.rule} is waived for {finding.subject} until {expires}")
    click.echo(f"next    chaudit scan --intent {name}: the findings are waived from now on, and stay in every report")


def _named(wanted: str, findings: Sequence[Finding], report: Path) -> Finding:
    """Return the finding whose fingerprint begins like this."""
    found = [finding for finding in findings if finding.fingerprint.startswith(wanted.strip("[]").lower() or " ")]
    if not found:
        raise UsageError(f"{report}: no finding has a fingerprint that begins with {printable(wanted)}")
    if len(found) > 1:
        some = ", ".join(f"{one.fingerprint} ({one.rule} {one.subject})" for one in found[:_NAMED])
        raise UsageError(f"{report}: {plural(len(found), 'finding')} begin with {printable(wanted)}: {some} ...")
    return found[0]


def _check(finding: Finding, file: IntentFile, host: PluginHost) -> None:
    """Refuse what cannot be waived, or is already."""
    about = f"{finding.rule} on {finding.subject}"
    if finding.rule in mandatory_rules(file, host.rules):
        raise UsageError(f"{finding.rule} is mandatory: its findings cannot be waived")
    if finding.waiver:
        raise UsageError(f"{about} is waived already, {finding.waiver}")
    if finding.outcome is Outcome.UNKNOWN:
        raise UsageError(f"{about} could not be judged, and only what failed can be waived: grant what is missing")
    if finding.outcome is not Outcome.FAILED:
        raise UsageError(f"{about} did not fail: it is {finding.outcome}")
    if accepted([finding], file.intent.waivers, datetime.now(UTC).date()):
        raise UsageError(f"{file.name} has a waiver for {about} already")


def _read(path: Path) -> str | None:
    """Return the text of a file as it is, line ends included; None where there is none yet."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise IntentError(f"{path}: cannot be read: {reason_of(error)}") from error
