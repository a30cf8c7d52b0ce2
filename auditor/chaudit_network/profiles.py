"""The kinds of cluster that are known, each with what is commonly meant by it."""

from chaudit import Profile

_OF_STARLINGX = ("NET-002", "NET-005", "NET-006")
"""Rules about what only StarlingX has: an inventory of hosts, and a management network on the nodes."""

_AS_SHIPPED = {
    # Every address serves node ports, and the ingress controller is the retired one: both are the platform's own to
    # change. What is really open to outsiders is judged by NPT-001 all the same.
    "NPT-002": {"severity": "medium"},
    "ING-004": {"severity": "medium"},
}

PROFILES = (
    Profile(
        "starlingx-aio-sx",
        "StarlingX All-in-one Simplex: one node, which is all there is meant to be",
        {
            "topology": {"single-node": True},
            # A second link is of little use where the node itself is the only one.
            "rules": {**_AS_SHIPPED, "NET-010": {"severity": "info"}},
        },
        takes_in=_OF_STARLINGX,
    ),
    Profile(
        "starlingx-aio-dx",
        "StarlingX All-in-one Duplex: two controllers that are workers as well",
        {
            "topology": {"single-node": False},
            # kubeadm labels nodes of the control plane so that nothing announces services from them: here, from all.
            "rules": {**_AS_SHIPPED, "HA-007": {"severity": "high"}},
        },
        takes_in=_OF_STARLINGX,
    ),
    Profile(
        "starlingx-standard",
        "StarlingX Standard: two controllers and workers of their own",
        {"topology": {"single-node": False}, "rules": _AS_SHIPPED},
        takes_in=_OF_STARLINGX,
    ),
    Profile(
        "baremetal-bgp",
        "Services are announced by BGP, and clients come in over the cluster host network",
        {
            "topology": {"cluster-host": "external"},
            "bgp": {},
            # There is no other way in.
            "rules": {"BGP-009": {"severity": "critical"}, "BGP-005": {"severity": "medium"}},
        },
        takes_in=("BGP-*",),
    ),
    Profile(
        "metallb",
        "MetalLB gives services their addresses and announces them",
        # Unlike Calico it takes the label for an exclusion whatever its value.
        {"rules": {"HA-007": {"severity": "high"}}},
        takes_in=("HA-005", "HA-006", "HA-007", "BGP-011"),
    ),
    Profile(
        "generic",
        "Any cluster: without what only StarlingX has",
        {},
        leaves_out=_OF_STARLINGX,
    ),
)
"""Lay them on top of each other where a cluster is of several kinds."""
