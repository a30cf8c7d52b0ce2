"""A rule as a page of a manual, in the order in which manuals have their sections."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from rich.text import Text

from chaudit.cli.console import Paper
from chaudit.cli.manual import Manual, OfProfile, Wanted

_PAGES = "https://github.com/chaudit/chaudit/blob/main/docs/rules"
_INDENT = 4


def put_manual(paper: Paper, manual: Manual) -> None:
    """Write all that is known of a rule."""
    for heading, lines in _sections(manual):
        paper.put(Text(heading, "bold"))
        for line in lines:
            if line.startswith(" "):
                paper.put_as_is(Text(line, "dim"), _INDENT)
            else:
                paper.put(Text(line), _INDENT if line else 0, _INDENT + 2 if line.startswith("- ") else _INDENT)
        paper.put()


def _sections(manual: Manual) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield headings with their lines; a line that is indented is code."""
    yield "NAME", [f"{manual.id} - {manual.title}"]
    yield "WHAT IT JUDGES", [f"One by one: {manual.judges}. Where these cannot be told, the cluster as a whole."]
    yield "WHY", _apart(manual.rationale)
    yield "OUTCOMES", list(_outcomes(manual))
    yield "FIX", [manual.remediation]
    yield "EVIDENCE", list(_evidence(manual))
    if manual.settings:
        yield "SETTINGS", list(_settings(manual))
    yield "SEVERITY AND WAIVERS", list(_severity(manual))
    if manual.profiles:
        yield "PROFILES", list(profile_lines(manual))
    if manual.controls:
        yield "CONTROLS", [f"- {title}: {', '.join(ids)}" for title, ids in manual.controls.items()]
    yield "REFERENCES", manual.references
    yield "SEE ALSO", list(_see_also(manual))


def _outcomes(manual: Manual) -> Iterator[str]:
    needed = [one.name for one in manual.evidence if one.needed and not one.option]
    probes = [one.option for one in manual.evidence if one.needed and one.option]
    yield f"- failed: it does not hold. Severity {manual.severity} at most."
    yield "- passed: nothing breaks it, and all that it needs was seen; also where there is nothing to judge."
    all_of = f"what it needs ({', '.join(needed)})" if needed else "evidence that decides"
    yield f"- unknown: {all_of} was denied, could not be read, or is malformed."
    unasked = f", or nobody asked for it with {' and '.join(probes)}" if probes else ""
    yield f"- not applicable: the cluster does not have what it is about{unasked}."


def _evidence(manual: Manual) -> Iterator[str]:
    for heading, is_needed in (
        ("Needed:", True),
        ("Looked at, too; a gap in these matters only where it decides:", False),
    ):
        if chosen := [one for one in manual.evidence if one.needed is is_needed]:
            yield heading
            yield from (f"- {_wanted(one)}" for one in chosen)
            yield ""
    yield f"    chaudit rbac --rule {manual.id} | kubectl apply -f -"


def _see_also(manual: Manual) -> Iterator[str]:
    yield f"- {_PAGES}/{manual.id}.md: clusters that fail, pass and are unknown"
    yield f"- chaudit scan --rule {manual.id}: judge by this rule alone"
    if not manual.mandatory:
        yield "- chaudit waive FINGERPRINT: write a waiver for a finding into the intent file"


def _wanted(one: Wanted) -> str:
    if one.option:
        return f"{one.name}: {one.option}"
    objects = f" {', '.join(one.only)} of" if one.only else ""
    return f"{one.name}: {one.verb}{objects} {' or '.join(one.resources)}"


def _settings(manual: Manual) -> Iterator[str]:
    if manual.settings_meaning:
        yield manual.settings_meaning
        yield ""
    yield from settings_lines(manual)
    yield ""
    yield from _example({"rules": {manual.id: {"settings": {one.name: one.default for one in manual.settings}}}})


def settings_lines(manual: Manual) -> Iterator[str]:
    """Yield a line for each setting: its name, type and default."""
    for one in manual.settings:
        yield f"- {one.name}: {one.type}; {_flow(one.default)} by default"


def profile_lines(manual: Manual) -> Iterator[str]:
    """Yield what each profile says of the rule."""
    for one in manual.profiles:
        yield f"- {one.profile}: {_said(one)}"


def _severity(manual: Manual) -> Iterator[str]:
    yield f"{manual.severity.capitalize()} at most. In the intent file another one can be set:"
    yield ""
    other = "low" if manual.severity != "low" else "info"
    yield from _example({"rules": {manual.id: {"severity": other}}})
    yield ""
    if manual.mandatory:
        yield "It is mandatory: its findings cannot be waived."
        return
    yield "A finding can be accepted until a day, selected by name, namespace, port, network or labels:"
    yield ""
    waiver = {
        "rule": manual.id,
        "subject": {"name": "NAME"},
        "reason": "WHY",
        "owner": "WHO",
        "expires": "YEAR-MONTH-DAY",
    }
    yield from _example({"waivers": [waiver]})


def _said(one: OfProfile) -> str:
    parts = [f"severity {one.severity}"] if one.severity else []
    parts += [f"settings {_flow(one.settings)}"] if one.settings else []
    parts += ["not judged"] if one.leaves_out else []
    parts += ["judged, whatever an earlier profile leaves out"] if one.takes_in else []
    return "; ".join(parts)


def _example(value: Any) -> Iterator[str]:  # noqa: ANN401 - any YAML
    """Yield YAML as lines of code."""
    written = yaml.safe_dump(_plain(value), sort_keys=False, default_flow_style=None, width=50)
    yield from (f"{' ' * _INDENT}{line}" for line in written.splitlines())


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML
    written: str = yaml.safe_dump(_plain(value), default_flow_style=True, width=10_000)
    return written.removesuffix("...\n").strip()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any YAML
    """Return the value with lists for tuples."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, tuple | list) else value


def _apart(lines: Sequence[str]) -> list[str]:
    """Return paragraphs with an empty line between each two."""
    return [part for line in lines for part in (line, "")][:-1]
