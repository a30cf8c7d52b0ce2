"""What rules say of controls is of the form in which the frameworks number them."""

import re

import pytest

from chaudit.host import installed

FORMS = {
    "cis": r"\d+(\.\d+)+",
    "nist": r"[A-Z]{2}-\d+(\(\d+\))?",
    "nsa": r"[A-Z][a-z -]+",
    "starlingx": r"S(1\d|[1-9])",
}
GIVEN = [
    pytest.param(one.framework.name, control, id=f"{rule.id} {control}")
    for rule in installed().rules
    for one in rule.controls
    for control in one.ids
]


@pytest.mark.parametrize(("framework", "control"), GIVEN)
def test_a_control_is_called_as_its_framework_calls_it(framework: str, control: str) -> None:
    assert re.fullmatch(FORMS[framework], control)


def test_no_rule_names_a_framework_twice() -> None:
    for rule in installed().rules:
        names = [one.framework.name for one in rule.controls]
        assert sorted(set(names)) == sorted(names)
