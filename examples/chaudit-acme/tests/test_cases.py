"""ACME-001 finds in every small cluster of its case file exactly what the file says."""

from pathlib import Path

import pytest
from chaudit.testing.cases import Case, load_cases, run_case

from chaudit_acme.ownership import exposed_service_has_an_owner_on_call

CASES = load_cases(Path(__file__).parent / "cases" / "ACME-001.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_rule_finds_what_the_case_says(case: Case) -> None:
    assert run_case(case, exposed_service_has_an_owner_on_call) == case.findings
