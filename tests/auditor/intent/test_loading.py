"""The intent file is decoded strictly, and every error says where."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from chaudit.errors import IntentError
from chaudit.host import installed
from chaudit.intent.loading import json_schema, load
from chaudit.intent.model import ClusterHost, Intent
from chaudit.selection import check_rule_names
from chaudit.severity import Severity

WHOLE = """\
networks:
  cluster-host:
    cidrs: [192.168.206.0/24, "FD00:0:0:206::/64"]
  oam: {cidrs: [10.10.10.0/24], external: true, interfaces: [eno1]}
topology: {cluster-host: external, single-node: true}
ingress: {controllers: {acme.example/ingress: {app: acme}}}
names:
  - {host: app.example.org, ports: [443], targets: 2, load-balancers: [10.10.10.2]}
bgp:
  peers: [{address: 10.10.10.254, asn: 64513}]
  prefixes: [10.20.0.0/16]
rules:
  NPT-010: {severity: low, settings: {budget: 20}}
waivers:
  - {rule: NET-001, subject: {name: compute-2}, reason: moving, owner: net team, expires: 2027-01-31}
gate: {fail-on: medium, allow-unknown: true}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "chaudit.yaml"
    path.write_text(text)
    return path


def test_a_load_balancer_is_an_address_or_says_where_it_tells_of_its_backends(tmp_path: Path) -> None:
    lines = "names: [{host: a, load-balancers: ['FD00::1', {address: 10.10.10.3, statistics: 'http://10.10.10.3/s'}]}]"

    balancers = load(written(tmp_path, lines)).intent.names[0].balancers

    assert [(one.address, one.statistics, one.backend) for one in balancers] == [
        ("fd00::1", "", "*"),
        ("10.10.10.3", "http://10.10.10.3/s", "*"),
    ]


@pytest.mark.parametrize(
    ("balancer", "said"),
    [
        ("10.10.10.300", "$.names[0]: '10.10.10.300' does not appear to be an IPv4 or IPv6 address"),
        ("{address: lb}", "$.names[0].load-balancers[0].address: 'lb' does not appear to be an IPv4 or IPv6 address"),
        ("{address: 10.0.0.1, stats: x}", "$.names[0].load-balancers[0]: Object contains unknown field `stats`"),
        ("{address: 10.0.0.1, statistics: 'http://u:p@h/'}", "$.names[0].load-balancers[0].statistics: Expected"),
        ("{address: 10.0.0.1, statistics: 'file:///etc/passwd'}", "$.names[0].load-balancers[0].statistics: Expected"),
    ],
)
def test_what_is_no_load_balancer_is_refused_with_its_path(tmp_path: Path, balancer: str, said: str) -> None:
    with pytest.raises(IntentError) as refused:
        load(written(tmp_path, f"names: [{{host: a, load-balancers: [{balancer}]}}]"))

    assert said in str(refused.value)


def test_a_whole_file_is_decoded_into_types(tmp_path: Path) -> None:
    file = load(written(tmp_path, WHOLE))

    assert file.intent.networks["cluster-host"].cidrs == ("192.168.206.0/24", "fd00:0:0:206::/64")
    assert file.intent.topology.cluster_host is ClusterHost.EXTERNAL
    assert file.intent.ingress.controllers == {"acme.example/ingress": {"app": "acme"}}
    assert file.intent.rules["NPT-010"].severity is Severity.LOW
    assert file.intent.waivers[0].expires.isoformat() == "2027-01-31"
    assert len(file.sha256) == 64


def test_an_empty_file_means_nothing_in_particular(tmp_path: Path) -> None:
    assert load(written(tmp_path, "# nothing yet\n")).intent == Intent()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "networks:\n  oam:\n    cidrs:\n      - 10.0.0.0/33\n",
            r":4: \$\.networks\.oam\.cidrs\[0\]: .*10\.0\.0\.0/33",
        ),
        (
            "networks:\n  ok: {}\n  oam: {external: maybe}\n  mgmt: {external: no}\n",
            r":3: \$\.networks\.oam\.external: ",
        ),
        ("networks: {oam: {cidrs: [10.10.10.1/24]}}", "has host bits set"),
        ("netwroks: {}\n", r":1: \$: .*netwroks"),
        ("bgp:\n  peers:\n    - {address: 10.0.0.300}\n", r":3: \$\.bgp\.peers\[0\]\.address: .*10\.0\.0\.300"),
        ("waivers:\n  - {rule: NET-001, reason: x, owner: y}\n", r":2: \$\.waivers\[0\]: .*expires"),
        ("waivers: [{rule: NET-001, reason: '', owner: y, expires: 2027-01-01}]", r"\$\.waivers\[0\]\.reason"),
        ("ingress: {controllers: {acme.example/ingress: {}}}", r"\$\.ingress\.controllers"),
        ("gate: {fail-on: severe}", r"\$\.gate\.fail-on: .*severe"),
        ("- a list\n", "Expected `object`"),
        ("a: 1\na: 2\n", ":2: not valid YAML: the key 'a' is given twice"),
        ("networks: {oam: [\n", "not valid YAML"),
    ],
)
def test_an_error_names_the_file_the_line_and_the_path(tmp_path: Path, text: str, error: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(IntentError, match=error) as caught:
        load(path)

    assert str(caught.value).startswith(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntentError, match=r"missing\.yaml: cannot be read"):
        load(tmp_path / "missing.yaml")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("rules:\n  NET-999: {severity: low}\n", r":2: \$\.rules\.NET-999: no rule is called 'NET-999'"),
        ("gate:\n  families: {NETT: low}\n", r":2: \$\.gate\.families\.NETT: no family of rules is called 'NETT'"),
    ],
)
def test_a_mistyped_rule_is_an_error_with_its_line(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(IntentError, match=error):
        check_rule_names(load(written(tmp_path, text)), installed().rules)


def test_the_json_schema_accepts_what_is_accepted_and_refuses_what_is_refused() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    assert not list(validator.iter_errors(json.loads(msgspec.json.encode(yaml.safe_load(WHOLE)))))
    assert list(validator.iter_errors({"netwroks": {}}))
