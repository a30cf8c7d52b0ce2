"""One request as it arrived, which resource its URL names, and what is remembered of it."""

from collections.abc import Mapping

import msgspec

from chaudit.testing.api_server.resources import qualified

USER = "system:serviceaccount:chaudit:chaudit"
_ANONYMOUS = "system:anonymous"


class Target(msgspec.Struct, frozen=True):
    """The resource, and perhaps the one object, that a URL names, whether or not it is served."""

    group: str
    version: str
    plural: str
    namespace: str | None
    name: str | None
    subresources: tuple[str, ...]

    @property
    def resource(self) -> str:
        """The plural with its group, as RBAC writes it."""
        return qualified(self.plural, self.group)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request before it is answered; `token` is None where nobody has logged in."""

    method: str
    path: str
    query: Mapping[str, str]
    token: str | None
    user_agent: str

    @property
    def user(self) -> str:
        """Who is calling, once the token has been found good."""
        return _ANONYMOUS if self.token is None else USER

    @property
    def segments(self) -> list[str]:
        """The path in pieces."""
        return self.path.strip("/").split("/")

    @property
    def target(self) -> Target | None:
        """The resource that the path names, or None for discovery and other plain paths."""
        match self.segments:
            case ["api", version, *rest] if rest:
                return _target("", version, rest)
            case ["apis", group, version, *rest] if rest:
                return _target(group, version, rest)
        return None


class Request(msgspec.Struct, frozen=True):
    """A request that was answered, for tests to look at; `path` is without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    user_agent: str
    status: int


def _target(group: str, version: str, rest: list[str]) -> Target:
    namespace = None
    if rest[0] == "namespaces" and rest[2:]:
        namespace, rest = rest[1], rest[2:]
    plural, *names = rest
    return Target(group, version, plural, namespace, names[0] if names else None, tuple(names[1:]))
