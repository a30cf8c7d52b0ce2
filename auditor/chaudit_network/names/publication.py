"""What is asked for a name: which object asks, who is to publish it, and with which records."""

from enum import IntEnum

import msgspec

from chaudit import Subject
from chaudit_network.names.records import ResourceRecord

Port = tuple[int, str]
"""A port number with its protocol."""


class Weight(IntEnum):
    """How much a publication tells of what DNS says; a heavier one makes lighter ones of the same name irrelevant."""

    WANTED = 1
    MADE = 2


class Publication(msgspec.Struct, frozen=True):
    """The records of a name by one publisher: what several objects ask of it for one name is put together."""

    publisher: str
    records: tuple[ResourceRecord, ...]


class Asked(msgspec.Struct, frozen=True):
    """A name that an object asks for.

    Without a publication, `gap` says why what DNS says of it is not known; where it `is_open`, somebody may publish it
    all the same. `ports` are those at which clients come to the addresses of the name, as far as the object tells.
    """

    host: str
    by: Subject
    publication: Publication | None = None
    gap: str = ""
    is_open: bool = False
    ports: frozenset[Port] = frozenset()
    weight: Weight = Weight.WANTED
