"""The probe `bgp-rib`: what routers really received, from their own tables."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from chaudit import INTENT, Asking, CannotTellError, Intent, Probe, UsageError, view
from chaudit_network.addresses import parse_address
from chaudit_network.rib.content import content_of, is_usable
from chaudit_network.rib.formats import received
from chaudit_network.rib.paths import ReceivedTable


class Router(msgspec.Struct, frozen=True):
    """A router by its name, an address where that was given, and where its table is to be had."""

    name: str
    place: str


def routers(argument: str) -> Sequence[Router]:
    """Return what `[ADDRESS@]FILE|URL[,...]` names.

    Raises:
        UsageError: it names nothing, a file that is not there, or what cannot be fetched.
    """
    found: list[Router] = []
    for text in filter(None, (part.strip() for part in argument.split(","))):
        before, at, after = text.partition("@")
        name, place = (_address(before), after) if at and "/" not in before else ("", text)
        if not is_usable(place):
            raise UsageError(f"{place!r} is neither a file that is there nor an http or https URL")
        found.append(Router(name or place, place))
    if not found:
        raise UsageError("it takes the table of a router: [ADDRESS@]FILE|URL[,...]")
    if len({router.name for router in found}) < len(found):
        raise UsageError("it takes one table for each router")
    return found


def _address(text: str) -> str:
    try:
        return str(parse_address(text))
    except CannotTellError as error:
        raise UsageError(f"{error}: what stands before @ is the address of a router") from error


def _check(argument: str) -> None:
    routers(argument)


def ask(_: Sequence[str], asking: Asking) -> Iterator[ReceivedTable]:
    """Read the table of each router, one after the other.

    Raises:
        ProbeError: one cannot be had or understood; a part of the answer would be taken for all of it.
    """
    for router in routers(asking.argument):
        yield received(content_of(router.place, asking), router.name)


@view(INTENT)
def tables(_: Intent) -> Iterable[str]:
    """Return the one thing to ask for: what the argument names."""
    return ("tables",)


BGP_RIB = Probe(
    "bgp-rib",
    ReceivedTable,
    tables,
    ask,
    "what routers received by BGP: [ADDRESS@]FILE|URL of FRR's or GoBGP's JSON, or of an MRT dump",
    _check,
)
"""Reads tables of routers, from files and from where they are served."""
