"""What the API server answers as long as nothing goes wrong: reads of objects, and discovery."""

from collections.abc import Iterable

from chaudit.testing.api_server import discovery, lists, refusals
from chaudit.testing.api_server.answer import Answer, json_answer
from chaudit.testing.api_server.call import Call, Target
from chaudit.testing.api_server.catalogue import Catalogue
from chaudit.testing.api_server.resources import ResourceName
from chaudit.testing.api_server.store import Store


class Api:
    """The API of one cluster, to those who may read everything."""

    def __init__(self, git_version: str, serve: Iterable[ResourceName]) -> None:
        minor = int(git_version.split(".")[1])
        self.catalogue = Catalogue(minor, serve)
        self.store = Store(self.catalogue)
        self._version = discovery.version_document(git_version, minor)

    def answer(self, call: Call) -> Answer:
        """The answer to this call; nothing but GET is allowed."""
        if call.method != "GET":
            return refusals.method_not_allowed()
        if call.segments == ["version"]:
            return json_answer(self._version)
        return self._read(call, call.target) if call.target else self._discover(call.segments)

    def _read(self, call: Call, target: Target) -> Answer:
        resource = self.catalogue.find(target.group, target.version, target.plural)
        misplaced = resource and target.namespace and not resource.namespaced
        unplaced = resource and target.name and resource.namespaced and not target.namespace
        if resource is None or misplaced or unplaced or target.subresources:
            return self._not_found(target.group)
        if target.name:
            stored = self.store.get(resource, target.namespace, target.name)
            if stored is None:
                return refusals.object_not_found(target)
            return json_answer(lists.object_document(resource, stored))
        try:
            query = lists.parse_query(call.query)
        except lists.BadListError as error:
            return refusals.bad_request(str(error))
        revision = query.revision(self.store.revision)
        objects = self.store.list(resource, target.namespace, revision)
        built_in = self.catalogue.is_built_in(target.group)
        return json_answer(lists.list_document(resource, objects, query, revision, built_in=built_in))

    def _discover(self, segments: list[str]) -> Answer:
        document = discovery.discovery_document(segments, self.catalogue.resources)
        if document is not None:
            return json_answer(document)
        match segments:
            case ["api", _]:
                return self._not_found("")
            case ["apis", group, *_]:
                return self._not_found(group)
        return refusals.path_not_found()

    def _not_found(self, group: str) -> Answer:
        return refusals.resource_not_found() if self.catalogue.is_built_in(group) else refusals.path_not_found()
