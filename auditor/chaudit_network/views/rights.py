"""Who holds a right, by which bindings, and in how much of the cluster.

Only what RBAC's own objects say is seen: rights that another authorizer gives, and those that somebody could give
himself by `escalate`, `bind` or `impersonate`, are not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from chaudit import Reading, Subject, printable, view
from chaudit_network.kinds.calico_policy import HOST_ENDPOINTS
from chaudit_network.kinds.rights import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    ROLE_BINDINGS,
    ROLES,
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    RightsSubject,
    Role,
    RoleBinding,
)
from chaudit_network.views.unread import Unread, unread

EVERYTHING = "*"

_ACCOUNT = "system:serviceaccount:"
_WRITING = frozenset({"create", "update", "patch", "delete", "deletecollection", EVERYTHING})


class Target(msgspec.Struct, frozen=True):
    """What a right is about: resources of one API group, the writing of which is looked for."""

    group: str
    resources: tuple[str, ...]
    verbs: frozenset[str] = _WRITING

    def written_by(self, rule: PolicyRule) -> Iterator[str]:
        """Yield the resources that a rule lets be written; `*/status` stands for the status of all."""
        if self.verbs.isdisjoint(rule.verbs) or not {self.group, EVERYTHING} & set(rule.api_groups):
            return
        for resource in self.resources:
            _, slash, part = resource.partition("/")
            if {resource, EVERYTHING, f"{EVERYTHING}/{part}" if slash else resource} & set(rule.resources):
                yield resource


class Holding(msgspec.Struct, frozen=True):
    """What one binding gives: the resources, everywhere or in one namespace, and whether it gives all there is."""

    binding: Subject
    role: str
    namespace: str
    resources: frozenset[str]
    is_administrator: bool

    def __str__(self) -> str:
        """Return `services/status everywhere (ClusterRole lb by ClusterRoleBinding lb)`."""
        where = f"in namespace {self.namespace}" if self.namespace else "everywhere"
        return printable(f"{', '.join(sorted(self.resources))} {where} ({self.role} by {self.binding})")


class Holder(msgspec.Struct, frozen=True):
    """A user, group or service account with all it holds; `doubts` are roles of it that could not be read."""

    subject: Subject
    holdings: Sequence[Holding]
    doubts: Sequence[str]


class Rights(msgspec.Struct, dict=True):
    """All bindings with their roles."""

    cluster_roles: Reading[ClusterRole]
    roles: Reading[Role]
    cluster_role_bindings: Reading[ClusterRoleBinding]
    role_bindings: Reading[RoleBinding]

    def holders(self, *targets: Target, everywhere: bool = False) -> Sequence[Holder | Unread]:
        """Return who may write any of the targets, and what could not be read of bindings.

        With `everywhere` the targets belong to no namespace, so that rights in one say nothing of them.
        """
        holdings: dict[Subject, list[Holding]] = defaultdict(list)
        doubts: dict[Subject, list[str]] = defaultdict(list)
        bindings: list[ClusterRoleBinding | RoleBinding] = [*self.cluster_role_bindings.objects]
        bindings += () if everywhere else self.role_bindings.objects
        for binding in bindings:
            role = Subject(
                binding.role_ref.kind, "" if _is_of_cluster(binding) else binding.namespace, binding.role_ref.name
            )
            rules, gap = self._rules(role)
            resources = frozenset(found for rule in rules for target in targets for found in target.written_by(rule))
            held = Holding(binding.subject, str(role), binding.namespace, resources, any(map(_is_everything, rules)))
            for who in map(_named, binding.subjects):
                if resources:
                    holdings[who].append(held)
                if gap:
                    doubts[who].append(f"{binding.subject}: {gap}")
        found = {who: Holder(who, holdings[who], doubts[who]) for who in (*holdings, *doubts)}
        gaps = [*unread(self.cluster_role_bindings), *(() if everywhere else unread(self.role_bindings))]
        return [*found.values(), *gaps]

    def _rules(self, role: Subject) -> tuple[Sequence[PolicyRule], str]:
        """Return a role's rules, and why they are not known; a role that does not exist gives nothing."""
        if role.kind == "Role":
            rules = self._of_namespaces.get((role.namespace, role.name))
            reading: Reading[ClusterRole] | Reading[Role] = self.roles
        else:
            rules = self._of_cluster.get(role.name)
            reading = self.cluster_roles
        if rules is None:
            return (), next((str(gap) for gap in unread(reading) if gap.subject in {role, reading.subject}), "")
        malformed = self.cluster_roles.rejected
        if malformed and role.kind != "Role" and role.name in self._aggregating:
            return rules, f"{malformed[0].subject} is malformed and may be aggregated into {role}"
        return rules, ""

    @cached_property
    def _of_namespaces(self) -> Mapping[tuple[str, str], Sequence[PolicyRule]]:
        return {(role.namespace, role.name): role.rules for role in self.roles.objects}

    @cached_property
    def _of_cluster(self) -> Mapping[str, Sequence[PolicyRule]]:
        return {role.name: tuple(self._with_aggregated(role)) for role in self.cluster_roles.objects}

    @cached_property
    def _aggregating(self) -> frozenset[str]:
        return frozenset(role.name for role in self.cluster_roles.objects if role.aggregation_rule)

    def _with_aggregated(self, role: ClusterRole, within: frozenset[str] = frozenset()) -> Iterator[PolicyRule]:
        """Yield a role's rules and those of roles it aggregates: in files nobody may have copied them in yet."""
        yield from role.rules
        selectors = role.aggregation_rule.cluster_role_selectors if role.aggregation_rule else ()
        for other in self.cluster_roles.objects if selectors else ():
            if other.name not in within and any(selector.matches(other.metadata.labels) for selector in selectors):
                yield from self._with_aggregated(other, within | {role.name})


