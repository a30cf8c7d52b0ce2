"""From bytes of the API to records: a whole list at once, object by object only where one of them is malformed."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec
from msgspec.structs import replace

from chaudit.evidence.reading import Rejected
from chaudit.objects import ObjectMeta, Record, Subject, strip_nulls

R = TypeVar("R", bound=Record)


UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError)
"""What msgspec raises: bytes that are no UTF-8 it leaves to Python."""


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    """What the server says about a page (meta/v1 ListMeta)."""

    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _Page(msgspec.Struct, Generic[R]):
    metadata: _ListMeta
    items: list[R] | None = None


class _RawPage(msgspec.Struct):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class _Named(msgspec.Struct):
    metadata: ObjectMeta


_raw_page = msgspec.json.Decoder(_RawPage)
_named = msgspec.json.Decoder(_Named)


class Decoded(msgspec.Struct, Generic[R], frozen=True):
    """Records, and the objects that could not become one.

    Of a page also the token that continues the list, empty at its end, and how many objects are still to come, where
    the server says so.
    """

    records: tuple[R, ...]
    rejected: tuple[Rejected, ...] = ()
    token: str = ""
    remaining: int | None = None


class ListDecoder(Generic[R]):
    """Decodes pages, or single objects, of one kind."""

    def __init__(self, record: type[R]) -> None:
        self._kind = record.__name__
        self._record = record
        self._object = msgspec.json.Decoder(record)
        self._page = msgspec.json.Decoder(_Page[record])  # type: ignore[valid-type]  # a type made at run time

    def page(self, body: bytes) -> Decoded[R]:
        """Decode a page of a list.

        Raises:
            msgspec.DecodeError: the body is not JSON, or not a list.
        """
        try:
            page = self._page.decode(body)
        except msgspec.ValidationError:
            raw = _raw_page.decode(body)
            meta, found = raw.metadata, self.objects(raw.items or ())
        else:
            meta, found = page.metadata, Decoded(tuple(page.items or ()))
        return replace(found, token=meta.continue_, remaining=meta.remaining_item_count)

    def objects(self, bodies: Iterable[bytes | msgspec.Raw]) -> Decoded[R]:
        """Decode objects one by one, so that a malformed one costs only itself."""
        records: list[R] = []
        rejected: list[Rejected] = []
        for body in bodies:
            try:
                records.append(decode_object(body, self._record, self._object))
            except UNDECODABLE as error:
                rejected.append(Rejected(self._subject(body), str(error)))
        return Decoded(tuple(records), tuple(rejected))

    def _subject(self, body: bytes | msgspec.Raw) -> Subject:
        try:
            meta = _named.decode(body).metadata
        except UNDECODABLE:
            return Subject(self._kind, name="(unnamed)")
        return Subject(self._kind, meta.namespace, meta.name)


def decode_object(body: bytes | msgspec.Raw, record: type[R], decoder: msgspec.json.Decoder[R] | None = None) -> R:
    """Decode one object; a member that is null counts as absent. Give a decoder of the record if there is one.

    Raises:
        msgspec.DecodeError: it is not JSON, or does not have the shape of its kind.
    """
    try:
        return decoder.decode(body) if decoder else msgspec.json.decode(body, type=record)
    except msgspec.ValidationError:
        return msgspec.convert(strip_nulls(msgspec.json.decode(body)), record)
