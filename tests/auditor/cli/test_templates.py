"""`--template`: a report in a user's own words, by a template that can do no more than write."""

from pathlib import Path

import pytest

from chaudit.cli.templates import parse_template
from chaudit.errors import ReportError, UsageError
from reports.sample import HOSTILE, full_report


def written(folder: Path, template: str, name: str = "note.md.j2") -> str:
    file = folder / name
    file.write_text(template)
    return "".join(parse_template(str(file)).pieces(full_report()))


def test_a_template_has_the_whole_report(tmp_path: Path) -> None:
    said = written(
        tmp_path, "{{ report.verdict.summary }} {{ report.findings | length }} of {{ report.cluster.uid }}\n"
    )

    assert said == f"{full_report().verdict.summary} 89 of {full_report().cluster.uid}\n"


@pytest.mark.parametrize(
    ("option", "filename"),
    [("note.md.j2", "note.md"), ("note.txt.jinja=out.txt", "out.txt"), ("plain=-", "-")],
)
def test_it_writes_to_its_own_name_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, filename: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(option.partition("=")[0]).write_text("x")

    assert parse_template(option).filename == filename


def test_a_template_without_suffix_must_say_where_it_writes(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")

    with pytest.raises(UsageError, match="say where to write"):
        parse_template(str(tmp_path / "note.txt"))


def test_names_are_escaped_in_markup(tmp_path: Path) -> None:
    every = "{% for finding in report.findings %}{{ finding.subject.name }}{% endfor %}"

    assert HOSTILE[0] not in written(tmp_path, every, "page.html.j2")
    assert HOSTILE[0] in written(tmp_path, every, "page.txt.j2")


@pytest.mark.parametrize(
    "template",
    [
        "{{ report.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ report.findings.__init__.__globals__ }}",
        "{{ report.unheard_of }}",
        "{{ 1 / 0 }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_template_cannot_reach_out_of_the_report(tmp_path: Path, template: str) -> None:
    with pytest.raises(ReportError, match=r"note\.md\.j2: the template cannot be rendered"):
        written(tmp_path, template)


@pytest.mark.parametrize("content", ["{% for %}", "{{ unclosed", "{% nonsense %}"])
def test_what_is_no_template_is_named_with_its_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r"note\.md\.j2:2: not a Jinja template"):
        written(tmp_path, f"first line\n{content}")


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        parse_template(str(tmp_path / "missing.j2"))