rights = view(CLUSTER_ROLES.reading, ROLES.reading, CLUSTER_ROLE_BINDINGS.reading, ROLE_BINDINGS.reading)(Rights)
"""The view that answers with `Rights`."""

_SERVICE_STATUS = Target("", ("services/status",))
_SERVICES = Target("", ("services",), frozenset({EVERYTHING}))

_FIREWALL = (
    "globalnetworkpolicies",
    "tier.globalnetworkpolicies",
    "globalnetworksets",
    "hostendpoints",
    "felixconfigurations",
    "tiers",
)
"""What of Calico decides on packets to hosts. With tiers its API server asks for the second in place of the first."""


@view(rights)
def address_givers(known: Rights) -> Sequence[Holder | Unread]:
    """Find who may set the addresses of services' load balancers, or do everything to services."""
    return known.holders(_SERVICE_STATUS, _SERVICES)


@view(rights)
def firewall_writers(known: Rights) -> Sequence[Holder | Unread]:
    """Find who may write what Calico's host policy consists of, in either of its API groups."""
    groups = {resource.group for resource in HOST_ENDPOINTS.served_as}
    return known.holders(*(Target(group, _FIREWALL) for group in sorted(groups)), everywhere=True)


def _is_of_cluster(binding: ClusterRoleBinding | RoleBinding) -> bool:
    return binding.role_ref.kind != "Role"


def _named(who: RightsSubject) -> Subject:
    """Return who is meant; a service account can also be spelt as the user that it is to the API server."""
    if who.kind == "User" and who.name.startswith(_ACCOUNT):
        namespace, _, name = who.name.removeprefix(_ACCOUNT).partition(":")
        return Subject("ServiceAccount", namespace, name)
    return Subject(who.kind, who.namespace if who.kind == "ServiceAccount" else "", who.name)


def _is_everything(rule: PolicyRule) -> bool:
    return EVERYTHING in rule.verbs and EVERYTHING in rule.api_groups and EVERYTHING in rule.resources
