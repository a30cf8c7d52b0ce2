"""Which versions of ingress-nginx have the last fixes, by the project's own list of affected versions."""

import pytest

from chaudit_ingress.releases import Version, is_fixed, parse_version


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((0, 30, 0), False),
        ((1, 11, 5), False),
        ((1, 12, 8), False),
        ((1, 13, 8), False),
        ((1, 13, 9), True),
        ((1, 13, 10), None),
        ((1, 14, 0), False),
        ((1, 14, 4), False),
        ((1, 14, 5), True),
        ((1, 15, 0), False),
        ((1, 15, 1), True),
        ((1, 15, 2), None),
        ((1, 16, 0), None),
        ((2026, 7, 20), None),
    ],
)
def test_a_version_has_the_fixes_if_it_is_one_of_the_last(version: Version, fixed: bool | None) -> None:
    assert is_fixed(version) is fixed


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v1.15.1", (1, 15, 1)),
        ("1.15.1", (1, 15, 1)),
        ("0.30.0", (0, 30, 0)),
        ("v1.15.1-rancher1", None),
        ("v1.12.0-beta.0", None),
        ("1.11.3-debian-12-r5", None),
        ("latest", None),
        ("v1.15", None),
        ("v1.15.1.1", None),
        ("v\u0661.15.1", None),
        ("", None),
    ],
)
def test_only_the_projects_own_versions_are_understood(text: str, version: Version | None) -> None:
    assert parse_version(text) == version
