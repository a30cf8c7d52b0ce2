"""Commands that show a subject: exact resources, names that a shell takes as they are."""

import shlex

import pytest

from chaudit import Evidence, State, Subject
from chaudit_reports.page.commands import Commands
from reports.sample import HOSTILE


def read(resource: str, group: str, kind: str) -> Evidence:
    return Evidence(resource, group, "v1", resource, State.LOADED, 1, kind=kind)


COMMANDS = Commands(
    [
        read("services", "", "Service"),
        read("networkpolicies", "networking.k8s.io", "NetworkPolicy"),
        read("networkpolicies", "crd.projectcalico.org", "NetworkPolicy"),
    ]
)


def test_a_subject_is_shown_in_its_namespace_whatever_port_it_is_about() -> None:
    assert COMMANDS.of(Subject("Service", "x", "y", "80/TCP")) == ("kubectl get services -n x y -o yaml",)


def test_a_kind_of_two_groups_is_shown_by_both() -> None:
    assert COMMANDS.of(Subject("NetworkPolicy", "x", "y")) == (
        "kubectl get networkpolicies.networking.k8s.io -n x y -o yaml",
        "kubectl get networkpolicies.crd.projectcalico.org -n x y -o yaml",
    )


@pytest.mark.parametrize("subject", [Subject("Cluster"), Subject("Peer", name="192.0.2.1"), Subject("Service")])
def test_what_is_no_object_has_no_command(subject: Subject) -> None:
    assert COMMANDS.of(subject) == ()


@pytest.mark.parametrize("name", ["a b", "$(reboot)", "`reboot`", "a;b", "'", '"', "a\\", "x>y", "~", "*"])
def test_a_shell_takes_a_name_as_it_is(name: str) -> None:
    (command,) = COMMANDS.of(Subject("Service", "x", name))

    assert shlex.split(command) == ["kubectl", "get", "services", "-n", "x", name, "-o", "yaml"]


@pytest.mark.parametrize("name", ["-A", "--all", *(name for name in HOSTILE if not name.isprintable())])
def test_a_name_that_cannot_be_typed_has_no_command(name: str) -> None:
    assert COMMANDS.of(Subject("Service", "x", name)) == ()
    assert COMMANDS.of(Subject("Service", name, "x")) == ()
