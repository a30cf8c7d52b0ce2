"""What can go wrong between a client and an API server, for `ApiServer.fault`.

A fault takes a call and the answer it would have got, and returns the answer that it does get. An answer returned
untouched means that the fault does not concern this call, and does not count.
"""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from chaudit.testing.api_server import refusals
from chaudit.testing.api_server.answer import Answer, Ending
from chaudit.testing.api_server.call import Call
from chaudit.testing.api_server.lists import token_in

Fault = Callable[[Call, Answer], Answer]


class PlannedFault(msgspec.Struct):
    """A fault, what it befalls, and how many more times (None: always)."""

    where: str
    fault: Fault
    after_pages: int
    times_left: int | None

    def befall(self, call: Call, answer: Answer) -> Answer:
        """The answer after this fault; unchanged where the plan does not reach."""
        if self.times_left == 0 or not self._concerns(call):
            return answer
        changed = self.fault(call, answer)
        if changed is not answer and self.times_left is not None:
            self.times_left -= 1
        return changed

    def _concerns(self, call: Call) -> bool:
        target, token = call.target, token_in(call.query)
        names = {"*", call.path} | ({target.plural, target.resource} if target else set())
        return self.where in names and (token.page if token else 0) >= self.after_pages


def denied(call: Call, _: Answer) -> Answer:
    """403, whether or not the thing exists: RBAC is asked first."""
    return refusals.forbidden(call)


def expired(call: Call, answer: Answer) -> Answer:
    """410 for every page but the first: etcd has compacted the revision that the continue token names."""
    token = token_in(call.query)
    return refusals.expired(token.without_revision().encode()) if token else answer


def status(code: int, *, retry_after_s: int | None = None) -> Fault:
    """An answer of this status, as a server in trouble gives it; 429, 500, 503 and 504 in their real shape."""
    return lambda _call, _answer: refusals.failure(code, retry_after_s)


def late(seconds: float) -> Fault:
    """The right answer, but this much later; a server that is closed meanwhile does not answer at all."""
    return lambda _, answer: replace(answer, delay_s=seconds)


def truncated(_: Call, answer: Answer) -> Answer:
    """Half of the body, then the connection is closed."""
    return replace(answer, ending=Ending.TRUNCATED)


def reset(_: Call, answer: Answer) -> Answer:
    """Half of the body, then the connection is reset."""
    return replace(answer, ending=Ending.RESET)


def malformed(_: Call, answer: Answer) -> Answer:
    """Half of the document in a complete HTTP answer, as a broken proxy would send it."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])
