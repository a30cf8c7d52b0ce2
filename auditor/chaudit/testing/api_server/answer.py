"""What the server says to one request, before it becomes bytes on a socket."""

from collections.abc import Mapping
from enum import Enum, auto

import msgspec


class Ending(Enum):
    """How the body's transmission ends."""

    COMPLETE = auto()
    TRUNCATED = auto()
    RESET = auto()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A status, a body, and how well they travel."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    delay_s: float = 0
    ending: Ending = Ending.COMPLETE


def json_answer(document: object, status: int = 200) -> Answer:
    """The document as the API server writes it: compact, with a newline at the end."""
    return Answer(status=status, body=msgspec.json.encode(document) + b"\n")


def text_answer(status: int, text: str) -> Answer:
    """A line of text, as Go's `http.Error` writes it."""
    return Answer(status=status, body=f"{text}\n".encode(), content_type="text/plain; charset=utf-8")
