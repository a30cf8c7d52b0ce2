"""What rules say of the fabric, put together from who and which address it is about."""

from collections.abc import Iterable, Mapping

from fabric.addresses import FAMILIES, PUBLIC, ROUTERS, address, public
from fabric.objects import NUMBERS

CALL = {4: f"{public(NUMBERS['call'], 4)}/32", 6: f"{public(NUMBERS['call'], 6)}/128"}
"""The addresses of the service that only nodes with an endpoint tell."""


def failed(*messages: str) -> str:
    """Return a failure with its messages."""
    return "; ".join(["failed", *messages])


def alone(node: str) -> Mapping[str, str]:
    """Return what there is to say when only one node announces `call`, and the routers have heard of it."""
    announces = (f"{public(NUMBERS['call'], f)}: only {node} announces it, expected 2 nodes at least" for f in FAMILIES)
    return {
        "BGP-009 Service lab/call": failed(*announces),
        **{key: text for family in FAMILIES for key, text in one_way(node, ROUTERS, family).items()},
        "HA-006 Service lab/call": failed(
            *(
                f"only {node} can announce {public(NUMBERS['call'], family)}, expected at least 2 nodes: "
                f"Calico by BGP: {node}"
                for family in FAMILIES
            )
        ),
    }


def one_way(node: str, routers: Iterable[str], family: int) -> Mapping[str, str]:
    """Return what there is to say of routers that know of one way to `call`."""
    way = f"has 1 valid way, {address(node, family)}, expected 2 at least"
    return {f"BGP-016 Prefix {CALL[family]}": failed(*(f"{address(router, family)} {way}" for router in routers))}


def not_heard_from(node: str, router: str, family: int) -> Mapping[str, str]:
    """Return what there is to say of a router that has heard nothing from a node with endpoints."""
    told = failed(f"{address(router, family)} has not heard of it from {node}")
    return {f"BGP-014 Prefix {prefix}": told for prefix in (PUBLIC[family], CALL[family])}


def not_heard(router: str, family: int) -> Mapping[str, str]:
    """Return what there is to say of a router that has heard nothing at all."""
    told = f"{address(router, family)} has not heard of it, which"
    return {
        f"BGP-014 Prefix {PUBLIC[family]}": failed(f"{told} n1, n2, n3 should tell it"),
        f"BGP-014 Prefix {CALL[family]}": failed(f"{told} n1, n2 should tell it"),
    }
