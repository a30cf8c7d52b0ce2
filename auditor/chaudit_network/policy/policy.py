"""One policy, of whichever kind, and the stages of Felix's chains at which policies look at packets.

See https://docs.tigera.io/calico/latest/reference/host-endpoints/summary.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property

import msgspec

from chaudit import CannotTellError
from chaudit_network.kinds.calico_policy import PolicyRule
from chaudit_network.policy.labels import NAMESPACE, Labels
from chaudit_network.policy.selection import of_policy, selects
from chaudit_network.selectors import Selector, SelectorError

LAST = float("inf")
"""The order of a policy or tier that gives none."""


class Stage(StrEnum):
    """Where in Felix's chains a packet is when policies of one class look at it.

    Ingress rules look at all of them but the last, where the packet leaves the host that forwards it.
    """

    UNTRACKED = "untracked"
    PRE_DNAT = "preDNAT"
    NORMAL = "normal"
    FORWARD = "applyOnForward"
    FORWARD_OUT = "applyOnForward, egress"


class Policy(msgspec.Struct, frozen=True, eq=False, dict=True):
    """One policy, of whichever kind, ready to be asked whom it speaks of.

    `numbers` say which rule of the object each ingress rule comes from; without them, each is one.
    """

    kind: str
    name: str
    namespace: str
    tier: str
    order: float
    ingress: tuple[PolicyRule, ...]
    types: frozenset[str]
    selector: str
    namespace_selector: str = ""
    service_account_selector: str = ""
    egress: tuple[PolicyRule, ...] = ()
    stage: Stage = Stage.NORMAL
    on_forward: bool = False
    numbers: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """How reasons call it: kind and name as kubectl would show them."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    def rules_at(self, stage: Stage) -> Iterator[tuple[str, PolicyRule]]:
        """Yield the rules that look at a stage, each with how reasons call it."""
        if stage is Stage.FORWARD_OUT:
            for number, rule in enumerate(self.egress, 1):
                yield f"{self.title} egress rule {number}", rule
            return
        numbers = self.numbers or range(1, len(self.ingress) + 1)
        for number, rule in zip(numbers, self.ingress, strict=True):
            yield f"{self.title} rule {number}", rule

    @property
    def sort_key(self) -> tuple[float, str, str]:
        """Order, then name: of two policies with the same order the earlier name comes first."""
        return self.order, self.name, self.namespace

    @cached_property
    def stages(self) -> frozenset[Stage]:
        """The stages at which it has a say; forwarded packets meet normal policies that ask for them."""
        is_forward = self.stage is Stage.NORMAL and self.on_forward
        found: set[Stage] = set()
        if "Ingress" in self.types:
            found |= {self.stage, Stage.FORWARD} if is_forward else {self.stage}
        if "Egress" in self.types and is_forward:
            found.add(Stage.FORWARD_OUT)
        return frozenset(found)

    @cached_property
    def _selector(self) -> Selector | None:
        try:
            return of_policy(self.selector, self.namespace_selector, self.service_account_selector, self.namespace)
        except SelectorError:
            return None

    @property
    def labels(self) -> frozenset[str]:
        """The labels that its selector asks for."""
        return self._selector.labels if self._selector else frozenset()

    def selects(self, labels: Labels) -> bool | None:
        """Whether it applies to an endpoint with these labels; None where selector or labels do not tell."""
        if self.namespace and labels.get(NAMESPACE) != self.namespace:
            return False
        try:
            return None if self._selector is None else selects(self._selector, labels)
        except CannotTellError:
            return None
