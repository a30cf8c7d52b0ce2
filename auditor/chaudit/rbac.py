"""The least ClusterRole that reading a set of sources needs."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from chaudit.evidence.resource import Resource
from chaudit.evidence.source import Source


def cluster_role(
    sources: Iterable[Source[Any]], name: str = "chaudit", written: Iterable[Resource] = ()
) -> dict[str, Any]:
    """Return a ClusterRole manifest (rbac.authorization.k8s.io/v1) with `list`, and `get` of single named objects.

    Every API version that a source can be read from is granted: which one a cluster serves is known only there. Of the
    kinds `written` objects can be created, read and deleted.
    """
    listed: dict[str, set[str]] = defaultdict(set)
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source in sources:
        for resource in source.served_as:
            if source.only:
                named[resource.group, resource.plural] |= {wanted.name for wanted in source.only}
            else:
                listed[resource.group].add(resource.plural)
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [
            *(
                {"apiGroups": [group], "resources": sorted(resources), "verbs": ["list"]}
                for group, resources in sorted(listed.items())
            ),
            *(
                {
                    "apiGroups": [group],
                    "resources": [plural],
                    "resourceNames": sorted(names),
                    "verbs": ["get"],
                }
                for (group, plural), names in sorted(named.items())
            ),
            *(
                {"apiGroups": [kind.group], "resources": [kind.plural], "verbs": ["create", "get", "delete"]}
                for kind in written
            ),
        ],
    }
