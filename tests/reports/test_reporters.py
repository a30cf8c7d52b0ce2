"""The bundled formats enter where a stranger's would, and cost nothing until one is written."""

import subprocess
import sys

import pytest

from chaudit.host import installed
from chaudit.report import Reporter
from reports.sample import full_report

FILES = {
    "json": "chaudit.json",
    "junit": "chaudit.junit.xml",
    "html": "chaudit.html",
    "sarif": "chaudit.sarif",
    "markdown": "chaudit.md",
    "openmetrics": "chaudit.prom",
    "csv": "chaudit.csv",
    "oscal": "chaudit.oscal.json",
    "policy-report": "chaudit.policy-report.yaml",
}


@pytest.fixture(scope="module")
def reporters() -> dict[str, Reporter]:
    return {reporter.name: reporter for reporter in installed().reporters}


@pytest.mark.parametrize("name", FILES)
def test_a_bundled_format_is_installed_with_its_file_name(name: str, reporters: dict[str, Reporter]) -> None:
    assert reporters[name].filename == FILES[name]


@pytest.mark.parametrize("name", FILES)
def test_the_same_report_gives_the_same_text(name: str, reporters: dict[str, Reporter]) -> None:
    first, second = ("".join(reporters[name].pieces(full_report())) for _ in range(2))

    assert first == second


def test_registering_the_formats_imports_nothing_they_are_made_with() -> None:
    program = (
        "import sys, chaudit_reports; chaudit_reports.register_reporters(); "
        "print(*({'jinja2', 'junit_xml', 'xml.etree.ElementTree'} & set(sys.modules)))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []
