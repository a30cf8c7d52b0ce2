"""One way from a host and a path to a service, whichever kind of object asks for it."""

import msgspec

from chaudit import Subject

ServiceName = tuple[str, str]
"""Namespace and name."""


class RoutedPath(msgspec.Struct, frozen=True):
    """A host and a path, and the port of a service to which requests for them go.

    Attributes:
        subject: the object that asks for it.
        entry: by what requests come in: an IngressClass, without name where none is named, or a Gateway.
        host: a name, `*.` and the end of names, or empty for every host.
        path: as the object writes it, empty for every path.
        service: where requests go.
        port: the number or the name of its port.
        refusal: why nothing goes there although the object asks for it; the Gateway API has words for it.
    """

    subject: Subject
    entry: Subject
    host: str
    path: str
    service: ServiceName
    port: int | str
    refusal: str = ""


def common_host(one: str, other: str) -> str | None:
    """Return the hosts that both mean, None where there are none; `*.` stands for one label or several."""
    for wide, narrow in ((one, other), (other, one)):
        if not wide or wide == narrow or (wide.startswith("*.") and narrow.endswith(wide[1:])):
            return narrow
    return None
