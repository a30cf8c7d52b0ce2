"""Label selectors of Kubernetes: every operator, on labels that are there, differ, or are absent."""

import msgspec
import pytest
import yaml

from chaudit_network.kinds.label_selectors import LabelSelector

LABELS = {"zone": "a", "edge": ""}


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        "{matchLabels: {zone: a}}",
        "{matchLabels: {edge: ''}}",
        "{matchExpressions: [{key: zone, operator: In, values: [b, a]}]}",
        "{matchExpressions: [{key: zone, operator: NotIn, values: [b]}]}",
        "{matchExpressions: [{key: rack, operator: NotIn, values: [b]}]}",
        "{matchExpressions: [{key: edge, operator: Exists}]}",
        "{matchExpressions: [{key: rack, operator: DoesNotExist}]}",
    ],
)
def test_a_selector_whose_conditions_are_all_met_selects(said: str) -> None:
    assert selector(said).matches(LABELS)


@pytest.mark.parametrize(
    "said",
    [
        "{matchLabels: {zone: a, rack: r1}}",
        "{matchLabels: {zone: b}}",
        "{matchExpressions: [{key: zone, operator: In, values: [b]}]}",
        "{matchExpressions: [{key: rack, operator: In, values: [b]}]}",
        "{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}",
        "{matchExpressions: [{key: rack, operator: Exists}]}",
        "{matchExpressions: [{key: edge, operator: DoesNotExist}]}",
        "{matchLabels: {zone: a}, matchExpressions: [{key: rack, operator: Exists}]}",
    ],
)
def test_a_selector_with_one_condition_that_is_not_met_does_not(said: str) -> None:
    assert not selector(said).matches(LABELS)


def selector(said: str) -> LabelSelector:
    return msgspec.convert(yaml.safe_load(said), LabelSelector)
