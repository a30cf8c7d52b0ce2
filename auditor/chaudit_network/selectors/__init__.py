"""Calico's selector language: which labels a policy, a rule or a peering means."""

from chaudit_network.selectors.errors import SelectorError
from chaudit_network.selectors.selector import Selector, parse

__all__ = ["Selector", "SelectorError", "parse"]
