"""The names that the intent and objects of the cluster speak of, before anybody asks what DNS says of them."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from chaudit import INTENT, Intent, view
from chaudit_network.names.endpoints import names_of_endpoints
from chaudit_network.names.publication import Asked
from chaudit_network.names.records import canonical
from chaudit_network.names.routes import names_of_ingresses, names_of_routes
from chaudit_network.names.services import names_of_services
from chaudit_network.views.unread import Unread

_HOSTNAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*")


class Question(msgspec.Struct, frozen=True):
    """A name to ask DNS for.

    Of a name that operators declare, the servers of its zone are asked too. What objects name may be in anybody's
    zone, and so lead anywhere: for that the resolvers are asked and nobody else.
    """

    host: str
    is_declared: bool


@view(names_of_services, names_of_ingresses, names_of_routes, names_of_endpoints)
def asked_names(
    services: Sequence[Asked | Unread],
    ingresses: Sequence[Asked | Unread],
    routes: Sequence[Asked | Unread],
    endpoints: Sequence[Asked | Unread],
) -> Sequence[Asked | Unread]:
    """Gather what objects of all kinds ask for, and those that could not be read."""
    return [*services, *ingresses, *routes, *endpoints]


@view(INTENT, asked_names)
def questions(intent: Intent, asked: Sequence[Asked | Unread]) -> Iterable[Question]:
    """Select the names that can be asked for, the declared ones first."""
    declared = dict.fromkeys(canonical(name.host) for name in intent.names)
    hosts = {**declared, **dict.fromkeys(one.host for one in asked if isinstance(one, Asked))}
    return [Question(host, host in declared) for host in hosts if can_be_asked(host)]


def can_be_asked(host: str) -> bool:
    """Whether it is the name of one host: a wildcard is the name of none."""
    return _HOSTNAME.fullmatch(host) is not None
