"""Profiles lie under the intent file: they say what it does not, and a later one holds against an earlier one."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from auditor.test_host import a_rule, plugin
from chaudit.engine import check_settings
from chaudit.errors import IntentError, PluginError, UsageError
from chaudit.host import PluginHost, installed
from chaudit.intent.loading import IntentFile, load
from chaudit.profiles import Profile, lay_under
from chaudit.severity import Severity

RULES = [a_rule("TST-001"), a_rule("TST-002")]
ONE = Profile(
    "one",
    "One node",
    {"topology": {"single-node": True}, "rules": {"TST-001": {"severity": "info"}}},
    leaves_out=("TST-002",),
)
MANY = Profile(
    "many",
    "Many nodes",
    {"topology": {"single-node": False, "cluster-host": "external"}, "rules": {"TST-001": {"severity": "info"}}},
    takes_in=("TST-*",),
)
PROFILES = (MANY, ONE)


def written(folder: Path, text: str) -> IntentFile:
    path = folder / "chaudit.yaml"
    path.write_text(text)
    return load(path)


def test_hook_register_profiles() -> None:
    host = PluginHost([("b", plugin("register_profiles", ONE)), ("a", plugin("register_profiles", MANY))])

    assert host.profiles == PROFILES


def test_a_profile_says_what_no_file_says() -> None:
    laid = lay_under(IntentFile(), PROFILES, ["one"], RULES)

    assert laid.intent.topology.single_node
    assert laid.intent.rules["TST-001"].severity is Severity.INFO
    assert (laid.under.profiles, laid.under.left_out, laid.under.warnings) == (("one",), ("TST-002",), ())


def test_the_file_is_stronger_and_what_it_leaves_open_is_the_profiles(tmp_path: Path) -> None:
    file = written(tmp_path, "topology: {single-node: false}\nrules: {TST-002: {severity: low}}")

    laid = lay_under(file, PROFILES, ["one"], RULES)

    assert not laid.intent.topology.single_node
    assert {name: rule.severity for name, rule in laid.intent.rules.items()} == {"TST-001": "info", "TST-002": "low"}
    assert (laid.sha256, laid.name) == (file.sha256, file.name)


def test_a_severity_is_the_profiles_only_where_the_file_gives_none(tmp_path: Path) -> None:
    silent, loud = written(tmp_path, "rules: {TST-001: {settings: {}}}"), "rules: {TST-001: {severity: high}}"

    assert lay_under(silent, PROFILES, ["one"], RULES).under.severities == {"TST-001"}
    assert lay_under(written(tmp_path, loud), PROFILES, ["one"], RULES).under.severities == frozenset()


def test_of_two_profiles_the_later_one_holds_and_that_is_said() -> None:
    laid = lay_under(IntentFile(), PROFILES, ["one", "many"], RULES)

    assert not laid.intent.topology.single_node
    assert laid.under.left_out == ()
    assert laid.under.warnings == (
        "profile many holds against one in $.topology.single-node",
        "profile many takes in TST-002, which one leaves out",
    )


def test_what_an_earlier_profile_takes_in_a_later_one_leaves_out() -> None:
    laid = lay_under(IntentFile(), PROFILES, ["many", "one"], RULES)

    assert (laid.intent.topology.single_node, laid.intent.topology.cluster_host) == (True, "external")
    assert laid.under.left_out == ("TST-002",)
    assert "profile one leaves out TST-002, which many takes in" in laid.under.warnings


@pytest.mark.parametrize("asked", ["one", "[one]"])
def test_the_file_asks_for_profiles_itself(tmp_path: Path, asked: str) -> None:
    laid = lay_under(written(tmp_path, f"profile: {asked}"), PROFILES, [], RULES)

    assert laid.under.profiles == ("one",)


def test_named_profiles_take_the_place_of_those_the_file_asks_for(tmp_path: Path) -> None:
    laid = lay_under(written(tmp_path, "profile: one"), PROFILES, ["many"], RULES)

    assert laid.under.profiles == ("many",)
    assert laid.under.warnings == ()


def test_an_unknown_profile_is_a_usage_error_that_names_the_known() -> None:
    with pytest.raises(UsageError, match="no profile is called 'two': known are many, one"):
        lay_under(IntentFile(), PROFILES, ["two"], RULES)


def test_an_unknown_profile_in_the_file_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(IntentError, match=r"chaudit.yaml:2: \$.profile: no profile is called 'two'"):
        lay_under(written(tmp_path, "topology: {}\nprofile: [one, two]"), PROFILES, [], RULES)


def test_a_profile_that_speaks_of_unknown_rules_is_a_broken_plugin() -> None:
    broken = Profile("broken", "Broken", {}, leaves_out=("ABC-*",))

    with pytest.raises(PluginError, match=r"the profile speaks of rules like ABC-\*, but there are none"):
        lay_under(IntentFile(), [broken], ["broken"], RULES)


def test_an_error_of_the_file_keeps_its_line_with_a_profile_under_it(tmp_path: Path) -> None:
    file = written(tmp_path, "profile: one\nrules:\n  TST-001:\n    settings: {budget: 1}")
    laid = lay_under(file, PROFILES, [], RULES)

    with pytest.raises(IntentError, match=r"chaudit.yaml:4: \$.rules.TST-001.settings: TST-001 has no settings"):
        check_settings(laid, RULES)


HOST = installed()
PAIRS: list[tuple[Any, ...]] = list(permutations([profile.name for profile in HOST.profiles], 2))


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_every_two_profiles_can_be_laid_on_top_of_each_other(names: tuple[str, str]) -> None:
    laid = lay_under(IntentFile(), HOST.profiles, names, HOST.rules)

    check_settings(laid, HOST.rules)
    assert laid.intent.rules.keys() <= {rule.id for rule in HOST.rules}
    assert laid.under.severities <= laid.intent.rules.keys()
